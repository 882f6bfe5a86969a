// Measures the symbol index: cold, warm, after one edit, and the map for a prompt.
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type CodeIntelligence, createFileLister, languages, loadCodeIntelligence } from '@monkey-coder/workspace';
import { writeCorpus } from './corpus.ts';

declare const REPOSITORY_ROOT: string;

const dist = join(REPOSITORY_ROOT, 'apps', 'cli', 'dist');
const signal = new AbortController().signal;
const task = 'the snapshot of a session is restored in the wrong order when the queue drains';

/** Rows of a table: what, measured, goal. */
export async function measureIndex(args: readonly string[]): Promise<string[][]> {
  const scratch = mkdtempSync(join(tmpdir(), 'monkey-bench-'));
  const given = args.find((arg) => !arg.startsWith('--'));
  const size = args.includes('--small') ? { count: 1_400, bytes: 13e6 } : { count: 14_000, bytes: 130e6 };
  try {
    const root = given === undefined ? join(scratch, 'corpus') : realpathSync(resolve(given));
    if (given === undefined) writeCorpus(root, size);
    return await measure(root, join(scratch, 'cache'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measure(root: string, cacheFolder: string): Promise<string[][]> {
  const workerFile = join(dist, 'code-worker.cjs');
  if (!existsSync(workerFile)) throw new Error('build first: npm run build');
  const open = () => loadCodeIntelligence({ root, lister: createFileLister(root), cacheFolder, workerFile });
  const first = await open();
  const before = process.cpuUsage();
  const cold = await timed(() => first.ready({ signal }));
  const used = process.cpuUsage(before);
  const coldCpu = (used.user + used.system) / 1000;
  const { known } = first.state();
  await first.close();

  const code = await open();
  const warm = await timed(() => code.ready({ signal }));
  code.map({ text: '', focus: [], maxTokens: 1024 });
  const map = await best(5, async () => code.map({ text: task, focus: [], maxTokens: 1024 }));
  const again = code.map({ text: task, focus: [], maxTokens: 1024 });
  const edit = await editOne(root, code, again.symbols[0]?.path);
  const firstMap = await open();
  await firstMap.ready({ signal });
  const coldMap = await timed(async () => firstMap.map({ text: task, focus: [], maxTokens: 1024 }));
  await firstMap.close();
  await code.close();
  const rss = process.memoryUsage().rss / 1e6;
  return [
    ['what', 'measured', 'goal'],
    ['files in the index', String(known), '14000'],
    ['cold, with worker threads', seconds(cold), '< 15 s'],
    ['cold, processor time of all threads / 2', seconds(coldCpu / 2), '< 15 s'],
    ['warm start', seconds(warm), '< 0.4 s'],
    ['one edited file', milliseconds(edit), '< 50 ms'],
    ['map for a prompt', milliseconds(map), '< 150 ms'],
    ['first map of a process (the graph is built)', milliseconds(coldMap), ''],
    ['languages', String(Object.keys(languages).length), '>= 16'],
    ['grammars compressed', `${(grammarBytes() / 1e6).toFixed(2)} MB`, '< 3 MB'],
    ['index on disk', `${(cacheBytes(cacheFolder) / 1e6).toFixed(1)} MB`, ''],
    ['memory of this process', `${rss.toFixed(0)} MB`, ''],
  ];
}

/** Only a file of the made-up corpus or of a copy is written to, and written back. */
async function editOne(root: string, code: CodeIntelligence, path: string | undefined) {
  if (path === undefined) return Number.NaN;
  const file = join(root, path);
  const before = readFileSync(file);
  try {
    // The first edit of a language also loads its grammar.
    appendFileSync(file, '\n');
    await code.changed([path], signal);
    appendFileSync(file, '\n');
    return await timed(() => code.changed([path], signal));
  } finally {
    writeFileSync(file, before);
    await code.changed([path], signal);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function best(times: number, work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) least = Math.min(least, await timed(work));
  return least;
}

function grammarBytes(): number {
  const folder = join(dist, 'grammars');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function cacheBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

const seconds = (value: number) => `${(value / 1000).toFixed(2)} s`;
const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
