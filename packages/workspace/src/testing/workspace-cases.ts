// What every workspace must do, on a real folder.
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMonkeyError } from '@monkey-coder/protocol';
import { runCheck } from '../checks/run-check.ts';
import type { ChangePlan, Workspace } from '../workspace.ts';
import type { ConformanceCase } from './case.ts';

/** A workspace on a folder filled by `fillWorkspaceFolder`. */
export interface WorkspaceFixture {
  readonly workspace: Workspace;
  /** A folder beside the root, outside the workspace. */
  readonly outside: string;
}

/** Fills a folder with what the cases start from. */
export function fillWorkspaceFolder(root: string): void {
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), '{ "name": "cart", "scripts": { "test": "node test.mjs" } }\n');
  writeFileSync(
    join(root, 'test.mjs'),
    "import { add } from './src/add.mjs';\nif (add(1, 2) !== 3) process.exit(1);\n",
  );
  writeFileSync(join(root, 'src', 'add.mjs'), 'export function add(a, b) {\n  return a - b;\n}\n');
  writeFileSync(join(root, 'windows.txt'), '\ufeffone\r\ntwo\r\nthree\r\n');
  chmodSync(join(root, 'windows.txt'), 0o755);
  writeFileSync(join(root, 'latin1.txt'), Buffer.from('für\nalle\n', 'latin1'));
}

const nothingSeen: ReadonlyMap<string, string> = new Map();

function withCode(code: string): (error: unknown) => boolean {
  return (error) => isMonkeyError(error) && error.code === code;
}

async function replace(workspace: Workspace, path: string, oldString: string, newString: string): Promise<ChangePlan> {
  const edit = { format: 'old-new-string', path, replacements: [{ oldString, newString }] } as const;
  const plan = await workspace.planEdit(edit, nothingSeen);
  if (plan.kind === 'refused') throw new Error(plan.message);
  return plan;
}

