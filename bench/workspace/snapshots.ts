// First and later snapshots of a large git checkout, their size on disk, and the undo of a turn.
import { appendFileSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorkspace } from '@monkey-coder/workspace';
import { type Figure, quantile } from '../models/figure.ts';
import { bigCheckoutFiles, makeBigCheckout } from './big-checkout.ts';

/** Measures on a made checkout, or on `given` (which is read, and written five files in that are put back). */
export async function measure(given?: string): Promise<readonly Figure[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-bench-')));
  try {
    const root = given === undefined ? join(folder, 'checkout') : realpathSync(given);
    if (given === undefined) {
      const bytes = makeBigCheckout(root);
      console.log(`made ${bigCheckoutFiles} files, ${Math.round(bytes / 1e6)} MB, 3,000 folders`);
    }
    return await measureIn(root, join(folder, 'state'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureIn(root: string, stateFolder: string): Promise<readonly Figure[]> {
  let ids = 0;
  const open = () =>
    createWorkspace({
      root,
      addedFolders: [],
      stateFolder,
      protectedFolders: [],
      environment: process.env,
      now: Date.now,
      newId: (prefix) => `${prefix}_${ids++}`,
    });
  const workspace = open();
  const first = await timed(async () => {
    const id = await workspace.snapshots.begin({ sessionId: 's', runId: 'r0', reason: 'first' });
    await workspace.snapshots.end(id);
  });
  const firstBytes = sizeOf(stateFolder);
  const { paths } = await workspace.lister.list({ limit: 100_000 });
  const touched = paths
    .filter((path) => /\.(ts|js|c|h|py|go|rs|md|txt)$/.test(path))
    .filter((_, at) => at % 997 === 0)
    .slice(0, 5);
  const later: number[] = [];
  const undone: number[] = [];
  for (let round = 0; round < 8; round++) {
    let id = '';
    const begun = await timed(async () => {
      id = await workspace.snapshots.begin({ sessionId: 's', runId: `r${round + 1}`, reason: 'later' });
    });
    for (const path of touched) appendFileSync(join(root, path), `// round ${round}\n`);
    writeFileSync(join(root, `made-by-bench-${round}.txt`), 'new\n');
    const ended = await timed(async () => void (await workspace.snapshots.end(id)));
    later.push(begun, ended);
    undone.push(
      await timed(async () => void (await workspace.snapshots.undo({ kind: 'last-run' }, { preview: false }))),
    );
  }
  await workspace.close();
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
  const [laterMs, undoMs] = [quantile(later, 0.5), quantile(undone, 0.5)];
  return [
    { what: 'first snapshot (begin and end)', goal: '< 0.5 s', measured: seconds(first), isMet: first < 500 },
    {
      what: 'its size on disk',
      goal: '< 20 MB',
      measured: `${(firstBytes / 1e6).toFixed(1)} MB`,
      isMet: firstBytes < 20e6,
    },
    { what: 'each later one (median of 16)', goal: '< 0.3 s', measured: seconds(laterMs), isMet: laterMs < 300 },
    {
      what: 'undo of a turn of 6 files (median of 8)',
      goal: '< 0.2 s',
      measured: seconds(undoMs),
      isMet: undoMs < 200,
    },
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}
