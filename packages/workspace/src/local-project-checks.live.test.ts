// Checks of real small projects through the workspace: commands run, mutants are tried in a copy, the user's files stay.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createIdSource } from '@monkey-coder/protocol';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CheckLimits } from './checks/check.ts';
import { createWorkspace } from './local-workspace.ts';
import type { Workspace } from './workspace.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-project-checks-')));
const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.close();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const newId = createIdSource(Date.now, Math.random);
const limits: CheckLimits = { timeoutMs: 60_000, newId, now: Date.now, sandbox: 'preferred' };
const { signal } = new AbortController();
let made = 0;

function project(files: Readonly<Record<string, string>>): {
  readonly root: string;
  readonly workspace: Workspace;
  readonly state: string;
} {
  const root = join(base, `p${made}`);
  const state = join(base, `s${made++}`);
  write(root, files);
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
  const workspace = createWorkspace({
    root,
    addedFolders: [],
    stateFolder: state,
    protectedFolders: [],
    environment: process.env,
    now: Date.now,
    newId,
  });
  open.push(workspace);
  return { root, workspace, state };
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function git(root: string, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root, stdio: 'ignore' });
}

const cart = {
  'package.json': JSON.stringify({
    name: 'cart',
    type: 'module',
    scripts: { test: 'node --test', lint: 'node lint.js' },
  }),
  'lint.js':
    "import { readFileSync } from 'node:fs';\nif (readFileSync('cart.js', 'utf8').includes('var ')) {\n  console.log('cart.js:1:1: error: no var [no-var]');\n  process.exit(1);\n}\n",
  'cart.js': 'export function total(n) {\n  return n;\n}\n',
  'cart.test.js':
    "import assert from 'node:assert';\nimport test from 'node:test';\nimport { total } from './cart.js';\ntest('total', () => assert.equal(total(5), 5));\n",
};

describe('ProjectChecks', () => {
  it('runs all checks of a project that is right, with receipts of one tree', async () => {
    const { workspace } = project(cart);
    const checks = await workspace.checks();
    const results = await checks.run({ paths: null, kinds: null, limits, signal });
    expect(results.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'syntax passed',
      'imports passed',
      'dependencies passed',
      'lint passed',
      'tests passed',
    ]);
    const hash = await workspace.snapshots.treeHash();
    expect(results.map(({ receipt }) => receipt?.treeHash)).toEqual(results.map(() => hash));
    expect(results.at(-1)?.receipt).toMatchObject({ command: 'npm test', exitCode: 0, passed: true });
  });

  it('gives the place of what is wrong', async () => {
    const { workspace, root } = project(cart);
    write(root, {
      'cart.js': 'var x = 1;\nexport function total(n) {\n  return n + 1;\n}\n',
      'other.js': "import './gone.js';\nlet = ;\n",
    });
    const results = await (await workspace.checks()).run({ paths: null, kinds: null, limits, signal });
    const failed = results.filter(({ status }) => status === 'failed');
    expect(failed.map(({ kind }) => kind)).toEqual(['syntax', 'imports', 'lint', 'tests']);
    expect(failed.slice(0, 3).map(({ findings }) => `${findings[0]?.file}:${findings[0]?.line}`)).toEqual([
      'other.js:2',
      'other.js:1',
      'cart.js:1',
    ]);
    expect(failed[3]?.receipt?.tail).toContain('fail 1');
  });

  it('looks only at what was asked for', async () => {
    const { workspace, root } = project(cart);
    write(root, { 'bad/other.js': 'let = ;\n' });
    const checks = await workspace.checks();
    const status = async (paths: readonly string[]) =>
      (await checks.run({ paths, kinds: ['syntax'], limits, signal })).map((result) => result.status);
    expect(await status(['cart.js'])).toEqual(['passed']);
    expect(await status(['bad'])).toEqual(['failed']);
    expect(await checks.changedPaths(signal)).toEqual(['bad/other.js']);
  });

  it('skips a command whose program is missing', async () => {
    const { workspace } = project({ 'package.json': JSON.stringify({ scripts: { lint: 'no-such-linter .' } }) });
    const [lint] = await (await workspace.checks()).run({ paths: null, kinds: ['lint'], limits, signal });
    expect(lint).toMatchObject({ status: 'skipped', receipt: null });
  });
});

