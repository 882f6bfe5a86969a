// What every snapshot store must do, on a real folder.
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapshotStore } from '../snapshots/snapshot-store.ts';
import type { ConformanceCase } from './case.ts';

/** A folder with `a.txt` (lines 1 to 9), `run.sh` (executable), `sub/b.txt` and a `.gitignore` that ignores `*.log`. */
export interface SnapshotFixture {
  readonly root: string;
  /** Another store on the same folder and state, as another process would have it. */
  readonly open: () => SnapshotStore;
}

/** Fills a folder with the files the cases start from. */
export function fillSnapshotFolder(root: string): void {
  writeFileSync(join(root, 'a.txt'), lines(9));
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'sub', 'b.txt'), 'b\r\nwindows\r\n');
  writeFileSync(join(root, '.gitignore'), '*.log\n');
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');
}

const real = { preview: false } as const;
const step = { sessionId: 'ses_1', runId: 'run_1', reason: 'test' } as const;

/** Everything in a folder but git's and the ignored: path to mode and content. */
function picture(root: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.name === '.git') continue;
    if (entry.isDirectory()) Object.assign(found, { [`${path}/`]: 'folder' }, picture(root, path));
    else if (entry.isSymbolicLink()) found[path] = `link ${readlinkSync(join(root, path))}`;
    else
      found[path] =
        `${(statSync(join(root, path)).mode & 0o111).toString(8)} ${readFileSync(join(root, path), 'latin1')}`;
  }
  return found;
}

async function during(
  store: SnapshotStore,
  work: () => void,
  more: { readonly runId?: string; readonly paths?: string[] } = {},
) {
  const id = await store.begin({ ...step, ...more });
  work();
  return { id, changes: await store.end(id) };
}

function makeMess(root: string): void {
  writeFileSync(join(root, 'a.txt'), lines(9).replace('line 5', 'line five'));
  rmSync(join(root, 'sub', 'b.txt'));
  rmSync(join(root, 'sub'), { recursive: true });
  chmodSync(join(root, 'run.sh'), 0o644);
  mkdirSync(join(root, 'new', 'deep'), { recursive: true });
  writeFileSync(join(root, 'new', 'deep', 'c.bin'), Buffer.from([0, 1, 2, 255]));
  symlinkSync('../a.txt', join(root, 'new', 'link'));
}

