// Budgets of `npm run check`: fails when starting, the prompt or the bundle grew past its bound. Quick and without a network.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { canMeasure, cleanEnvironment, cpuOfStarts } from './lib/measure.mjs';
import { promptTokens } from './lib/prompt-size.mjs';
import { monkeyCli, repositoryRoot, temporaryFolder } from './lib/task.mjs';

const problems = [];
const hold = (what, value, limit, unit) => {
  console.log(`budget: ${what} ${value.toFixed(unit === '×' ? 2 : 0)} ${unit} (at most ${limit})`);
  if (value > limit) problems.push(`${what} is ${value.toFixed(2)} ${unit}, at most ${limit} is allowed`);
};

hold('first request', await promptTokens(), 2000, 'tokens');
hold('entry', statSync(monkeyCli).size / 1024, 20, 'KB');
const closures = JSON.parse(readFileSync(join(repositoryRoot, 'apps', 'cli', 'dist', 'closures.json'), 'utf8'));
hold('loaded before a run', closures.run.bytes / 1024, 700, 'KB');
if (canMeasure()) await starts();
else console.log('budget: start-up not measured, GNU time is missing');
if (problems.length > 0) {
  for (const problem of problems) console.error(`budget: ${problem}`);
  process.exit(1);
}

/** Ratios to an empty Node of the same run; a second look before it is called a failure, because machines are noisy. */
async function starts() {
  const home = temporaryFolder('budget');
  const node = process.execPath;
  const commands = [
    [node, '-e', '0'],
    [node, monkeyCli, '--version'],
    [node, monkeyCli, '--help'],
  ];
  let ratios = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const [empty, version, help] = await cpuOfStarts(commands, {
      rounds: 3,
      batch: 10,
      cwd: home,
      env: cleanEnvironment(home),
    });
    ratios = [version.cpuMs / empty.cpuMs, help.cpuMs / empty.cpuMs];
    if (ratios[0] <= 1.4 && ratios[1] <= 2) break;
  }
  hold('monkey --version', ratios[0], 1.4, '×');
  hold('monkey --help', ratios[1], 2, '×');
}