describe('mutation of changed lines', () => {
  const changed = 'export function total(n) {\n  if (n > 3 && n < 100) return n;\n  return 0;\n}\n';
  const bounds = { paths: null, limits, signal, maxMutants: 20, maxMs: 120_000 };

  it('tells what the tests notice and what not, and touches no file of the user', async () => {
    const { workspace, root, state } = project(cart);
    write(root, { 'cart.js': changed });
    const report = await (await workspace.checks()).mutate(bounds);
    expect(report.reason).toBe('');
    const survived = report.results.filter(({ outcome }) => outcome === 'survived');
    const killed = report.results.filter(({ outcome }) => outcome === 'killed');
    expect(killed.map(({ line, change }) => `${line} ${change}`)).toContain('2 the condition became its opposite');
    // Five alone is tried by the test: neither bound is.
    expect(survived.map(({ line, change }) => `${line} ${change}`)).toContain('2 100 became 101');
    expect(readFileSync(join(root, 'cart.js'), 'utf8')).toBe(changed);
    expect(readdirSync(join(state, 'copies'))).toEqual([]);
  });

  it('says why when nothing can be told', async () => {
    const { workspace, root } = project(cart);
    const checks = await workspace.checks();
    expect((await checks.mutate(bounds)).reason).toBe('no changed line of code can be made wrong');
    write(root, { 'cart.js': changed.replace('return n', 'return 7') });
    expect((await checks.mutate(bounds)).reason).toContain('the tests fail without any change');
  });
});

describe('formatting', () => {
  it("runs the project's own formatter on changed lines alone", async () => {
    const { workspace, root } = project({
      'package.json': JSON.stringify({ devDependencies: { prettier: '3' } }),
      'node_modules/prettier/package.json': JSON.stringify({ name: 'prettier', version: '3.0.0', bin: 'fake.js' }),
      'node_modules/.bin/prettier': '#!/bin/sh\nshift\nfor f in "$@"; do sed -i "s/  */ /g" "$f"; done\n',
      '.gitignore': 'node_modules\n',
      'a.js': 'let  a;\nlet b;\n',
    });
    execFileSync('chmod', ['+x', join(root, 'node_modules/.bin/prettier')]);
    write(root, { 'a.js': 'let  a;\nlet   c;\n' });
    const outcomes = await (await workspace.checks()).format({ paths: ['a.js'], limits, signal });
    expect(outcomes).toEqual([{ formatter: 'prettier', files: ['a.js'], failure: '' }]);
    expect(readFileSync(join(root, 'a.js'), 'utf8')).toBe('let  a;\nlet c;\n');
  });

  it('uses a bundled formatter where the project has none, in its own style, on changed lines alone', async () => {
    const { workspace, root } = project({
      'old.js': "const  a = 'x';\nfunction f() {\n    return  a;\n}\n",
      'more.js': "import b from './old.js';\n\nexport function g() {\n    const c = 'y';\n    return c;\n}\n",
      'go.txt': 'left  alone\n',
    });
    write(root, {
      'old.js': "const  a = 'x';\nfunction f() {\n    return  a;\n}\nconst   d = [1,2,];\n",
      'new.py': 'def f( a,b ):\n    return  a+b\n',
      'new.go': 'package a\nfunc  F( ) int {\nreturn 1 }\n',
      'new.sh': 'if true;then\necho   hi\nfi\n',
      'bad.py': 'def f(:\n',
    });
    const paths = ['old.js', 'new.py', 'new.go', 'new.sh', 'bad.py', 'go.txt'];
    const outcomes = await (await workspace.checks()).format({ paths, limits, signal });
    const text = (path: string) => readFileSync(join(root, path), 'utf8');
    expect(text('old.js')).toBe("const  a = 'x';\nfunction f() {\n    return  a;\n}\nconst d = [1, 2];\n");
    expect(text('new.py')).toBe('def f(a, b):\n    return a + b\n');
    expect(text('new.go')).toBe('package a\n\nfunc F() int {\n\treturn 1\n}\n');
    expect(text('new.sh')).toBe('if true; then\n  echo hi\nfi\n');
    expect(text('bad.py')).toBe('def f(:\n');
    expect(outcomes.map(({ formatter }) => formatter).sort()).toEqual([
      'gofmt (bundled)',
      'prettier (bundled)',
      'ruff format (bundled)',
      'shfmt (bundled)',
    ]);
    expect(outcomes.find(({ formatter }) => formatter.startsWith('ruff'))?.failure).toContain('bad.py: ');
  });
});
