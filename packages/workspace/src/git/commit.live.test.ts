// Commits, pull-request texts and worktrees with real git: messages from the change, nothing of the repository run, nothing lost.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommitOptions, commitChanges } from './commit.ts';
import { pullRequestText } from './pull-request.ts';
import { createGitRunner } from './run-git.ts';
import { listWorktrees, removeWorktree } from './worktrees.ts';

let folder = '';
let root = '';
const runGit = createGitRunner(process.env['PATH']);

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-commit-')));
  root = join(folder, 'project');
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  put('src/cart.ts', 'export function total(): number {\n  return 0;\n}\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'start');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe', encoding: 'utf8' }).trim();
}

function put(path: string, text: string, at = root): void {
  mkdirSync(dirname(join(at, path)), { recursive: true });
  writeFileSync(join(at, path), text);
}

function commit(more: Partial<CommitOptions> = {}) {
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
  };
  const temporaryFolder = join(folder, 'state');
  return commitChanges({ root, runGit, temporaryFolder, environment, runsHooks: false, isDryRun: false, ...more });
}

describe('commit', () => {
  it('says what changed, and a dry run changes nothing', async () => {
    put(
      'src/cart.ts',
      'export function total(): number {\n  return 0;\n}\n\nexport function discount(): number {\n  return 1;\n}\n',
    );
    const before = readFileSync(join(root, '.git', 'index'));
    const objects = git('count-objects');
    const dry = await commit({ isDryRun: true });
    expect(dry).toMatchObject({
      kind: 'dry-run',
      commit: null,
      branch: 'main',
      text: { title: 'feat: add discount', body: '' },
    });
    expect(readFileSync(join(root, '.git', 'index')).equals(before)).toBe(true);
    expect(git('count-objects')).toBe(objects);
    const done = await commit();
    expect(git('log', '-1', '--format=%H %an %s')).toBe(`${done.commit} A feat: add discount`);
    expect(git('status', '--porcelain')).toBe('');
    await expect(commit()).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('sees a file that was changed at the moment the index was written and kept its size', async () => {
    const [file, index, moment] = [join(root, 'src/cart.ts'), join(root, '.git', 'index'), 1_700_000_000];
    git('config', 'core.trustctime', 'false');
    utimesSync(file, moment, moment);
    git('add', '-A');
    put('src/cart.ts', 'export function total(): number {\n  return 1;\n}\n');
    utimesSync(file, moment, moment);
    utimesSync(index, moment, moment);
    expect((await commit({ isDryRun: true })).files.map(({ path }) => path)).toEqual(['src/cart.ts']);
  });

  it('takes what is staged and only that; else everything but secrets and what the user ignores everywhere', async () => {
    put('staged.txt', 's\n');
    put('.env', 'KEY=1\n');
    put('.DS_Store', 'x');
    mkdirSync(join(folder, '.config', 'git'), { recursive: true });
    writeFileSync(join(folder, '.config', 'git', 'ignore'), '.DS_Store\n');
    git('add', 'staged.txt');
    put('other.txt', 'o\n');
    await commit({ message: 'chore: staged\n\nwhy' });
    expect(git('show', '--format=%B', '--name-only', 'HEAD')).toBe('chore: staged\n\nwhy\n\n\nstaged.txt');
    const second = await commit();
    expect(second.leftOut).toEqual(['.env']);
    expect(git('show', '--format=', '--name-only', 'HEAD')).toBe('other.txt');
    await expect(commit()).rejects.toMatchObject({ message: expect.stringContaining('.env') });
  });

  it('runs hooks and filters only when asked, and puts the index back when a hook says no', async () => {
    const marker = join(folder, 'ran');
    put('.git/hooks/pre-commit', `#!/bin/sh\necho x >> '${marker}'\nexit 1\n`);
    chmodSync(join(root, '.git', 'hooks', 'pre-commit'), 0o755);
    put('a.txt', 'a\n');
    const before = git('ls-files', '-s');
    await expect(commit({ runsHooks: true })).rejects.toMatchObject({ code: 'workspace.io' });
    expect(existsSync(marker)).toBe(true);
    expect(git('ls-files', '-s')).toBe(before);
    rmSync(marker);
    await commit();
    expect(existsSync(marker)).toBe(false);
    git('config', 'filter.evil.clean', `touch '${marker}'; cat`);
    put('.gitattributes', '*.big filter=evil\n');
    put('x.big', 'x\n');
    rmSync(marker, { force: true });
    await expect(commit()).rejects.toMatchObject({ message: expect.stringContaining('evil') });
    await expect(commit({ isDryRun: true })).rejects.toMatchObject({ code: 'usage.invalid' });
    expect(existsSync(marker)).toBe(false);
    rmSync(join(root, '.git', 'hooks', 'pre-commit'));
    await commit({ runsHooks: true });
    expect(existsSync(marker)).toBe(true);
  });

  it('refuses in the middle of a merge and in no repository; begins a history', async () => {
    put('.git/MERGE_HEAD', `${git('rev-parse', 'HEAD')}\n`);
    put('a.txt', 'a\n');
    await expect(commit()).rejects.toMatchObject({ message: expect.stringContaining('MERGE_HEAD') });
    mkdirSync(join(folder, 'plain'));
    await expect(commit({ root: join(folder, 'plain') })).rejects.toMatchObject({ code: 'usage.invalid' });
    root = join(folder, 'fresh');
    mkdirSync(root);
    git('init', '-q');
    put('a.md', '# a\n');
    expect((await commit()).text.title).toBe('docs: add a.md');
    expect(git('log', '--format=%s')).toBe('docs: add a.md');
  });
});

describe('pull request text', () => {
  it('is made from commits and diff against the base', async () => {
    await expect(pullRequestText({ root, runGit })).rejects.toMatchObject({ code: 'usage.invalid' });
    git('switch', '-q', '-c', 'work');
    put('src/cart.ts', 'export function total(): number {\n  return 1;\n}\n');
    put('src/cart.test.ts', 'it("adds", () => {});\n');
    git('add', '-A');
    git('commit', '-q', '-m', 'fix(cart): count from one', '-m', 'It began at zero.');
    const one = await pullRequestText({ root, runGit });
    expect(one).toMatchObject({ title: 'fix(cart): count from one', base: 'main', branch: 'work' });
    expect(one.body).toContain('It began at zero.');
    expect(one.body).toContain('Changed: `src/cart.test.ts`.');
    put('src/b.ts', 'export class Basket {}\n');
    git('add', '-A');
    git('commit', '-q', '-m', 'feat: basket');
    const two = await pullRequestText({ root, runGit, base: 'main' });
    expect(two.title).toBe('feat: add Basket');
    expect(two.body).toContain('- fix(cart): count from one\n- feat: basket');
    await expect(pullRequestText({ root, runGit, base: '--output=x' })).rejects.toMatchObject({
      code: 'usage.invalid',
    });
  });
});

describe('worktrees', () => {
  const at = (name: string) => join(folder, 'trees', name);
  const remove = (name: string, losesIgnored = false) => removeWorktree(runGit, root, { name, losesIgnored });

  it('removes a clean one, its own merged branch with it, and keeps a branch that has commits', async () => {
    git('worktree', 'add', '-q', '-b', 'monkey/a', at('a'));
    git('worktree', 'add', '-q', '-b', 'monkey/b', at('b'));
    put('n.txt', 'n\n', at('b'));
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.org', 'add', '-A'], { cwd: at('b') });
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.org', 'commit', '-q', '-m', 'n'], { cwd: at('b') });
    expect(await remove('a')).toMatchObject({ removedBranch: 'monkey/a', keptBranch: null, pinned: [] });
    expect(await remove('b')).toMatchObject({ removedBranch: null, keptBranch: 'monkey/b' });
    expect(existsSync(at('a')) || existsSync(at('b'))).toBe(false);
    expect(git('show', 'monkey/b:n.txt')).toBe('n');
    expect(await listWorktrees(runGit, root)).toHaveLength(1);
    await expect(remove('project')).rejects.toMatchObject({ message: expect.stringContaining('main checkout') });
    await expect(remove('zzz')).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('refuses whatever could lose something', async () => {
    const refusals: Record<string, string> = {};
    const attempt = async (name: string, prepare: () => void) => {
      git('worktree', 'add', '-q', '--detach', at(name));
      prepare();
      refusals[name] = await remove(name).then(
        () => 'removed',
        (error: Error) => error.message.replace(/^.* is not removed: /, ''),
      );
      expect(existsSync(at(name)), name).toBe(refusals[name] !== 'removed');
    };
    await attempt('changed', () => put('src/cart.ts', 'changed\n', at('changed')));
    await attempt('new', () => put('new.txt', 'x\n', at('new')));
    await attempt('locked', () => git('worktree', 'lock', at('locked')));
    await attempt('ignored', () => {
      put('.git/info/exclude', 'local.json\nnode_modules\n');
      put('local.json', '{}', at('ignored'));
    });
    await attempt('rebuilt', () => put('node_modules/x/y.js', '', at('rebuilt')));
    await attempt('merging', () => put('.git/worktrees/merging/MERGE_HEAD', `${git('rev-parse', 'HEAD')}\n`));
    await attempt('modules', () => mkdirSync(join(root, '.git', 'worktrees', 'modules', 'modules')));
    await attempt('lonely', () => {
      put('l.txt', 'l\n', at('lonely'));
      execFileSync('git', ['add', '-A'], { cwd: at('lonely') });
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.org', 'commit', '-q', '-m', 'l'], {
        cwd: at('lonely'),
      });
    });
    expect(refusals).toEqual({
      changed: '1 changed or new: src/cart.ts',
      new: '1 changed or new: new.txt',
      locked: 'it is locked',
      ignored: 'git ignores files there that exist nowhere else: local.json',
      rebuilt: 'removed',
      merging: 'git is in the middle of something there (MERGE_HEAD)',
      modules: 'it has submodules, whose own commits may exist nowhere else',
      lonely: expect.stringMatching(/^its commit [0-9a-f]{9} is on no branch$/),
    });
    expect(await remove('ignored', true)).toMatchObject({ pinned: [] });
  });

  it('pins commits that only the reflog of the worktree knows', async () => {
    git('worktree', 'add', '-q', '-b', 'monkey/c', at('c'));
    put('gone.txt', 'precious\n', at('c'));
    const inTree = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.org', ...args], {
        cwd: at('c'),
        encoding: 'utf8',
      }).trim();
    inTree('add', '-A');
    inTree('commit', '-q', '-m', 'precious');
    const lost = inTree('rev-parse', 'HEAD');
    inTree('reset', '-q', '--hard', 'HEAD~1');
    const { pinned } = await remove('c');
    expect(pinned).toEqual([`refs/monkey/kept/c-${lost.slice(0, 12)}`]);
    git('reflog', 'expire', '--expire=now', '--all');
    git('gc', '-q', '--prune=now');
    expect(git('show', `${lost}:gone.txt`)).toBe('precious');
  });
});
