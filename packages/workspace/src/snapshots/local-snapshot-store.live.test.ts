// Snapshots with real git repositories and without git.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSafeWriter } from '../files/atomic-write.ts';
import { createPathGuard } from '../files/path-guard.ts';
import { createGitRunner } from '../git/run-git.ts';
import { fillSnapshotFolder, type SnapshotFixture, snapshotStoreCases } from '../testing/snapshot-store-cases.ts';
import { createLocalSnapshotStore } from './local-snapshot-store.ts';
import type { SnapshotLimits } from './retention.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-snap-')));
  folders.push(folder);
  return folder;
}

function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' });
}

let ids = 0;
function fixture(
  root: string,
  stateFolder = temporary(),
  limits?: SnapshotLimits,
): SnapshotFixture & { stateFolder: string } {
  const open = () => {
    const guard = createPathGuard({ root, addedFolders: [], protectedFolders: [stateFolder] });
    return createLocalSnapshotStore({
      guard,
      writer: createSafeWriter(guard),
      stateFolder,
      runGit: createGitRunner(process.env['PATH']),
      now: () => 1_000_000 + ids,
      newId: () => `snap_${String(ids++).padStart(6, '0')}`,
      ...(limits === undefined ? {} : { limits }),
    });
  };
  return { root, open, stateFolder };
}

function repository(fill = fillSnapshotFolder, ...initArguments: string[]): string {
  const root = temporary();
  git(root, 'init', '-q', ...initArguments);
  fill(root);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'start');
  return root;
}

describe('snapshots of a git repository', () => {
  for (const { name, run } of snapshotStoreCases) it(name, () => run(fixture(repository())));
});

describe('snapshots without git', () => {
  for (const { name, run } of snapshotStoreCases) {
    it(name, () => {
      const root = temporary();
      fillSnapshotFolder(root);
      return run(fixture(root));
    });
  }
});

describe('snapshots of a folder inside a repository', () => {
  for (const { name, run } of snapshotStoreCases) {
    it(name, () => {
      const top = repository((root) => {
        mkdirSync(join(root, 'packages', 'one'), { recursive: true });
        writeFileSync(join(root, 'outside.txt'), 'outside\n');
        fillSnapshotFolder(join(root, 'packages', 'one'));
      });
      return run(fixture(join(top, 'packages', 'one')));
    });
  }
});

const step = { sessionId: 'ses_1', runId: 'run_1', reason: 'test' };

