// `npm run bench`: one table of what the command line costs, each figure beside its goal and a floor measured in the same run.
//
//   npm run bench                 the table
//   npm run bench -- --json       one JSON object as the last line
//   npm run bench -- --runs 9     more runs of the task
//   npm run bench -- --readme     writes the table into README.md
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canMeasure, cleanEnvironment, cpuOfStarts, markdownTable, median } from './lib/measure.mjs';
import { packedSizeMb } from './lib/package-size.mjs';
import { promptTokens } from './lib/prompt-size.mjs';
import { monkeyCli, repositoryRoot, runTask, startScripted, temporaryFolder } from './lib/task.mjs';

if (!canMeasure()) {
  console.error(
    'bench: GNU time (/usr/bin/time) is needed for CPU and memory of whole processes; install the package "time".',
  );
  process.exit(1);
}
const runs = Number(option('--runs') ?? 7);
const home = temporaryFolder('bench');
mkdirSync(join(home, 'monkey'));
const figures = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  ...(await starts()),
  ...(await task()),
  firstRequestTokens: await promptTokens(),
  packageMb: packedSizeMb(),
};
report(figures);

async function starts() {
  const env = cleanEnvironment(home);
  const node = process.execPath;
  const [empty, version, help] = await cpuOfStarts(
    [
      [node, '-e', '0'],
      [node, monkeyCli, '--version'],
      [node, monkeyCli, '--help'],
    ],
    { rounds: 5, batch: 10, cwd: home, env },
  );
  return { emptyCpuMs: empty.cpuMs, versionCpuMs: version.cpuMs, versionPeakMb: version.peakMb, helpCpuMs: help.cpuMs };
}

async function task() {
  const server = await startScripted(home);
  const results = { monkey: [], floor: [] };
  try {
    for (let round = 0; round <= runs; round++) {
      for (const contestant of ['monkey', 'floor']) {
        const result = await runTask(contestant, server, home);
        if (contestant === 'monkey' && !result.passed)
          throw new Error(`the task failed (exit ${result.code}): ${result.stderr.slice(-400)}`);
        if (round > 0) results[contestant].push(result);
      }
    }
  } finally {
    await server.stop();
  }
  const best = (values) => Math.min(...values);
  const { monkey, floor } = results;
  return {
    taskCpuMs: median(monkey.map((run) => run.cpuMs)),
    floorCpuMs: median(floor.map((run) => run.cpuMs)),
    taskPeakMb: median(monkey.map((run) => run.peakMb)),
    firstRequestMs: best(monkey.map((run) => run.firstRequestMs)),
    perTurnMs: best(monkey.flatMap((run) => run.gaps)),
    perTurnMedianMs: median(monkey.flatMap((run) => run.gaps)),
    tailMs: best(monkey.map((run) => run.tailMs)),
  };
}

function report(found) {
  const row = (what, measured, goal, isGood) => [what, measured, goal, isGood ? 'yes' : 'NO'];
  const ms = (value) => `${value.toFixed(0)} ms`;
  const versionRatio = found.versionCpuMs / found.emptyCpuMs;
  const helpRatio = found.helpCpuMs / found.emptyCpuMs;
  const rows = [
    ['what', 'measured', 'goal', 'met'],
    row(
      'monkey --version, CPU',
      `${found.versionCpuMs.toFixed(1)} ms, ${versionRatio.toFixed(2)} × node -e 0 (${found.emptyCpuMs.toFixed(1)} ms)`,
      '≤ 1.4 ×',
      versionRatio <= 1.4,
    ),
    row('monkey --version, peak', `${found.versionPeakMb.toFixed(0)} MB`, '≤ 45 MB', found.versionPeakMb <= 45),
    row('monkey --help, CPU', `${found.helpCpuMs.toFixed(1)} ms, ${helpRatio.toFixed(2)} ×`, '≤ 2 ×', helpRatio <= 2),
    row(
      'scripted task, four calls, CPU',
      `${ms(found.taskCpuMs)} (floor ${ms(found.floorCpuMs)})`,
      '≤ 120 ms',
      found.taskCpuMs <= 120,
    ),
    row('scripted task, peak', `${found.taskPeakMb.toFixed(0)} MB`, '≤ 70 MB', found.taskPeakMb <= 70),
    row('start to first request, best', ms(found.firstRequestMs), '≤ 90 ms', found.firstRequestMs <= 90),
    row(
      'added per turn, best',
      `${ms(found.perTurnMs)} (median ${ms(found.perTurnMedianMs)})`,
      '≤ 15 ms',
      found.perTurnMs <= 15,
    ),
    row('last answer to exit, best', ms(found.tailMs), '≤ 20 ms', found.tailMs <= 20),
    row(
      'first request, tokens (characters/4)',
      String(found.firstRequestTokens),
      '≤ 2,000',
      found.firstRequestTokens <= 2000,
    ),
    row('installed size of the CLI', `${found.packageMb.toFixed(1)} MB`, '≤ 8 MB', found.packageMb <= 8),
  ];
  const text = `${found.date}, Node ${found.node}, medians of ${runs} runs unless it says best; CPU is user + system of all processes.\n\n${markdownTable(rows)}\n`;
  console.log(text);
  if (process.argv.includes('--readme')) writeIntoReadme(text);
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  }).stdout.trim();
  if (process.argv.includes('--json')) console.log(JSON.stringify({ commit, ...found }));
}

/** Between the two marks of the README stands what this prints, nothing else. */
function writeIntoReadme(text) {
  const path = join(repositoryRoot, 'README.md');
  const [before, rest] = readFileSync(path, 'utf8').split('<!-- bench:begin -->');
  const after = rest.split('<!-- bench:end -->')[1];
  writeFileSync(path, `${before}<!-- bench:begin -->\nPrinted by \`npm run bench\`: ${text}<!-- bench:end -->${after}`);
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
