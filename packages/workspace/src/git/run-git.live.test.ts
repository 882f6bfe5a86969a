// Hostile repositories: whatever they configure, looking at them executes nothing.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSafeWriter } from '../files/atomic-write.ts';
import { createPathGuard } from '../files/path-guard.ts';
import { createLocalSnapshotStore } from '../snapshots/local-snapshot-store.ts';
import { absoluteSearchPath, createGitRunner, runGit } from './run-git.ts';

let folder = '';
let root = '';
let marker = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-git-')));
  root = join(folder, 'repository');
  marker = join(folder, 'executed');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
  execFileSync('git', [...identity, ...args], { cwd, stdio: 'pipe' });
}

/** Sets every trap known to start a program from a repository's configuration, attributes or hooks. */
function setTraps(cwd: string): void {
  const trap = join(folder, 'trap.sh');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${marker}'\ncat 2>/dev/null\n`);
  chmodSync(trap, 0o755);
  const settings: Record<string, string> = {
    'core.fsmonitor': trap,
    'core.pager': trap,
    'core.editor': trap,
    'core.sshCommand': trap,
    'core.askPass': trap,
    'core.gitProxy': trap,
    'core.alternateRefsCommand': trap,
    'core.hooksPath': join(folder, 'hooks'),
    'credential.helper': `!${trap}`,
    'diff.external': trap,
    'diff.evil.textconv': trap,
    'diff.evil.command': trap,
    'filter.evil.clean': trap,
    'filter.evil.smudge': trap,
    'filter.evil.process': trap,
    'filter.evil.required': 'true',
    'filter.ev=il.clean': trap,
    'merge.evil.driver': trap,
    'log.showSignature': 'true',
    'gpg.program': trap,
    'alias.status': `!${trap}`,
    'alias.ls-files': `!${trap}`,
    'pager.log': trap,
    'pager.diff': trap,
    'interactive.diffFilter': trap,
    'uploadpack.packObjectsHook': trap,
    'protocol.ext.allow': 'always',
    'protocol.file.allow': 'always',
    'remote.origin.url': `ext::sh -c ${trap}`,
    'remote.origin.promisor': 'true',
    'remote.origin.partialclonefilter': 'blob:none',
    'extensions.partialClone': 'origin',
    'core.repositoryformatversion': '1',
  };
  for (const [key, value] of Object.entries(settings)) git(cwd, 'config', key, value);
  for (const hooks of [join(folder, 'hooks'), join(cwd, '.git', 'hooks')]) {
    mkdirSync(hooks, { recursive: true });
    for (const name of [
      'post-index-change',
      'pre-commit',
      'post-checkout',
      'fsmonitor-watchman',
      'reference-transaction',
    ]) {
      writeFileSync(join(hooks, name), `#!/bin/sh\necho hook >> '${marker}'\n`);
      chmodSync(join(hooks, name), 0o755);
    }
  }
}

function hostileRepository(): void {
  git(root, 'init', '-q');
  writeFileSync(join(root, 'a.evil'), 'one\n');
  writeFileSync(join(root, 'b.txt'), 'one\n');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'start');
  const library = join(folder, 'library');
  mkdirSync(library);
  git(library, 'init', '-q');
  writeFileSync(join(library, 'l.txt'), 'l\n');
  git(library, 'add', '-A');
  git(library, 'commit', '-q', '-m', 'library');
  git(root, 'submodule', '--quiet', 'add', library, 'module');
  git(root, 'commit', '-q', '-am', 'module');
  writeFileSync(join(root, '.gitattributes'), '* filter=evil diff=evil merge=evil\nb.txt filter=ev=il\n');
  writeFileSync(join(root, 'a.evil'), 'two\n');
  writeFileSync(join(root, 'new.evil'), 'new\n');
  setTraps(root);
  git(join(root, 'module'), 'config', 'core.fsmonitor', join(folder, 'trap.sh'));
  writeFileSync(join(root, 'module', 'l.txt'), 'changed\n');
  rmSync(marker, { force: true });
}

const environment = { PATH: process.env['PATH'] ?? '' };