/** The cases. */
export const workspaceCases: readonly ConformanceCase<WorkspaceFixture>[] = [
  {
    name: 'reads text with its hash, and refuses what is outside',
    run: async ({ workspace, outside }) => {
      const file = await workspace.readFile('windows.txt');
      equal(file.text, 'one\r\ntwo\r\nthree\r\n');
      deepEqual([file.hasByteOrderMark, file.encoding, file.hash.length], [true, 'utf-8', 64]);
      equal((await workspace.readFile('latin1.txt')).encoding, 'latin1');
      symlinkSync(outside, join(workspace.root, 'link'));
      for (const path of ['../x', `${outside}/x`, 'link/x']) {
        await rejects(workspace.readFile(path), withCode('workspace.outside'));
        await rejects(workspace.check(path, 'write'), withCode('workspace.outside'));
      }
      await rejects(workspace.readFile('none.txt'), withCode('workspace.not-found'));
      await rejects(workspace.check('.git/config', 'write'), withCode('workspace.protected'));
      deepEqual(await workspace.check('src', 'read'), { path: 'src', exists: true, isDirectory: true });
    },
  },
  {
    name: 'reads lines of a file, and says where it ends',
    run: async ({ workspace }) => {
      const range = { maxLines: 1, maxBytes: 1_000 };
      const first = await workspace.readRange('src/add.mjs', { firstLine: 2, ...range });
      deepEqual([first.text, first.lineCount, first.isEnd, first.totalLines], ['  return a - b;\n', 1, false, null]);
      const last = await workspace.readRange('src/add.mjs', { firstLine: 3, ...range });
      deepEqual([last.text, last.lineCount, last.isEnd, last.totalLines], ['}\n', 1, true, 3]);
      equal((await workspace.readRange('src/add.mjs', { firstLine: 4, ...range })).lineCount, 0);
      await rejects(workspace.readRange('../x', { firstLine: 1, ...range }), withCode('workspace.outside'));
    },
  },
  {
    name: 'tells which files are no longer what they were',
    run: async ({ workspace }) => {
      const known = new Map<string, string>();
      for (const path of ['test.mjs', 'src/add.mjs', 'latin1.txt'])
        known.set(path, (await workspace.readFile(path)).hash);
      equal((await workspace.changedFiles(known)).size, 0);
      writeFileSync(join(workspace.root, 'test.mjs'), 'changed\n');
      rmSync(join(workspace.root, 'latin1.txt'));
      const { hash } = await workspace.readFile('test.mjs');
      deepEqual(
        [...(await workspace.changedFiles(known))],
        [
          ['test.mjs', hash],
          ['latin1.txt', null],
        ],
      );
      await workspace.apply(await replace(workspace, 'src/add.mjs', 'a - b', 'a + b'));
      equal((await workspace.changedFiles(known)).has('src/add.mjs'), true);
    },
  },
  {
    name: 'plans without touching, applies keeping line endings, mark, mode and encoding',
    run: async ({ workspace }) => {
      const path = join(workspace.root, 'windows.txt');
      const before = readFileSync(path);
      const plan = await replace(workspace, 'windows.txt', 'two', 'zwei');
      ok(readFileSync(path).equals(before));
      deepEqual(plan.changes, [{ path: 'windows.txt', kind: 'modified', added: 1, removed: 1 }]);
      ok(plan.diff.includes('+zwei'));
      equal(await workspace.examine(plan.files), 'not-applied');
      await workspace.apply(plan);
      equal(await workspace.examine(plan.files), 'applied');
      equal(readFileSync(path, 'utf8'), '\ufeffone\r\nzwei\r\nthree\r\n');
      equal(statSync(path).mode & 0o777, 0o755);
      await workspace.apply(await replace(workspace, 'latin1.txt', 'alle', 'viele ä'));
      equal(readFileSync(join(workspace.root, 'latin1.txt'), 'latin1'), 'für\nviele ä\n');
    },
  },
  {
    name: 'notices files changed since they were read, and between plan and apply',
    run: async ({ workspace }) => {
      const { hash } = await workspace.readFile('src/add.mjs');
      const plan = await replace(workspace, 'src/add.mjs', 'a - b', 'a + b');
      writeFileSync(
        join(workspace.root, 'src', 'add.mjs'),
        'export function add(a, b) {\n  return a - b; // mine\n}\n',
      );
      await rejects(workspace.apply(plan), withCode('workspace.stale'));
      equal(await workspace.examine(plan.files), 'changed-since');
      const edit = {
        format: 'old-new-string',
        path: 'src/add.mjs',
        replacements: [{ oldString: 'a - b', newString: 'a + b' }],
      } as const;
      await rejects(workspace.planEdit(edit, new Map([['src/add.mjs', hash]])), withCode('workspace.stale'));
    },
  },
  {
    name: 'applies several files or none',
    run: async ({ workspace }) => {
      const text = [
        '*** Begin Patch',
        '*** Update File: src/add.mjs',
        '@@',
        '-  return a - b;',
        '+  return a + b;',
        '*** Add File: blocked/new.mjs',
        '+export const one = 1;',
        '*** Delete File: latin1.txt',
        '*** End Patch',
      ].join('\n');
      const plan = await workspace.planEdit({ format: 'apply-patch', text }, nothingSeen);
      if (plan.kind === 'refused') throw new Error(plan.message);
      equal(plan.files.length, 3);
      const blocked = join(workspace.root, 'blocked');
      writeFileSync(blocked, 'a file where a folder is needed\n');
      await rejects(workspace.apply(plan));
      ok(existsSync(join(workspace.root, 'latin1.txt')));
      ok(readFileSync(join(workspace.root, 'src', 'add.mjs'), 'utf8').includes('a - b'));
      rmSync(blocked);
      await workspace.apply(plan);
      equal(await workspace.examine(plan.files), 'applied');
      ok(!existsSync(join(workspace.root, 'latin1.txt')));
    },
  },
  {
    name: 'refuses edits as values, and edits outside or of protected files by throwing',
    run: async ({ workspace }) => {
      const edit = (path: string) => ({ format: 'whole-file', path, content: 'x\n' }) as const;
      const missing = {
        format: 'old-new-string',
        path: 'src/add.mjs',
        replacements: [{ oldString: 'nowhere', newString: 'x' }],
      } as const;
      equal((await workspace.planEdit(missing, nothingSeen)).kind, 'refused');
      await rejects(workspace.planEdit(edit('../x.txt'), nothingSeen), withCode('workspace.outside'));
      await rejects(workspace.planEdit(edit('.git/hooks/pre-commit'), nothingSeen), withCode('workspace.protected'));
      await rejects(workspace.planEdit(edit('.monkey/settings.json'), nothingSeen), withCode('workspace.protected'));
    },
  },
  {
    name: 'lists, searches, and knows the project',
    run: async ({ workspace }) => {
      const { paths } = await workspace.lister.list({ glob: '**/*.mjs', limit: 10 });
      deepEqual(paths, ['src/add.mjs', 'test.mjs']);
      const found = await workspace.search.search({
        pattern: 'a - b',
        syntax: 'literal',
        caseSensitive: true,
        limit: 10,
      });
      deepEqual(
        found.matches.map(({ path, line }) => `${path}:${line}`),
        ['src/add.mjs:2'],
      );
      const facts = await workspace.project();
      equal(facts.name, 'cart');
      ok(facts.checks.some((check) => check.kind === 'tests'));
      equal(await workspace.project(), facts);
      writeFileSync(join(workspace.root, 'package.json'), '{ "name": "renamed" }\n');
      equal((await workspace.project()).name, 'renamed');
    },
  },
  {
    name: 'proves a check on the tree it ran on, and undoes the edit that made it pass',
    run: async ({ workspace }) => {
      let id = 0;
      const options = {
        signal: new AbortController().signal,
        timeoutMs: 20_000,
        newId: () => `chk_${id++}`,
        now: () => 5,
      };
      const check = { kind: 'tests', command: 'node test.mjs', cwd: '.' } as const;
      const failing = await runCheck(workspace, check, options);
      deepEqual([failing.receipt.passed, failing.receipt.exitCode, failing.receipt.startedAt], [false, 1, 5]);
      const plan = await replace(workspace, 'src/add.mjs', 'a - b', 'a + b');
      const paths = plan.files.map((file) => file.path);
      const step = await workspace.snapshots.begin({ sessionId: 'ses_1', runId: 'run_1', reason: 'edit', paths });
      await workspace.apply(plan);
      await workspace.snapshots.end(step);
      const passing = await runCheck(workspace, check, options);
      equal(passing.receipt.passed, true);
      notEqual(passing.receipt.treeHash, failing.receipt.treeHash);
      await workspace.snapshots.undo({ kind: 'last-run' }, { preview: false });
      equal((await runCheck(workspace, check, options)).receipt.treeHash, failing.receipt.treeHash);
    },
  },
];