describe('the user’s own git', () => {
  it('is never written: index, refs, objects and hooks stay as they are', async () => {
    const root = repository();
    const list = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    const [before, index] = [list(join(root, '.git')), readFileSync(join(root, '.git', 'index'))];
    const { open, stateFolder } = fixture(root);
    const store = open();
    const id = await store.begin(step);
    writeFileSync(join(root, 'a.txt'), 'x\n');
    await store.end(id);
    await store.treeHash();
    await store.undo({ kind: 'last-step' }, { preview: false });
    // It was really watched through git, not by the fallback.
    expect(list(join(stateFolder, 'snapshots')).some((path) => path.endsWith('manifest.json'))).toBe(false);
    expect(list(join(root, '.git'))).toEqual(before);
    expect(readFileSync(join(root, '.git', 'index')).equals(index)).toBe(true);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('gives the same tree hash as git does', async () => {
    const root = repository();
    expect(await fixture(root).open().treeHash()).toBe(git(root, 'rev-parse', 'HEAD^{tree}').trim());
    const plain = temporary();
    fillSnapshotFolder(plain);
    expect(await fixture(plain).open().treeHash()).toBe(git(root, 'rev-parse', 'HEAD^{tree}').trim());
  });

  it('follows commits and branch switches of the user between steps', async () => {
    const root = repository();
    const { open } = fixture(root);
    await open().treeHash();
    git(root, 'checkout', '-q', '-b', 'other');
    writeFileSync(join(root, 'a.txt'), 'on the branch\n');
    git(root, 'commit', '-q', '-am', 'branch');
    expect(await open().treeHash()).toBe(git(root, 'rev-parse', 'HEAD^{tree}').trim());
    git(root, 'checkout', '-q', '-');
    expect(await open().treeHash()).toBe(git(root, 'rev-parse', 'HEAD^{tree}').trim());
  });

  it('undoes a git checkout, reset or clean that a command ran over uncommitted work', async () => {
    const root = repository();
    writeFileSync(join(root, 'a.txt'), 'uncommitted work\n');
    writeFileSync(join(root, 'untracked.txt'), 'untracked work\n');
    const store = fixture(root).open();
    const id = await store.begin(step);
    git(root, 'reset', '-q', '--hard');
    git(root, 'clean', '-q', '-fd');
    expect(existsSync(join(root, 'untracked.txt'))).toBe(false);
    await store.end(id);
    await store.undo({ kind: 'last-step' }, { preview: false });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('uncommitted work\n');
    expect(readFileSync(join(root, 'untracked.txt'), 'utf8')).toBe('untracked work\n');
  });

  it('works during a merge with conflicts, in a fresh repository, in a linked work tree, with SHA-256', async () => {
    const conflicted = repository();
    git(conflicted, 'checkout', '-q', '-b', 'one');
    writeFileSync(join(conflicted, 'a.txt'), 'one\n');
    git(conflicted, 'commit', '-q', '-am', 'one');
    git(conflicted, 'checkout', '-q', '-');
    writeFileSync(join(conflicted, 'a.txt'), 'two\n');
    git(conflicted, 'commit', '-q', '-am', 'two');
    expect(() => git(conflicted, 'merge', '-q', 'one')).toThrow();
    const fresh = temporary();
    git(fresh, 'init', '-q');
    fillSnapshotFolder(fresh);
    const main = repository();
    const linked = join(temporary(), 'linked');
    git(main, 'worktree', 'add', '-q', linked);
    const roots = [conflicted, fresh, linked, repository(fillSnapshotFolder, '--object-format=sha256')];
    for (const root of roots) {
      const before = readFileSync(join(root, 'a.txt'), 'utf8');
      const store = fixture(realpathSync(root)).open();
      const id = await store.begin(step);
      writeFileSync(join(root, 'a.txt'), 'agent\n');
      writeFileSync(join(root, 'made.txt'), 'agent\n');
      const changes = await store.end(id);
      expect(changes.map((change) => `${change.kind} ${change.path}`).sort()).toEqual([
        'created made.txt',
        'modified a.txt',
      ]);
      expect(await store.treeHash()).toMatch(/^[0-9a-f]{40,64}$/);
      await store.undo({ kind: 'last-step' }, { preview: false });
      expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe(before);
      expect(existsSync(join(root, 'made.txt'))).toBe(false);
    }
  });

  it('leaves nested repositories and submodules alone', async () => {
    const root = repository();
    const nested = join(root, 'nested');
    mkdirSync(nested);
    git(nested, 'init', '-q');
    writeFileSync(join(nested, 'n.txt'), 'n\n');
    const library = repository();
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'module');
    const store = fixture(root).open();
    const id = await store.begin(step);
    writeFileSync(join(nested, 'n.txt'), 'changed\n');
    writeFileSync(join(root, 'module', 'a.txt'), 'changed\n');
    rmSync(join(root, 'a.txt'));
    expect((await store.end(id)).map((change) => change.path)).toEqual(['a.txt']);
    await store.undo({ kind: 'last-step' }, { preview: false });
    expect(existsSync(join(root, 'a.txt'))).toBe(true);
    expect(existsSync(join(nested, '.git', 'HEAD'))).toBe(true);
    expect(git(join(root, 'module'), 'rev-parse', 'HEAD')).toBe(git(library, 'rev-parse', 'HEAD'));
  });

  it('restores the bytes of files that git converts (line endings, clean filters)', async () => {
    const root = temporary();
    git(root, 'init', '-q');
    git(root, 'config', 'filter.shout.clean', 'tr a-z A-Z; echo cleaned');
    git(root, 'config', 'filter.shout.smudge', 'cat');
    writeFileSync(join(root, '.gitattributes'), '*.txt text eol=crlf\n*.dat filter=shout\n');
    writeFileSync(join(root, 'crlf.txt'), 'one\r\ntwo\r\n');
    writeFileSync(join(root, 'x.dat'), 'lower case\n');
    // Files older than the index are trusted by git without a look at their content.
    for (const name of ['.gitattributes', 'crlf.txt', 'x.dat'])
      utimesSync(join(root, name), 1_600_000_000, 1_600_000_000);
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'start');
    const store = fixture(root).open();
    const id = await store.begin(step);
    writeFileSync(join(root, 'crlf.txt'), 'changed\n');
    writeFileSync(join(root, 'x.dat'), 'changed\n');
    expect(await store.end(id)).toHaveLength(2);
    await store.undo({ kind: 'last-step' }, { preview: false });
    expect(readFileSync(join(root, 'crlf.txt'), 'utf8')).toBe('one\r\ntwo\r\n');
    expect(readFileSync(join(root, 'x.dat'), 'utf8')).toBe('lower case\n');
  });

  it('says so when a borrowed object was pruned, and restores the rest', async () => {
    const root = repository();
    const store = fixture(root).open();
    const id = await store.begin(step);
    const blob = git(root, 'rev-parse', 'HEAD:a.txt').trim();
    rmSync(join(root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)), { force: true });
    writeFileSync(join(root, 'a.txt'), 'agent\n');
    writeFileSync(join(root, 'sub', 'b.txt'), 'agent\n');
    await store.end(id);
    const report = await store.undo({ kind: 'last-step' }, { preview: false });
    expect(report.kept).toEqual([{ path: 'a.txt', reason: 'its earlier content is no longer available' }]);
    expect(readFileSync(join(root, 'sub', 'b.txt'), 'utf8')).toBe('b\r\nwindows\r\n');
  });
});

