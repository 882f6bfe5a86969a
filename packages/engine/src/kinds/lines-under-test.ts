// Which lines of a source file tests are about: those of the definitions they name, and of what these use in the same file.
import type { FileOutline } from '@monkey-coder/workspace';

/** What is looked at. */
export interface LinesQuery {
  /** Text of the source. */
  readonly text: string;
  readonly definitions: FileOutline['definitions'];
  /** Texts of the tests. */
  readonly tests: readonly string[];
}

/** The lines (1-based), in order; all of them where the tests name nothing of the file. */
export function linesUnderTest({ text, definitions, tests }: LinesQuery): number[] {
  const all = text.split('\n');
  const everything = all.map((_, index) => index + 1);
  const named = definitions.filter(({ name }) => tests.some((test) => mentions(test, name)));
  if (named.length === 0) return everything;
  const wanted = new Set(named);
  // A class that is named brings its methods only when they are named, too; a function brings what it calls.
  for (const one of wanted) {
    const body = all.slice(one.firstLine - 1, one.lastLine).join('\n');
    for (const other of definitions) if (!isContainer(one.kind) && mentions(body, other.name)) wanted.add(other);
  }
  const lines = [...wanted]
    .filter(({ kind }) => !isContainer(kind))
    .flatMap(({ firstLine, lastLine }) => everything.slice(firstLine - 1, lastLine));
  return lines.length === 0 ? everything : [...new Set(lines)].sort((a, b) => a - b);
}

function isContainer(kind: string): boolean {
  return kind === 'class' || kind === 'interface' || kind === 'module';
}

function mentions(text: string, name: string): boolean {
  return new RegExp(String.raw`(?<![\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\w$])`).test(text);
}
