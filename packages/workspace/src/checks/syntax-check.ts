// Whether files still parse: all files of a check, and what an edit has broken.
import type { CodeParser, SyntaxProblem } from '../code/code-parser.ts';
import { type LanguageId, languageOfPath } from '../code/language.ts';
import { type Check, type CheckLimits, type Finding, ownCheck, pathsInScope } from './check.ts';

/** What an edit has done to the syntax of one file. */
export interface SyntaxChange {
  readonly path: string;
  /** Problems before the edit; 0 for a new file. */
  readonly before: number;
  /** Problems after it, when there are more than before; else empty. */
  readonly problems: readonly SyntaxProblem[];
  /** The file was right, and its grammar is one to trust: the edit is certainly wrong, or one step of several. */
  readonly isBroken: boolean;
}

/**
 * Grammars that know nearly all of their language as it is written today. C, C++ and C# are left out for their macros and
 * conditional parts, PHP and the shell for what is mixed into them, CSS for its dialects.
 */
const reliable: ReadonlySet<LanguageId> = new Set<LanguageId>([
  'go',
  'java',
  'javascript',
  'python',
  'rust',
  'tsx',
  'typescript',
]);

/** Templates and dialects in files with an ordinary ending. */
const isTemplate = /\{%-?\s|<%|^\s*@flow\b/m;

/**
 * Compares the problems of a file before and after an edit: only when there are more are they told. Null where no parser
 * reads the file, or the file goes. Milliseconds for each call once the grammar is loaded.
 */
export async function syntaxChange(
  parser: CodeParser,
  path: string,
  { before, after }: { readonly before: string | null; readonly after: string | null },
): Promise<SyntaxChange | null> {
  if (after === null || before === after) return null;
  if (/\.json$/.test(path)) return jsonChange(path, before, after);
  const language = languageOfPath(path);
  if (language === null) return null;
  const problems = await realProblems(parser, language, after);
  if (problems.length === 0) return { path, before: 0, problems: [], isBroken: false };
  const old = before === null ? [] : await realProblems(parser, language, before);
  const isWorse = problems.length > old.length;
  const isBroken = isWorse && old.length === 0 && reliable.has(language) && !isTemplate.test(after);
  return { path, before: old.length, problems: isWorse ? problems : [], isBroken };
}

const ecmaScript: ReadonlySet<LanguageId> = new Set<LanguageId>(['javascript', 'typescript', 'tsx']);

/**
 * What the parser says, without what the grammars are known to refuse although it is right: `import('x').T` as a type, and
 * escapes of tagged templates. A second parse is paid for only where the first found something.
 */
async function realProblems(parser: CodeParser, language: LanguageId, text: string): Promise<readonly SyntaxProblem[]> {
  const first = await parser.syntaxErrors(language, text);
  if (first.length === 0 || !ecmaScript.has(language)) return first;
  const plain = text.replace(/\bimport\((['"])[^'"\n]*\1\)(?=\s*\.)/g, (type) => '_'.repeat(type.length));
  const problems = plain === text ? first : await parser.syntaxErrors(language, plain);
  return problems.filter((problem) => !/^\\[ux0-9]/.test(problem.text));
}

/** JSON with comments is allowed in files whose readers take them, so only what was plain JSON before is held to it. */
function jsonChange(path: string, before: string | null, after: string): SyntaxChange {
  const problem = jsonProblem(after);
  const wasPlain = before === null ? /(?:^|\/)package(?:-lock)?\.json$/.test(path) : jsonProblem(before) === null;
  const isBroken = problem !== null && wasPlain;
  return { path, before: wasPlain ? 0 : 1, problems: isBroken ? [problem] : [], isBroken };
}

function jsonProblem(text: string): SyntaxProblem | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return { line: before.length, column, kind: 'unexpected', text: text.slice(at, at + 20).split('\n')[0] ?? '' };
  }
}

/** What is wrong there, in words. */
export function describeProblem({ kind, text }: SyntaxProblem): string {
  if (kind === 'missing') return `${text} is missing`;
  return text === '' ? 'unexpected end or empty line' : `unexpected ${JSON.stringify(text)}`;
}

/** A check that every file in scope parses. */
export function syntaxCheck(limits: CheckLimits): Check {
  return ownCheck({ kind: 'syntax', name: 'syntax', limits }, async (subject, signal) => {
    const findings: Finding[] = [];
    for (const path of pathsInScope(subject)) {
      signal.throwIfAborted();
      findings.push(...(await fileFindings(subject.parser, path, subject.read)));
    }
    return findings;
  });
}

const maxOfFile = 5;

async function fileFindings(
  parser: CodeParser,
  path: string,
  read: (path: string) => string | null,
): Promise<Finding[]> {
  const language = languageOfPath(path);
  const text = language === null ? null : read(path);
  if (language === null || text === null || /(?:^|\/)(?:fixtures|testdata|node_modules|vendor)\//.test(path)) return [];
  const problems = await realProblems(parser, language, text);
  const severity = reliable.has(language) && !isTemplate.test(text) ? 'error' : 'unsure';
  return problems.slice(0, maxOfFile).map((problem) => ({
    file: path,
    line: problem.line,
    column: problem.column,
    severity,
    code: 'syntax',
    message: describeProblem(problem),
    source: 'syntax',
  }));
}
