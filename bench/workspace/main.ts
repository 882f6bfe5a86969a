// `npm run bench:workspace -- index [DIR]`: what understanding a code base costs, beside the goals. Without DIR on a made-up one.
import { measureIndex } from './index-bench.ts';

const [what, ...rest] = process.argv.slice(2);
if (what !== 'index') {
  console.error('usage: npm run bench:workspace -- index [DIR] [--small]');
  process.exit(2);
}
const rows = await measureIndex(rest);
const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
