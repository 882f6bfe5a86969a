// Reads the imports of a project's source files once, for the checks that need them.
import type { ImportedName } from '../code/code-parser.ts';
import { type LanguageId, languageOfPath } from '../code/language.ts';
import { isOwnSource } from '../project/language-shares.ts';
import type { CheckSubject, Finding } from './check.ts';

/** One import and what surrounds it. */
export interface SourceImport {
  readonly path: string;
  readonly language: LanguageId;
  readonly specifier: string;
  readonly names: readonly ImportedName[];
  readonly line: number;
  /** Needed by the type checker only. */
  readonly isTypeOnly: boolean;
  /** Inside `try`, or its failure is caught: it may be missing. */
  readonly isGuarded: boolean;
}

/** What importing means in one language: which imports lead nowhere, which dependencies are missing, phantom or unused. */
export interface ImportRules {
  readonly languages: ReadonlySet<LanguageId>;
  unresolved(subject: CheckSubject, imports: readonly SourceImport[]): readonly Finding[];
  /** `words` are the names that stand anywhere in the project. */
  dependencies(subject: CheckSubject, imports: readonly SourceImport[], words: ReadonlySet<string>): readonly Finding[];
}

const understood: ReadonlySet<LanguageId | null> = new Set(['javascript', 'typescript', 'tsx', 'python', 'go', 'rust']);

/** The imports of all the project's own sources in JavaScript, TypeScript, Python, Go and Rust. */
export async function sourceImports(subject: CheckSubject, signal: AbortSignal): Promise<SourceImport[]> {
  const found: SourceImport[] = [];
  for (const path of subject.paths) {
    const language = languageOfPath(path);
    if (language === null || !understood.has(language) || !isOwnSource(path)) continue;
    signal.throwIfAborted();
    const text = subject.read(path);
    if (text === null) continue;
    const { imports } = await subject.parser.outline(language, text);
    const lines = text.split('\n');
    for (const one of imports) {
      const context = { isTypeOnly: isTypeOnly(lines, one.line), isGuarded: isGuarded(lines, one.line) };
      found.push({ ...one, path, language, ...context });
    }
  }
  return found;
}

function isTypeOnly(lines: readonly string[], line: number): boolean {
  const text = lines[line - 1] ?? '';
  if (/^\s*(?:import|export)\s+type\b|\bimport\(['"][^'"]+['"]\)\s*[.;>\]|,)]/.test(text)) return true;
  const indented = /^\s+/.test(text);
  return (
    indented &&
    lines.slice(Math.max(0, line - 30), line - 1).some((before) => /^if\s+(?:typing\.)?TYPE_CHECKING/.test(before))
  );
}

/** `try` on one of the lines above with less indentation, or a failure caught on the same line. */
function isGuarded(lines: readonly string[], line: number): boolean {
  const text = lines[line - 1] ?? '';
  if (/\.catch\(|contextlib\.suppress|pytest\.importorskip/.test(text)) return true;
  let indent = indentOf(text);
  for (let at = line - 2; at >= 0 && at > line - 30 && indent > 0; at--) {
    const before = lines[at] ?? '';
    if (before.trim() === '' || indentOf(before) >= indent) continue;
    if (
      /^\s*(?:\}?\s*)?(?:try\b|except\b|else:|catch\b|with\s+(?:contextlib\.)?suppress)|^\s*if\b.*(?:sys\.|platform|version)/.test(
        before,
      )
    )
      return true;
    indent = indentOf(before);
  }
  return false;
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Whether the file is a test, an example, a tool's configuration or a script: what it needs is a development matter. */
export function isDevelopmentFile(path: string): boolean {
  return (
    /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|e2e|bench(?:marks?)?|examples?|samples?|docs?|scripts?|tools?|\.storybook|stories|testing|conformance)\//i.test(
      path,
    ) ||
    /[.\-_](?:test|spec|stories|bench|config|conf|setup)\.\w+$|(?:^|\/)(?:test_\w+|conftest|noxfile|setup|build|tasks)\.\w+$/.test(
      path,
    )
  );
}