describe('runGit', () => {
  it('executes nothing a hostile repository configures', async () => {
    hostileRepository();
    const calls = [
      ['status', '--porcelain'],
      ['ls-files', '-z', '-c', '-o', '-m', '--exclude-standard'],
      ['ls-files', '-mo'],
      ['diff', 'HEAD~1', 'HEAD'],
      ['log', '-p', '-3'],
      ['show', 'HEAD'],
      ['blame', 'b.txt'],
      ['grep', '-n', 'one'],
      ['cat-file', '-p', 'HEAD:b.txt'],
      ['cat-file', '-e', '0123456789012345678901234567890123456789'],
      ['rev-parse', 'HEAD'],
      ['fetch', 'origin'],
      ['diff'],
      ['worktree', 'add', '--detach', join(folder, 'worktree')],
      ['stash', 'create'],
    ];
    for (const call of calls) {
      await runGit(root, call, { env: environment });
      expect([call, existsSync(marker) ? readFileSync(marker, 'utf8') : '']).toEqual([call, '']);
    }
    expect((await runGit(root, ['ls-files'], { env: environment })).stdout.toString()).toContain('b.txt');
  });

  it('would have executed it without the hardening', () => {
    hostileRepository();
    spawnSync('git', ['ls-files', '-m'], { cwd: root });
    expect(existsSync(marker)).toBe(true);
  });

  it('takes snapshots of a hostile repository without executing anything, clean and process filters included', async () => {
    hostileRepository();
    const stateFolder = join(folder, 'state');
    const guard = createPathGuard({ root, addedFolders: [], protectedFolders: [stateFolder] });
    let id = 0;
    const store = createLocalSnapshotStore({
      guard,
      writer: createSafeWriter(guard),
      stateFolder,
      runGit: createGitRunner(process.env['PATH']),
      now: () => 0,
      newId: () => `snap_${id++}`,
    });
    const snapshot = await store.begin({ sessionId: 's', runId: 'r', reason: 'test' });
    writeFileSync(join(root, 'a.evil'), 'three\n');
    writeFileSync(join(root, 'b.txt'), 'three\n');
    expect(await store.end(snapshot)).toHaveLength(2);
    await store.treeHash();
    await store.materialise(snapshot, join(folder, 'copy'));
    await store.undo({ kind: 'last-step' }, { preview: false });
    expect(existsSync(marker)).toBe(false);
  });

  it('does not take programs from relative entries of the search path', async () => {
    git(root, 'init', '-q');
    writeFileSync(join(root, 'git'), `#!/bin/sh\ntouch '${marker}'\n`);
    chmodSync(join(root, 'git'), 0o755);
    const run = createGitRunner(`.:${process.env['PATH']}`);
    expect((await run(root, ['rev-parse', '--git-dir'])).stdout.toString().trim()).toBe('.git');
    expect(existsSync(marker)).toBe(false);
    expect(absoluteSearchPath('.:bin::/usr/bin')).toBe('/usr/bin');
  });

  it('tells a missing git, a failing call, too much output and cancellation apart', async () => {
    git(root, 'init', '-q');
    expect((await runGit(root, ['version'], { env: { PATH: '/nonexistent' } })).exitCode).toBe(127);
    expect((await runGit(join(folder, 'missing'), ['version'])).exitCode).toBe(127);
    const failing = await runGit(root, ['rev-parse', '--verify', 'nothing'], { env: environment });
    expect(failing.exitCode).toBe(128);
    expect(failing.stderr).not.toBe('');
    expect((await runGit(root, ['help', '-a'], { env: environment, maxBytes: 10 })).exitCode).toBe(125);
    const cancelled = await runGit(root, ['version'], { env: environment, signal: AbortSignal.abort() });
    expect(cancelled.exitCode).toBe(125);
  });

  it('reads repositories of other owners', async () => {
    if (process.getuid?.() !== 0) return;
    git(root, 'init', '-q');
    writeFileSync(join(root, 'a.txt'), 'a\n');
    execFileSync('chown', ['-R', '65534:65534', root]);
    const result = await runGit(root, ['ls-files', '-o'], { env: environment });
    expect(result.stdout.toString()).toBe('a.txt\n');
  });
});
