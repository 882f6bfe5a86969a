// Which tests failed, read from what a test runner printed; and whether any of them did not fail before. Pure.
//
// Runners write the name of a failing test on a line of its own: TAP and node:test, Jest, Vitest, Mocha, pytest, unittest, Go, Cargo, RSpec,
// PHPUnit, JUnit (Maven). Of a runner that is not known no names are found, and then nothing is concluded.

const failingLine: readonly RegExp[] = [
  /^\s*not ok \d+ - (.+?)(?: # .*)?$/,
  /^\s*(?:✖|✕|×|✗|✘) (.+)$/,
  /^\s*●\s+(.+ › .+)$/,
  /^\s*FAIL\s+(\S.* > .+)$/,
  /^(?:FAILED|ERROR) (\S+)(?: - .*)?$/,
  /^(?:FAIL|ERROR): (\S+ \(.+\))$/,
  /^\s*--- FAIL: (\S+)/,
  /^test (\S+) \.\.\. FAILED$/,
  /^\s+\d+\) (\S.*)$/,
  /^rspec (\S+)/,
  /^\[ERROR\]\s+(\w[\w.$]*\.\w+:\d+)/,
];
const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Names of failing tests in the order of their first mention, without colours and durations. */
export function failingTests(output: string): string[] {
  return [...mentions(output).keys()];
}

/** How often each failing test is named: two of one name are two. */
function mentions(output: string): Map<string, number> {
  const names = new Map<string, number>();
  for (const line of output.replace(colour, '').split(/\r?\n/)) {
    const name = failingLine.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
    if (name === undefined) continue;
    const plain = withoutDuration(name);
    if (plain !== '' && plain !== 'failing tests:') names.set(plain, (names.get(plain) ?? 0) + 1);
  }
  return names;
}

function withoutDuration(name: string): string {
  return name.replace(/\s*\(?\b[\d.,]+\s*m?s\b\)?\s*$/, '').trim();
}

/** How failures of now stand to those of before. */
export type FailureComparison =
  /** All of them failed before, too, and as many tests pass as before. */
  | { readonly kind: 'same'; readonly old: readonly string[] }
  /** Some did not. */
  | { readonly kind: 'new'; readonly fresh: readonly string[]; readonly old: readonly string[] }
  /** Fewer tests pass than before, and none of those that are missing is named: they were not run to the end. */
  | { readonly kind: 'fewer'; readonly old: readonly string[]; readonly passed: number; readonly before: number }
  /** The names are not known. */
  | { readonly kind: 'unknown' };

/** Compares two outputs of the same command that failed both times. */
export function compareFailures(now: string, before: string): FailureComparison {
  const [failing, earlier] = [mentions(now), mentions(before)];
  if (failing.size === 0 || earlier.size === 0) return { kind: 'unknown' };
  const isOld = (name: string): boolean => (failing.get(name) ?? 0) <= (earlier.get(name) ?? 0);
  const names = [...failing.keys()];
  const [old, fresh] = [names.filter(isOld), names.filter((name) => !isOld(name))];
  if (fresh.length > 0) return { kind: 'new', fresh, old };
  const passed = { now: passedTests(now), before: passedTests(before) };
  if (passed.now < passed.before) return { kind: 'fewer', old, passed: passed.now, before: passed.before };
  return { kind: 'same', old };
}

const passingLine =
  /^\s*(?:ok \d+ - |(?:✔|✓|√) |--- PASS: |ok {2,}|ok\t|PASSED |test \S+ \.\.\. ok$|\S+ \(.+\) \.\.\. ok$|\S+::\S+ PASSED\b)/;

/** The sum of what its totals say; lines of passing tests where there are none. Good for comparing two runs of one command only. */
function passedTests(output: string): number {
  const text = output.replace(colour, '');
  const totals = [...text.matchAll(/\b(\d+) (?:passed|passing)\b|^\W*pass (\d+)\s*$/gm)];
  if (totals.length > 0) return totals.reduce((sum, [, words, lines]) => sum + Number(words ?? lines), 0);
  return text.split(/\r?\n/).filter((line) => passingLine.test(line)).length;
}
