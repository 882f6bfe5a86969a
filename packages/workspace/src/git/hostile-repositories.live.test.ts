// A corpus of booby-trapped repositories: every thing the product does with a repository is done to each, and nothing of it runs.
//
// Each trap writes to one canary file. Where plain git springs it, that is shown too: a trap that never springs proves nothing.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMonkeyError } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace } from '../local-workspace.ts';
import { watchFiles } from '../watch/watch-files.ts';
import { commitChanges } from './commit.ts';
import { pullRequestText } from './pull-request.ts';
import { createGitRunner } from './run-git.ts';
import { listWorktrees, removeWorktree } from './worktrees.ts';

let folder = '';
let root = '';
let canary = '';
let trap = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-hostile-')));
  root = join(folder, 'repository');
  canary = join(folder, 'canary');
  trap = join(folder, 'trap.sh');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> '${canary}'\ncat 2>/dev/null\n`);
  chmodSync(trap, 0o755);
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  put('src/a.ts', 'export const a = 1;\n');
  put('data.evil', 'one\n');
  put('package.json', '{ "name": "x", "scripts": { "test": "true" } }\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'start');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];

function git(...args: string[]): void {
  execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe' });
}

/** Ends a program with all that it started: a helper of git can wait for ever on a pipe. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

function config(settings: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(settings)) git('config', key, value);
}

function put(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
}

interface Trap {
  readonly set: () => void;
  /** What plain git does to spring it; absent where git is not what would. */
  readonly springs?: readonly string[];
}

const filters = (): void => put('.gitattributes', '*.evil filter=evil diff=evil merge=evil\n');
const shellScript = (): string => `#!/bin/sh\necho script >> '${canary}'\n`;

