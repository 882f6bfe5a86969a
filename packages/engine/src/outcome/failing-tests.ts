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
  const names = new Set<string>();
  for (const line of output.replace(colour, '').split(/\r?\n/)) {
    const name = failingLine.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
    if (name !== undefined) names.add(withoutDuration(name));
  }
  names.delete('failing tests:');
  return [...names].filter((name) => name !== '');
}

function withoutDuration(name: string): string {
  return name.replace(/\s*\(?\b[\d.,]+\s*m?s\b\)?\s*$/, '').trim();
}

/** How failures of now stand to those of before. */
export type FailureComparison =
  /** All of them failed before, too. */
  | { readonly kind: 'same'; readonly old: readonly string[] }
  /** Some did not. */
  | { readonly kind: 'new'; readonly fresh: readonly string[]; readonly old: readonly string[] }
  /** The names are not known. */
  | { readonly kind: 'unknown' };

/** Compares two outputs of the same command that failed both times. */
export function compareFailures(now: string, before: string): FailureComparison {
  const [failing, earlier] = [failingTests(now), failingTests(before)];
  if (failing.length === 0 || earlier.length === 0) return { kind: 'unknown' };
  const known = new Set(earlier);
  const fresh = failing.filter((name) => !known.has(name));
  const old = failing.filter((name) => known.has(name));
  return fresh.length === 0 ? { kind: 'same', old } : { kind: 'new', fresh, old };
}