/** The cases. */
export const snapshotStoreCases: readonly ConformanceCase<SnapshotFixture>[] = [
  {
    name: 'puts one file back as it was before a step or the newest run, keeps the others, and can be undone',
    run: async ({ root, open }) => {
      const store = open();
      const first = await during(store, () => makeMess(root));
      const later = () =>
        writeFileSync(join(root, 'a.txt'), lines(9).replace('line 5', 'line five').replace('line 1', 'line one'));
      await during(store, later, { runId: 'run_2' });
      equal((await store.restoreFile('a.txt', { preview: true })).changes.length, 1);
      ok(readFileSync(join(root, 'a.txt'), 'utf8').includes('line one'));
      await store.restoreFile('a.txt', real);
      equal(readFileSync(join(root, 'a.txt'), 'utf8'), lines(9).replace('line 5', 'line five'));
      await store.restoreFile('sub/b.txt', { ...real, from: first.id });
      equal(readFileSync(join(root, 'sub', 'b.txt'), 'utf8'), 'b\r\nwindows\r\n');
      ok(existsSync(join(root, 'new', 'deep', 'c.bin')));
      await store.undo({ kind: 'last-run' }, real);
      ok(!existsSync(join(root, 'sub')));
      writeFileSync(join(root, 'a.txt'), `${lines(9).replace('line 5', 'line five')}mine\n`);
      const merged = await store.restoreFile('a.txt', { ...real, from: first.id });
      deepEqual(merged.merged, ['a.txt']);
      equal(readFileSync(join(root, 'a.txt'), 'utf8'), `${lines(9)}mine\n`);
      deepEqual((await store.restoreFile('run.sh', real)).changes, []);
      await rejects(store.restoreFile('a.txt', { ...real, from: 'snap_none' }));
    },
  },
  {
    name: 'undoes and redoes everything a command did: modified, deleted, chmod, created, linked, folders',
    run: async ({ root, open }) => {
      const store = open();
      const before = picture(root);
      const { changes } = await during(store, () => makeMess(root));
      const after = picture(root);
      deepEqual(changes.map((change) => `${change.kind} ${change.path}`).sort(), [
        'created new/deep/c.bin',
        'created new/link',
        'deleted sub/b.txt',
        'modified a.txt',
        'modified run.sh',
      ]);
      deepEqual(
        changes.find((change) => change.path === 'a.txt'),
        { path: 'a.txt', kind: 'modified', added: 1, removed: 1 },
      );
      const report = await store.undo({ kind: 'last-step' }, real);
      deepEqual(report.kept, []);
      deepEqual(picture(root), before);
      // Another process finds what was undone and brings it back.
      deepEqual((await open().redo({ kind: 'last-step' }, real)).kept, []);
      deepEqual(picture(root), after);
      await open().undo({ kind: 'last-run' }, real);
      deepEqual(picture(root), before);
    },
  },
  {
    name: 'keeps what the user changed since: merged where lines differ, kept where they collide',
    run: async ({ root, open }) => {
      const store = open();
      const path = join(root, 'a.txt');
      await during(store, () => writeFileSync(path, lines(9).replace('line 2\n', 'line two\n')));
      writeFileSync(path, readFileSync(path, 'utf8').replace('line 8', 'my line'));
      const report = await store.undo({ kind: 'last-step' }, real);
      deepEqual(report.merged, ['a.txt']);
      equal(readFileSync(path, 'utf8'), lines(9).replace('line 8', 'my line'));
      await store.redo({ kind: 'last-step' }, real);
      equal(readFileSync(path, 'utf8'), lines(9).replace('line 8', 'my line').replace('line 2\n', 'line two\n'));
      writeFileSync(path, readFileSync(path, 'utf8').replace('line two', 'mine'));
      const second = await store.undo({ kind: 'last-step' }, real);
      equal(second.kept[0]?.path, 'a.txt');
      ok(readFileSync(path, 'utf8').includes('mine\n'));
    },
  },
  {
    name: 'never deletes a created file that was changed, nor brings back over a file the user made',
    run: async ({ root, open }) => {
      const store = open();
      await during(store, () => {
        writeFileSync(join(root, 'made.txt'), 'agent\n');
        rmSync(join(root, 'sub', 'b.txt'));
      });
      writeFileSync(join(root, 'made.txt'), 'agent\nuser\n');
      writeFileSync(join(root, 'sub', 'b.txt'), 'user made it anew\n');
      writeFileSync(join(root, 'users.txt'), 'user\n');
      const report = await store.undo({ kind: 'last-step' }, real);
      deepEqual(report.kept.map(({ path }) => path).sort(), ['made.txt', 'sub/b.txt']);
      equal(readFileSync(join(root, 'made.txt'), 'utf8'), 'agent\nuser\n');
      equal(readFileSync(join(root, 'sub', 'b.txt'), 'utf8'), 'user made it anew\n');
      ok(existsSync(join(root, 'users.txt')));
    },
  },
  {
    name: 'undoes an edit of named files, and the folder made for it',
    run: async ({ root, open }) => {
      const store = open();
      const before = picture(root);
      const { changes } = await during(
        store,
        () => {
          writeFileSync(join(root, 'a.txt'), 'other\n');
          mkdirSync(join(root, 'x', 'y'), { recursive: true });
          writeFileSync(join(root, 'x', 'y', 'z.txt'), 'z\n');
        },
        { paths: ['a.txt', 'x/y/z.txt'] },
      );
      equal(changes.length, 2);
      await open().undo({ kind: 'last-step' }, real);
      deepEqual(picture(root), before);
    },
  },
  {
    name: 'keeps uncommitted and untracked work as it was before the step',
    run: async ({ root, open }) => {
      writeFileSync(join(root, 'a.txt'), 'uncommitted\n');
      writeFileSync(join(root, 'untracked.txt'), 'untracked\n');
      const before = picture(root);
      const store = open();
      await during(store, () => {
        writeFileSync(join(root, 'a.txt'), 'lost?\n');
        writeFileSync(join(root, 'untracked.txt'), 'lost?\n');
      });
      await during(store, () => rmSync(join(root, 'untracked.txt')));
      await store.undo({ kind: 'last-run' }, real);
      deepEqual(picture(root), before);
    },
  },
  {
    name: 'ends a step that a crash left open, by what is on disk',
    run: async ({ root, open }) => {
      const before = picture(root);
      await open().begin(step);
      makeMess(root);
      const recovered = await open().recover();
      equal(recovered.length, 1);
      equal(recovered[0]?.changes.length, 5);
      await open().undo({ kind: 'last-step' }, real);
      deepEqual(picture(root), before);
    },
  },
  {
    name: 'finishes an undo that was killed half-way',
    run: async ({ root, open }) => {
      const before = picture(root);
      await during(open(), () => makeMess(root));
      writeFileSync(join(root, 'a.txt'), lines(9));
      rmSync(join(root, 'new', 'link'));
      const report = await open().undo({ kind: 'last-step' }, real);
      deepEqual(report.kept, []);
      deepEqual(picture(root), before);
    },
  },
  {
    name: 'previews without touching anything',
    run: async ({ root, open }) => {
      const store = open();
      await during(store, () => makeMess(root));
      const after = picture(root);
      const preview = await store.undo({ kind: 'last-step' }, { preview: true });
      deepEqual(picture(root), after);
      equal(preview.changes.length, 5);
      ok(preview.diff.includes('-line five'));
      equal((await store.list())[0]?.state, 'done');
    },
  },
  {
    name: 'hashes equal trees equally, and a hash taken during a step loses none of its changes',
    run: async ({ root, open }) => {
      const store = open();
      const first = await store.treeHash();
      const id = await store.begin(step);
      writeFileSync(join(root, 'a.txt'), 'changed\n');
      const second = await store.treeHash();
      writeFileSync(join(root, 'b.txt'), 'more\n');
      notEqual(second, first);
      deepEqual((await store.end(id)).map((change) => change.path).sort(), ['a.txt', 'b.txt']);
      await store.undo({ kind: 'last-step' }, real);
      equal(await store.treeHash(), first);
      equal(await open().treeHash(), first);
    },
  },
  {
    name: 'undoes to a step, by run and by session, and redoes in order',
    run: async ({ root, open }) => {
      const store = open();
      const path = join(root, 'n.txt');
      const write = (text: string, more: object) => during(store, () => writeFileSync(path, text), more);
      const first = await write('1\n', { runId: 'run_1' });
      await write('2\n', { runId: 'run_2' });
      await write('3\n', { runId: 'run_2' });
      await store.undo({ kind: 'last-run' }, real);
      equal(readFileSync(path, 'utf8'), '1\n');
      await store.redo({ kind: 'last-step' }, real);
      equal(readFileSync(path, 'utf8'), '2\n');
      await store.redo({ kind: 'last-run' }, real);
      equal(readFileSync(path, 'utf8'), '3\n');
      equal((await store.undo({ kind: 'last-step' }, { preview: true, sessionId: 'ses_other' })).entries.length, 0);
      await store.undo({ kind: 'to', snapshotId: first.id }, real);
      ok(!existsSync(path));
      await rejects(store.undo({ kind: 'to', snapshotId: 'snap_none' }, real));
    },
  },
  {
    name: 'shows what a run and what everything since a step changed',
    run: async ({ root, open }) => {
      const store = open();
      const { id } = await during(store, () =>
        writeFileSync(join(root, 'a.txt'), lines(9).replace('line 1\n', 'one\n')),
      );
      writeFileSync(join(root, 'a.txt'), lines(9).replace('line 1\n', 'two\n'));
      await during(store, () => undefined, { runId: 'run_2' });
      ok((await store.diff({})).includes('+one'), 'a run that changed nothing is passed over, as by undo');
      ok((await store.diff({ runId: 'run_1' })).includes('+one'));
      ok((await store.diff({ from: id })).includes('+two'));
      await during(store, () => undefined, { runId: 'run_idle' });
      ok((await store.diff({})).includes('+one'), 'a run that changed nothing hides the one before');
    },
  },
  {
    name: 'leaves ignored files out, also when a step stops ignoring them',
    run: async ({ root, open }) => {
      writeFileSync(join(root, 'precious.log'), 'precious\n');
      const store = open();
      // A file is told from one the step made by its change time: let the clock pass on.
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { changes } = await during(store, () => writeFileSync(join(root, '.gitignore'), ''));
      deepEqual(
        changes.map((change) => change.path),
        ['.gitignore'],
      );
      await store.undo({ kind: 'last-step' }, real);
      equal(readFileSync(join(root, 'precious.log'), 'utf8'), 'precious\n');
    },
  },
  {
    name: 'says of a file too large to keep that it could not be brought back, and never deletes it when changed',
    run: async ({ root, open }) => {
      const big = Buffer.alloc(3 * 1024 * 1024, 65);
      writeFileSync(join(root, 'big.bin'), big);
      const store = open();
      await during(store, () => {
        writeFileSync(join(root, 'big.bin'), Buffer.concat([big, Buffer.from('x')]));
        writeFileSync(join(root, 'big-made.bin'), big);
      });
      const report = await store.undo({ kind: 'last-step' }, real);
      deepEqual(
        report.kept.map(({ path }) => path),
        ['big.bin'],
      );
      ok(!existsSync(join(root, 'big-made.bin')));
      ok(existsSync(join(root, 'big.bin')));
    },
  },
  {
    name: 'writes the tree before a step into an empty folder, dependencies linked',
    run: async ({ root, open }) => {
      mkdirSync(join(root, 'node_modules'));
      writeFileSync(join(root, 'node_modules', 'x.js'), '1');
      writeFileSync(join(root, '.gitignore'), '*.log\nnode_modules\n');
      const store = open();
      const { id } = await during(store, () => makeMess(root));
      const folder = mkdtempSync(join(tmpdir(), 'monkey-tree-'));
      try {
        await store.materialise(id, folder);
        deepEqual(readdirSync(folder).sort(), ['.gitignore', 'a.txt', 'node_modules', 'run.sh', 'sub']);
        equal(readFileSync(join(folder, 'a.txt'), 'utf8'), lines(9));
        ok((statSync(join(folder, 'run.sh')).mode & 0o100) !== 0);
        equal(readFileSync(join(folder, 'node_modules', 'x.js'), 'utf8'), '1');
        await rejects(store.materialise(id, folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  {
    name: 'restores a file whose place a folder took, and a folder whose place a file took',
    run: async ({ root, open }) => {
      const before = picture(root);
      const store = open();
      await during(store, () => {
        rmSync(join(root, 'sub'), { recursive: true });
        writeFileSync(join(root, 'sub'), 'now a file\n');
        renameSync(join(root, 'a.txt'), join(root, 'kept'));
        mkdirSync(join(root, 'a.txt'));
        renameSync(join(root, 'kept'), join(root, 'a.txt', 'inner.txt'));
      });
      const report = await store.undo({ kind: 'last-step' }, real);
      deepEqual(report.kept, []);
      deepEqual(picture(root), before);
    },
  },
];