const traps: Readonly<Record<string, Trap>> = {
  'core.fsmonitor': { set: () => config({ 'core.fsmonitor': trap }), springs: ['status'] },
  'core.hooksPath': {
    set: () => {
      for (const name of [
        'pre-commit',
        'post-commit',
        'post-index-change',
        'post-checkout',
        'reference-transaction',
        'commit-msg',
      ])
        put(`.evil/${name}`, shellScript(), 0o755);
      config({ 'core.hooksPath': '.evil' });
    },
    springs: ['commit', '--allow-empty', '-m', 'x'],
  },
  '.git/hooks': {
    set: () => {
      for (const name of [
        'pre-commit',
        'post-commit',
        'post-index-change',
        'post-checkout',
        'prepare-commit-msg',
        'pre-auto-gc',
      ])
        put(`.git/hooks/${name}`, shellScript(), 0o755);
    },
    springs: ['commit', '--allow-empty', '-m', 'x'],
  },
  'filter clean and smudge': {
    set: () => {
      filters();
      config({ 'filter.evil.clean': trap, 'filter.evil.smudge': trap, 'filter.evil.required': 'true' });
    },
    springs: ['add', 'data.evil'],
  },
  'filter process': {
    set: () => {
      filters();
      config({ 'filter.evil.process': trap });
    },
    springs: ['add', 'data.evil'],
  },
  'diff.external': { set: () => config({ 'diff.external': trap }), springs: ['diff'] },
  'diff driver and textconv': {
    set: () => {
      filters();
      config({ 'diff.evil.command': trap, 'diff.evil.textconv': trap });
    },
    springs: ['diff'],
  },
  'attributes in .git/info': {
    set: () => {
      put('.git/info/attributes', '* filter=evil diff=evil\n');
      config({ 'filter.evil.clean': trap, 'diff.evil.textconv': trap });
    },
    springs: ['add', 'data.evil'],
  },
  'core.attributesFile': {
    set: () => {
      put('evil-attributes', '* filter=evil\n');
      config({ 'core.attributesFile': join(root, 'evil-attributes'), 'filter.evil.clean': trap });
    },
    springs: ['add', 'data.evil'],
  },
  'credential helper': {
    set: () => config({ 'credential.helper': `!${trap}`, 'remote.origin.url': 'http://127.0.0.1:9/x.git' }),
    springs: ['credential', 'fill'],
  },
  'aliases of commands': {
    set: () =>
      config(
        Object.fromEntries(['xx', 'status', 'ls-files', 'add', 'commit'].map((name) => [`alias.${name}`, `!${trap}`])),
      ),
    springs: ['xx'],
  },
  'core.sshCommand, gitProxy, askPass': {
    set: () =>
      config({
        'core.sshCommand': trap,
        'core.gitProxy': trap,
        'core.askPass': trap,
        'remote.origin.url': 'ssh://nobody@127.0.0.1:9/x.git',
        'branch.main.remote': 'origin',
      }),
    springs: ['fetch', 'origin'],
  },
  'ext:: remote': {
    set: () => config({ 'protocol.ext.allow': 'always', 'remote.origin.url': `ext::${trap} %S` }),
    springs: ['fetch', 'origin'],
  },
  'promisor remote that fetches what is missing': {
    set: () =>
      config({
        'protocol.ext.allow': 'always',
        'remote.origin.url': `ext::${trap} %S`,
        'remote.origin.promisor': 'true',
        'extensions.partialClone': 'origin',
        'core.repositoryformatversion': '1',
      }),
    springs: ['cat-file', '-p', '0123456789012345678901234567890123456789'],
  },
  'pagers and editors': {
    set: () =>
      config({
        'core.pager': trap,
        'pager.log': trap,
        'core.editor': trap,
        'sequence.editor': trap,
        'interactive.diffFilter': trap,
      }),
    springs: ['commit', '--allow-empty'],
  },
  'signing program': {
    set: () =>
      config({
        'commit.gpgSign': 'true',
        'gpg.program': trap,
        'log.showSignature': 'true',
        'gpg.ssh.program': trap,
        'user.signingKey': 'x',
      }),
    springs: ['commit', '--allow-empty', '-m', 'x'],
  },
  'include and includeIf': {
    set: () => {
      put('evil.config', `[core]\n\tfsmonitor = ${trap}\n`);
      put('evil-branch.config', `[diff]\n\texternal = ${trap}\n`);
      config({ 'include.path': '../evil.config', 'includeIf.onbranch:main.path': '../evil-branch.config' });
    },
    springs: ['status'],
  },
  'worktree configuration': {
    set: () => {
      config({ 'extensions.worktreeConfig': 'true', 'core.repositoryformatversion': '1' });
      put('.git/config.worktree', `[core]\n\tfsmonitor = ${trap}\n\thooksPath = ${folder}\n`);
    },
    springs: ['status'],
  },
  'submodules with traps of their own': {
    set: () => {
      const library = join(folder, 'library');
      execFileSync('git', ['init', '-q', library]);
      execFileSync('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'l'], { cwd: library });
      git('submodule', '--quiet', 'add', library, 'module');
      git('commit', '-q', '-m', 'module');
      execFileSync('git', ['config', 'core.fsmonitor', trap], { cwd: join(root, 'module') });
      put(
        '.gitmodules',
        `[submodule "module"]\n\tpath = module\n\turl = ext::${trap}\n\tupdate = !${trap}\n[submodule "b"]\n\tpath = b\n\turl = ext::${trap}\n`,
      );
      execFileSync('git', [...identity, 'commit', '-q', '--allow-empty', '-m', 'm'], { cwd: join(root, 'module') });
      put('module/changed.txt', 'x');
      config({ 'submodule.module.update': `!${trap}` });
    },
    springs: ['-C', 'module', 'status'],
  },
  'a nested repository': {
    set: () => {
      execFileSync('git', ['init', '-q', join(root, 'nested')]);
      execFileSync('git', ['config', 'core.fsmonitor', trap], { cwd: join(root, 'nested') });
      put('nested/n.txt', 'n\n');
    },
  },
  'a bare repository as plain files': {
    set: () => {
      put('bare/HEAD', 'ref: refs/heads/main\n');
      put('bare/config', `[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = ${trap}\n`);
      for (const name of ['objects', 'refs']) mkdirSync(join(root, 'bare', name));
    },
  },
  'alternates outside': {
    set: () => {
      const other = join(folder, 'other');
      execFileSync('git', ['init', '-q', other]);
      put('.git/objects/info/alternates', `${join(other, '.git', 'objects')}\n`);
      config({ 'core.alternateRefsCommand': trap, 'core.alternateRefsPrefixes': 'refs' });
    },
  },
  'a symbolic link as .git': {
    set: () => {
      config({ 'core.fsmonitor': trap });
      renameSync(join(root, '.git'), join(folder, 'elsewhere.git'));
      symlinkSync(join(folder, 'elsewhere.git'), join(root, '.git'));
    },
    springs: ['status'],
  },
  'a .git file that points elsewhere': {
    set: () => {
      config({ 'core.fsmonitor': trap, 'core.worktree': root });
      renameSync(join(root, '.git'), join(folder, 'elsewhere.git'));
      writeFileSync(join(root, '.git'), `gitdir: ${join(folder, 'elsewhere.git')}\n`);
    },
    springs: ['status'],
  },
  'direnv, package scripts and editors': {
    set: () => {
      put('.envrc', `echo envrc >> '${canary}'\n`);
      put(
        'package.json',
        JSON.stringify({
          name: 'x',
          scripts: Object.fromEntries(
            ['preinstall', 'postinstall', 'prepare', 'test', 'build'].map((name) => [name, trap]),
          ),
        }),
      );
      put('.npmrc', `script-shell=${trap}\n`);
      put('.vscode/settings.json', JSON.stringify({ 'git.path': trap, 'eslint.nodePath': trap }));
      put(
        '.vscode/tasks.json',
        JSON.stringify({ tasks: [{ label: 'x', command: trap, runOptions: { runOn: 'folderOpen' } }] }),
      );
      put('.idea/workspace.xml', `<project><component name="x" command="${trap}"/></project>\n`);
      put('.devcontainer/devcontainer.json', JSON.stringify({ initializeCommand: trap }));
      put('conftest.py', `import os; os.system('${trap}')\n`);
      put('setup.py', `import os; os.system('${trap}')\n`);
      put('build.rs', `fn main() { std::process::Command::new("${trap}"); }\n`);
      put('Makefile', `X := $(shell ${trap})\nall:\n\t${trap}\n`);
      put('Gemfile', `system('${trap}')\n`);
      put('eslint.config.mjs', `import { execSync } from 'node:child_process'; execSync('${trap}');\n`);
      put('.monkey/settings.json', JSON.stringify({ checks: [trap], providers: { x: { apiKeyCommand: trap } } }));
    },
  },
  'programs in the root': {
    set: () => {
      for (const name of ['git', 'rg', 'bash', 'sh', 'node', 'bwrap', 'ssh']) put(name, shellScript(), 0o755);
    },
  },
};

/** Everything that opening, looking, changing, taking back, committing and removing amounts to. */
async function useEverything(): Promise<readonly string[]> {
  let ids = 0;
  const refused: string[] = [];
  const searchPath = `.:${process.env['PATH']}`;
  const runGit = createGitRunner(searchPath);
  const environment = { PATH: searchPath, HOME: folder, GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' };
  const stateFolder = join(folder, 'state');
  const workspace = createWorkspace({
    root,
    addedFolders: [],
    stateFolder,
    protectedFolders: [],
    environment,
    now: Date.now,
    newId: (prefix) => `${prefix}_${ids++}`,
  });
  const attempt = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isMonkeyError(error)) throw error;
      refused.push(name);
    }
    expect([name, existsSync(canary) ? readFileSync(canary, 'utf8') : '']).toEqual([name, '']);
  };
  const { snapshots, lister, search } = workspace;
  await attempt('prepare', async () => snapshots.prepare());
  await attempt('list', () => lister.list({ limit: 1_000 }));
  await attempt('search', () => search.search({ pattern: 'one', syntax: 'literal', caseSensitive: true, limit: 10 }));
  await attempt('analyse', () => workspace.project());
  await attempt('read', () => workspace.readFile('src/a.ts'));
  await attempt('outer files', async () => workspace.outerFiles());
  let id = '';
  await attempt('snapshot', async () => {
    id = await snapshots.begin({ sessionId: 's', runId: 'r', reason: 'test' });
  });
  await attempt('edit', async () => {
    const plan = await workspace.planEdit(
      { format: 'whole-file', path: 'src/a.ts', content: 'export const a = 2;\n' },
      new Map(),
    );
    if (plan.kind === 'planned') await workspace.apply(plan);
  });
  appendFileSync(join(root, 'data.evil'), 'more\n');
  put('new.evil', 'new\n');
  await attempt('end of snapshot', () => snapshots.end(id));
  await attempt('tree hash', () => snapshots.treeHash());
  await attempt('diff', () => snapshots.diff({ from: id }));
  await attempt('copy', () => snapshots.materialise(id, join(folder, 'copy')));
  await attempt('undo', () => snapshots.undo({ kind: 'last-step' }, { preview: false }));
  await attempt('redo', () => snapshots.redo({ kind: 'last-step' }, { preview: false }));
  await attempt('watch', async () => {
    const watching = await watchFiles({ root, lister, runGit, onChange: () => undefined, quietMs: 5 });
    appendFileSync(join(root, 'src', 'a.ts'), '// more\n');
    await new Promise((resolve) => setTimeout(resolve, 60));
    watching.close();
  });
  const commit = { root, runGit, temporaryFolder: stateFolder, environment, runsHooks: false };
  await attempt('dry commit', () => commitChanges({ ...commit, isDryRun: true }));
  await attempt('commit', () => commitChanges({ ...commit, isDryRun: false }));
  await attempt('pull request', () => pullRequestText({ root, runGit, base: 'HEAD~1' }));
  for (const call of [
    ['status'],
    ['diff', 'HEAD'],
    ['log', '-p', '-2'],
    ['show'],
    ['blame', 'data.evil'],
    ['stash', 'create'],
    ['fetch', 'origin'],
  ])
    await attempt(call.join(' '), () => runGit(root, call));
  await attempt('worktree', () => runGit(root, ['worktree', 'add', '-b', 'monkey/t', join(folder, 'tree'), 'HEAD']));
  await attempt('worktrees', () => listWorktrees(runGit, root));
  await attempt('worktree removal', () => removeWorktree(runGit, root, { name: 't', losesIgnored: true }));
  await workspace.close();
  return refused;
}

