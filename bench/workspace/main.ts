// `npm run bench:workspace -- NAME [DIR]`: the numbers of the workspace, each beside its goal; fails when one is missed.
import { type Figure, report } from '../models/figure.ts';

const benches: Readonly<
  Record<string, () => Promise<{ readonly measure: (folder?: string) => Promise<readonly Figure[]> }>>
> = {
  snapshots: () => import('./snapshots.ts'),
  races: () => import('./races.ts'),
  commands: () => import('./commands.ts'),
  watch: () => import('./watch.ts'),
  syntax: () => import('./syntax.ts'),
};

const [name = '', folder, ...rest] = process.argv.slice(2);
if (name === 'watch-child') {
  await (await import('./watch.ts')).watchChild(folder ?? '.');
  process.exit(0);
}
if (name === 'index') {
  const { measureIndex } = await import('./index-bench.ts');
  printTable(await measureIndex(folder === undefined ? [] : [folder, ...rest]));
  process.exit();
}
const load = benches[name];
if (load === undefined) {
  console.error(`usage: npm run bench:workspace -- index | ${Object.keys(benches).join(' | ')} [DIR]`);
  process.exit(2);
}
const { measure } = await load();
report(await measure(folder));

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
}
