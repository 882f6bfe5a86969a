// The daily check: format, lint, types, arrows, unused code, budgets. Runs all of them and fails when one does.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const steps = [
  ['format and lint', bin('biome'), ['check', '--error-on-warnings', '.']],
  ['types', bin('tsc'), ['-b']],
  ['types of journeys and benchmarks', bin('tsc'), ['-p', 'test']],
  ['arrows and sizes', process.execPath, ['scripts/check-architecture.mjs']],
  ['unused code', bin('knip'), []],
  ['printed docs', process.execPath, ['scripts/write-docs.mjs', '--check']],
  ['budgets', process.execPath, ['bench/budgets.mjs']],
];
const failed = [];
for (const [name, command, args] of steps) {
  const started = Date.now();
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  console.log(`${result.status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (result.status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