it('in a harmless repository all of it works, so that the traps below are really walked over', async () => {
  put('data.evil', 'two\n');
  expect(await useEverything()).toEqual([]);
});

describe('a hostile repository executes nothing:', () => {
  for (const [name, { set }] of Object.entries(traps)) {
    it(name, async () => {
      set();
      rmSync(canary, { force: true });
      put('data.evil', 'two\n');
      await useEverything();
      expect(existsSync(canary)).toBe(false);
    });
  }
});

describe('plain git would have sprung:', () => {
  for (const [name, { set, springs }] of Object.entries(traps)) {
    if (springs === undefined) continue;
    it(name, async () => {
      set();
      put('data.evil', 'two\n');
      rmSync(canary, { force: true });
      const isPaged = springs[0] === 'diff' || springs[0] === 'log';
      const env = { ...process.env, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
      const input = springs[0] === 'credential' ? 'protocol=http\nhost=127.0.0.1\n\n' : '';
      const args = [...identity, ...(isPaged ? ['--no-pager'] : []), ...springs];
      const plain = spawn('git', args, { cwd: root, env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
      const ended = new Promise((resolve) => plain.on('close', resolve));
      // A program that ends without reading is no failure of the test.
      plain.stdin.on('error', () => undefined).end(input);
      try {
        await expect.poll(() => existsSync(canary), { timeout: 10_000 }).toBe(true);
      } finally {
        endGroup(plain.pid);
        await ended;
      }
    });
  }
});
