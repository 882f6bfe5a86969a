// A folder of the workspace swapped for a link to the outside, again and again, while files in it are read, written and restored.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { createWorkspace, type Workspace } from '@monkey-coder/workspace';
import type { Figure } from '../models/figure.ts';

const trials = 1_000;
const outsideText = 'outside\n';

/** Measures; what loses without our care is measured beside it, to show that the swaps do come between check and use. */
export async function measure(): Promise<readonly Figure[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-races-')));
  const [root, outside] = [join(folder, 'ws'), join(folder, 'outside')];
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(root, 'sub', 'file.txt'), 'inside\n');
  writeFileSync(join(outside, 'file.txt'), outsideText);
  let ids = 0;
  const workspace = createWorkspace({
    root,
    addedFolders: [],
    stateFolder: join(folder, 'state'),
    protectedFolders: [],
    environment: process.env,
    now: Date.now,
    newId: (prefix) => `${prefix}_${ids++}`,
  });
  const swapper = await startSwapper(join(root, 'sub'), outside);
  try {
    const place = { root, outside, workspace };
    return [
      await race('checked by name, then written (for comparison)', place, naiveWrite, false),
      await race('written by an edit', place, edit),
      await race('read', place, read),
      await race('read in ranges', place, readRange),
      await race('put back by undo, after a snapshot', place, snapshotAndUndo),
    ];
  } finally {
    swapper.kill('SIGKILL');
    await workspace.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly root: string;
  readonly outside: string;
  readonly workspace: Workspace;
}

/** One trial; true when it read something from outside. */
type Trial = (place: Place, round: number) => Promise<boolean>;

async function race(what: string, place: Place, trial: Trial, isOurs = true): Promise<Figure> {
  let [lost, done] = [0, 0];
  for (let round = 0; round < trials; round++) {
    let hasRead = false;
    try {
      hasRead = await trial(place, round);
      done++;
    } catch {
      // Refused or gone: nothing is lost.
    }
    if (hasRead || hasChanged(place.outside)) lost++;
  }
  const measured = `${lost} of ${trials} lost (${done} went through)`;
  return { what, goal: isOurs ? '0 lost' : '(loses)', measured, isMet: isOurs ? lost === 0 && done > 0 : lost > 0 };
}

function hasChanged(outside: string): boolean {
  const names = readdirSync(outside);
  const isSame = names.length === 1 && readFileSync(join(outside, 'file.txt'), 'utf8') === outsideText;
  if (!isSame) {
    for (const name of names) rmSync(join(outside, name), { force: true });
    writeFileSync(join(outside, 'file.txt'), outsideText);
  }
  return !isSame;
}

const naiveWrite: Trial = async ({ root }, round) => {
  const path = join(root, 'sub', 'file.txt');
  if ((await realpath(dirname(path))).startsWith(root + sep)) await writeFile(path, `round ${round}\n`);
  return false;
};

const edit: Trial = async ({ workspace }, round) => {
  const plan = await workspace.planEdit(
    { format: 'whole-file', path: 'sub/file.txt', content: `round ${round}\n` },
    new Map(),
  );
  if (plan.kind === 'refused') return false;
  await workspace.apply(plan);
  return false;
};

const read: Trial = async ({ workspace }) => (await workspace.readFile('sub/file.txt')).text === outsideText;

const readRange: Trial = async ({ workspace }) =>
  (await workspace.readRange('sub/file.txt', { firstLine: 1, maxLines: 5, maxBytes: 100 })).text === outsideText;

const snapshotAndUndo: Trial = async ({ workspace }, round) => {
  const { snapshots } = workspace;
  const id = await snapshots.begin({ sessionId: 's', runId: `r${round}`, reason: 'race', paths: ['sub/file.txt'] });
  try {
    await edit({ root: '', outside: '', workspace }, round);
  } finally {
    await snapshots.end(id);
  }
  const report = await snapshots.undo({ kind: 'last-step' }, { preview: false });
  return report.diff.includes(outsideText.trim());
};

const program = `
const { renameSync, rmSync, symlinkSync, unlinkSync } = require('fs');
const [folder, outside] = process.argv.slice(1);
console.log('ready');
for (;;) {
  try { renameSync(folder, folder + '.kept'); } catch { rmSync(folder + '.kept', { recursive: true, force: true }); continue; }
  try { symlinkSync(outside, folder); } catch {}
  for (let i = 0; i < 60000; i++);
  try { unlinkSync(folder); } catch {}
  try { renameSync(folder + '.kept', folder); } catch {}
  for (let i = 0; i < 250000; i++);
}`;

function startSwapper(folder: string, outside: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', program, folder, outside], { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => child.stdout?.once('data', () => resolve(child)));
}
