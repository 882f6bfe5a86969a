// One line of the table of a benchmark, and how a benchmark is run by itself.

/** What was measured, beside its goal. */
export interface Figure {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** Whether this file was named on the command line of `scripts/run-ts.mjs`. */
export function isEntry(name: string): boolean {
  return process.argv[1]?.endsWith(`models/${name}`) === true;
}

/** Prints figures as a table; the exit code tells whether all goals were met. */
export function report(figures: readonly Figure[]): void {
  const rows = figures.map(({ what, goal, measured, isMet }) => [what, goal, measured, isMet ? 'yes' : 'NO']);
  const all = [['what', 'goal', 'measured', 'met'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [heading = [], ...body] = all;
  console.log(
    [line(heading), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n'),
  );
  process.exitCode = figures.every((figure) => figure.isMet) ? 0 : 1;
}

/** The value below which so large a share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
