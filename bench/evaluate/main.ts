// `npm run evaluate -- edits FILE|DIR | tasks FILE | wire FILE | retrieval DIR | candidates DIR|FILE | explore DIR | routing DIR [--seeds N] [--json]`: runs data through the product's own code and prints a score.
import { evaluateCandidates } from './candidates.ts';
import { evaluateEdits } from './edits.ts';
import { evaluateExploration } from './explore.ts';
import { evaluateRetrieval } from './retrieval.ts';
import { evaluateRouting } from './routing.ts';
import { evaluateTasks } from './tasks.ts';
import { evaluateWire } from './wire.ts';

interface Score {
  readonly total: number;
  readonly right: number;
  readonly refused: number;
  readonly wrong: number;
  readonly wronglyWritten: number;
}

const kinds: Readonly<Record<string, { readonly run: (path: string) => Promise<Score>; readonly groups: string }>> = {
  edits: { run: evaluateEdits, groups: 'byFormat' },
  tasks: { run: evaluateTasks, groups: 'byLanguage' },
  wire: { run: evaluateWire, groups: 'byDialect' },
};

const [name = '', path, ...flags] = process.argv.slice(2);
if (name === 'retrieval' && path) {
  const found = await evaluateRetrieval(path);
  if (!flags.includes('--json')) console.table(found);
  console.log(JSON.stringify(found));
  process.exit(0);
}
if (name === 'routing' && path) {
  const figures = await evaluateRouting(path, flags);
  if (flags.includes('--json')) console.log(JSON.stringify(figures));
  process.exit(0);
}
if (name === 'explore' && path) {
  const found = evaluateExploration(path);
  if (!flags.includes('--json')) found.print();
  console.log(JSON.stringify(found.figures));
  process.exit(found.figures.isNeverWorse ? 0 : 1);
}
if (name === 'candidates' && path) {
  const found = await evaluateCandidates(path);
  if (!flags.includes('--json')) console.table(found);
  console.log(JSON.stringify(found));
  process.exit(found.right === found.plays && found.brokenClaimed === 0 ? 0 : 1);
}
const kind = kinds[name];
if (!kind || !path) {
  console.error(
    'usage: npm run evaluate -- edits FILE|DIR | tasks FILE | wire FILE | retrieval DIR | candidates DIR|FILE | explore DIR | routing DIR [--seeds N] [--json]',
  );
  process.exit(2);
}
const score = await kind.run(path);
if (!flags.includes('--json')) printTable(score, kind.groups);
console.log(JSON.stringify(score));

function printTable(result: Score, groups: string): void {
  const byGroup = (result as unknown as Record<string, Record<string, Record<string, number>>>)[groups] ?? {};
  const columns = [...new Set(Object.values(byGroup).flatMap((row) => Object.keys(row)))];
  const rows = [
    [groups, ...columns],
    ...Object.entries(byGroup).map(([group, row]) => [group, ...columns.map((column) => String(row[column] ?? 0))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    );
  console.log(
    `\ntotal ${result.total}: right ${result.right}, refused ${result.refused}, wrong ${result.wrong}, wrongly written ${result.wronglyWritten}`,
  );
}
