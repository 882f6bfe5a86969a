// Which lines of a source file tests are about: those of the definitions they name, and of what these use in the same file.
import type { FileOutline } from '@monkey-coder/workspace';

/** What is looked at. */
export interface LinesQuery {
  /** Text of the source. */
  readonly text: string;
  readonly definitions: FileOutline['definitions'];
  /** Texts of the tests. */
  readonly tests: readonly string[];
  /** Lines the tests execute, where a runner told. */
  readonly executed?: ReadonlySet<number>;
}

/**
 * The lines (1-based), in order: of what the tests name, and what they execute inside of definitions (what runs when a file is loaded
 * is not tested by that). All of them where nothing is named and nothing is known of what is executed.
 */
export function linesUnderTest(query: LinesQuery): number[] {
  const { text, definitions, executed } = query;
  if (executed === undefined) return namedLines(query) ?? text.split('\n').map((_, index) => index + 1);
  const bodies = definitions.filter(({ kind }) => !isContainer(kind));
  const inside = [...executed].filter(
    (line) =>
      bodies.some(({ firstLine, lastLine }) => line > firstLine && line <= lastLine) ||
      bodies.some(({ firstLine, lastLine }) => line === firstLine && firstLine === lastLine),
  );
  return [...new Set([...(namedLines(query) ?? []), ...inside])].sort((a, b) => a - b);
}

/** Lines of the definitions that tests name; undefined where they name none. */
function namedLines({ text, definitions, tests }: LinesQuery): number[] | undefined {
  const all = text.split('\n');
  const named = definitions.filter(({ name }) => tests.some((test) => mentions(test, name)));
  if (named.length === 0) return undefined;
  const wanted = new Set(named);
  // A class that is named brings its methods only when they are named, too; a function brings what it calls.
  for (const one of wanted) {
    const body = all.slice(one.firstLine - 1, one.lastLine).join('\n');
    for (const other of definitions) if (!isContainer(one.kind) && mentions(body, other.name)) wanted.add(other);
  }
  const lines = [...wanted]
    .filter(({ kind }) => !isContainer(kind))
    .flatMap(({ firstLine, lastLine }) => all.slice(firstLine - 1, lastLine).map((_, index) => firstLine + index));
  return lines.length === 0 ? undefined : [...new Set(lines)].sort((a, b) => a - b);
}

function isContainer(kind: string): boolean {
  return kind === 'class' || kind === 'interface' || kind === 'module';
}

function mentions(text: string, name: string): boolean {
  return new RegExp(String.raw`(?<![\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\w$])`).test(text);
}
