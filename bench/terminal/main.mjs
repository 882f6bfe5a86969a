// The interactive terminal on a pseudo-terminal of its own: CPU until the first picture, and from a key to its character on the screen while 200 tokens a second stream.   npm run bench:terminal
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanEnvironment } from '../lib/measure.mjs';
import { monkeyCli, startScripted, temporaryFolder } from '../lib/task.mjs';

const starts = 12;
const keys = 150;
const goals = { firstPaintCpuMs: 150, keyP95Ms: 16 };

if (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') !== true) {
  console.log('bench:terminal needs `script` of util-linux for a pseudo-terminal; nothing was measured');
  process.exit(0);
}
const home = temporaryFolder('terminal');
const project = join(home, 'project');
mkdirSync(project);
const scenario = join(home, 'talk.yaml');
writeFileSync(scenario, talk());
const server = await startScripted(home, scenario);
const env = {
  ...cleanEnvironment(home),
  TERM: 'xterm-256color',
  OPENAI_BASE_URL: `${server.url}/v1`,
  OPENAI_API_KEY: 'any',
};
delete env.NO_COLOR;
try {
  await firstPaints();
  await keyToScreen();
} finally {
  await server.stop();
}

/** Paragraphs, lists and code, long enough for all keys. */
function talk() {
  const part =
    '## Part\n\nSome words that go on and on in a paragraph of the answer, with `code` in it.\n\n- one\n- two\n\n```js\nconst a = 1;\n```\n\n';
  const text = JSON.stringify(part.repeat(400));
  return `name: talk\nturns:\n  - reply: { text: ${text} }\n    tokensPerSecond: 200\n`;
}

function open() {
  const command = `stty rows 50 cols 200; exec '${process.execPath}' '${monkeyCli}' -m openai/scripted`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: project,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const listeners = new Set();
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text;
    if (shown.length > 200_000) shown = shown.slice(-100_000);
    for (const listener of listeners) listener(text);
  });
  const sees = (wanted) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`never showed ${wanted}: ${JSON.stringify(shown.slice(-2000))}`)),
        15_000,
      );
      const look = () => {
        if (!shown.includes(wanted)) return;
        listeners.delete(look);
        clearTimeout(timer);
        resolve(performance.now());
      };
      listeners.add(look);
      look();
    });
  return {
    sees,
    forget: () => {
      shown = '';
    },
    types: (text) => child.stdin.write(text),
    ended: new Promise((resolve) => child.once('close', resolve)),
    pid: child.pid,
  };
}

async function firstPaints() {
  const cpu = [];
  const wall = [];
  for (let round = 0; round < starts; round++) {
    const began = performance.now();
    const seat = open();
    const seen = await seat.sees('say what to do');
    // The first start writes the code cache.
    if (round > 0) {
      cpu.push(cpuOf(seat.pid));
      wall.push(seen - began);
    }
    await pause(150);
    seat.types('\u0004');
    await seat.ended;
  }
  const empty = emptyNode();
  console.log(
    `first picture: CPU median ${median(cpu).toFixed(0)} ms (goal ≤ ${goals.firstPaintCpuMs}), ${(median(cpu) / empty).toFixed(2)} × an empty node (${empty.toFixed(0)} ms); wall median ${median(wall).toFixed(0)} ms, ${cpu.length} starts`,
  );
}

/** CPU milliseconds of the node process under `script`, all threads. */
function cpuOf(script) {
  const pid = descendants(script).find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('monkey.cjs\0'));
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);
}

function descendants(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function emptyNode() {
  const program =
    'const { userCPUTime, systemCPUTime } = process.resourceUsage(); console.log((userCPUTime + systemCPUTime) / 1000)';
  const times = Array.from({ length: 7 }, () =>
    Number(spawnSync(process.execPath, ['-e', program], { env, encoding: 'utf8' }).stdout),
  );
  return median(times);
}

async function keyToScreen() {
  const seat = open();
  await seat.sees('say what to do');
  seat.types('talk\r');
  await seat.sees('Part');
  await pause(500);
  const times = [];
  let typed = '';
  for (let index = 0; index < keys; index++) {
    const key = String.fromCharCode(97 + (index % 26));
    typed += key;
    if (typed.length > 60) {
      seat.types('\u0015');
      await pause(60);
      typed = key;
    }
    seat.forget();
    const began = performance.now();
    seat.types(key);
    times.push((await seat.sees(typed)) - began);
    await pause(23 + (index % 17));
  }
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)].toFixed(1);
  console.log(
    `key to screen while 200 tokens/s stream (200x50, through script's pseudo-terminal): p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (goal ≤ ${goals.keyP95Ms}), p99 ${at(0.99)} ms, ${keys} keys`,
  );
  seat.types('\u001b');
  await pause(300);
  seat.types('\u0003');
  await pause(50);
  seat.types('\u0003');
  await seat.ended;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