describe('the record of steps', () => {
  it('survives a line cut by a crash and goes on after it', async () => {
    const root = repository();
    const { open, stateFolder } = fixture(root);
    const store = open();
    const first = await store.begin({ ...step, paths: ['a.txt'] });
    writeFileSync(join(root, 'a.txt'), 'one\n');
    await store.end(first);
    const [name = ''] = readdirSync(join(stateFolder, 'snapshots'));
    appendFileSync(join(stateFolder, 'snapshots', name, 'log.jsonl'), '{"type":"begin","version":1,"id":"snap_cut');
    const again = open();
    const second = await again.begin({ ...step, paths: ['a.txt'] });
    writeFileSync(join(root, 'a.txt'), 'two\n');
    await again.end(second);
    expect((await open().list()).map((entry) => entry.id)).toEqual([first, second]);
    await open().undo({ kind: 'last-run' }, { preview: false });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toContain('line 9');
  });

  it('forgets the oldest steps beyond the limit, never what is still needed', async () => {
    const root = repository();
    const { open } = fixture(root, temporary(), { maxSteps: 3, maxBytes: 1024 * 1024 });
    writeFileSync(join(root, 'dirty.txt'), 'not committed\n');
    const store = open();
    await store.treeHash();
    for (let index = 0; index < 6; index += 1) {
      const id = await store.begin({ ...step, paths: ['a.txt'] });
      writeFileSync(join(root, 'a.txt'), `version ${index}\n`);
      await store.end(id);
    }
    await open().recover();
    const last = open();
    expect(await last.list()).toHaveLength(3);
    const id = await last.begin(step);
    writeFileSync(join(root, 'dirty.txt'), 'agent\n');
    await last.end(id);
    await last.undo({ kind: 'last-run' }, { preview: false });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('version 2\n');
    expect(readFileSync(join(root, 'dirty.txt'), 'utf8')).toBe('not committed\n');
  });
});
