// The checks of imports and of dependencies, over all languages that have rules for them.
import { type Check, type CheckLimits, type CheckSubject, type Finding, ownCheck } from './check.ts';
import { goImports } from './go-imports.ts';
import { wordsOfProject } from './mentions.ts';
import { nodeImports } from './node-imports.ts';
import { pythonImports } from './python-imports.ts';
import { rustImports } from './rust-imports.ts';
import { type ImportRules, type SourceImport, sourceImports } from './source-imports.ts';

const rules: readonly ImportRules[] = [nodeImports, pythonImports, goImports, rustImports];

/**
 * Two checks that share one reading of the sources: do imports lead somewhere, and do manifests declare what is used and
 * nothing else. What could be otherwise than it looks is `unsure`, and never fails a check.
 */
export function importChecks(limits: CheckLimits): readonly Check[] {
  const known = new WeakMap<CheckSubject, Promise<readonly SourceImport[]>>();
  const importsOf = (subject: CheckSubject, signal: AbortSignal): Promise<readonly SourceImport[]> => {
    const reading = known.get(subject) ?? sourceImports(subject, signal);
    known.set(subject, reading);
    return reading;
  };
  return [
    ownCheck({ kind: 'imports', name: 'imports', limits }, async (subject, signal) => {
      const imports = await importsOf(subject, signal);
      return inScope(
        subject,
        eachRule(imports, (rule, own) => rule.unresolved(subject, own)),
      );
    }),
    ownCheck({ kind: 'dependencies', name: 'dependencies', limits }, async (subject, signal) => {
      const imports = await importsOf(subject, signal);
      const words = wordsOfProject(subject);
      return inScope(
        subject,
        eachRule(imports, (rule, own) => rule.dependencies(subject, own, words)),
      );
    }),
  ];
}

function eachRule(
  imports: readonly SourceImport[],
  look: (rule: ImportRules, own: readonly SourceImport[]) => readonly Finding[],
): Finding[] {
  return rules.flatMap((rule) => {
    const own = imports.filter(({ language }) => rule.languages.has(language));
    return own.length === 0 ? [] : look(rule, own);
  });
}

/** Sources are read whole to know what is used; told is what stands in the files that were asked for. */
function inScope({ scope }: CheckSubject, findings: readonly Finding[]): Finding[] {
  if (scope === null) return [...findings];
  const asked = new Set(scope);
  return findings.filter(({ file }) => asked.has(file));
}
