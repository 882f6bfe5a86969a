// Every built-in tool against a real workspace: the rules all tools share, and what each does at its edges.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '@monkey-coder/workspace';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTestFolder, openTestWorkspace } from '../testing/open-folder.ts';
import { testContext, toolConformance } from '../testing/tool-conformance.ts';
import { builtinTools } from './builtin.ts';
import { parseArguments } from './parse-arguments.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

const cleanUps: (() => void)[] = [];
const closing: Workspace[] = [];
afterEach(async () => {
  for (const workspace of closing.splice(0)) await workspace.close();
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

function open(files: Readonly<Record<string, string | Buffer>>): { workspace: Workspace; root: string } {
  const folder = makeTestFolder(files);
  cleanUps.push(() => folder.remove());
  const workspace = openTestWorkspace(folder.base, process.env);
  closing.push(workspace);
  return { workspace, root: join(folder.base, 'project') };
}

const sample = { 'a.txt': 'one\ntwo\none more\n', 'src/b.js': 'let x = 1;\n' };
const subjects: Readonly<Record<string, { valid: unknown; failing?: unknown }>> = {
  read: { valid: { path: 'a.txt' }, failing: { path: 'none' } },
  list: { valid: {}, failing: { path: '/etc' } },
  grep: { valid: { pattern: 'one' }, failing: { pattern: '(' } },
  code: { valid: { query: 'x', find: 'definition' } },
  edit: {
    valid: { path: 'a.txt', old_string: 'two', new_string: '2' },
    failing: { path: 'a.txt', old_string: 'one', new_string: '1' },
  },
  write: { valid: { path: 'new.txt', content: 'new' }, failing: { path: 'a.txt', content: 'over' } },
  bash: { valid: { command: 'echo hello' }, failing: { command: 'exit 3' } },
  process: { valid: { action: 'list' }, failing: { action: 'read', id: 'bg9' } },
  apply_patch: {
    valid: { patch: '*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** End Patch\n' },
    failing: { patch: '*** Begin Patch\n*** Update File: a.txt\n@@\n-three\n+3\n*** End Patch\n' },
  },
  todo: { valid: { items: [{ text: 'x', status: 'pending' }] } },
};

const offered = [
  ...builtinTools(),
  ...builtinTools({ editFormat: 'apply-patch' }).filter(({ name }) => name === 'apply_patch'),
];
for (const tool of offered) {
  describe(`${tool.name} as a tool`, () => {
    const subject = subjects[tool.name];
    if (subject === undefined) throw new Error(`no subject for ${tool.name}`);
    const cases = toolConformance({ tool, ...subject, openWorkspace: async () => open(sample).workspace });
    for (const { name, check } of cases) it(name, check);
  });
}

async function call(
  workspace: Workspace,
  name: string,
  args: unknown,
  context: Partial<ToolContext> = {},
): Promise<ToolResult> {
  const tool = builtinTools().find((candidate) => candidate.name === name) as Tool;
  const parsed = parseArguments(tool, JSON.stringify(args));
  if (parsed.kind === 'invalid') return { status: 'failed', output: parsed.message };
  const prepared = await tool.prepare(parsed.value, testContext(workspace, context));
  return 'run' in prepared ? prepared.run() : prepared;
}

describe('read', () => {
  it('gives the exact text, ranges with how to go on, and folders as lists', async () => {
    const long = Array.from({ length: 5000 }, (_, n) => `line ${n + 1}\n`).join('');
    const { workspace } = open({ ...sample, 'long.txt': long, 'empty.txt': '', 'wide.txt': 'x'.repeat(80_000) });
    const read = async (args: unknown) => (await call(workspace, 'read', args)).output;
    expect(await read({ path: 'a.txt' })).toBe(sample['a.txt']);
    expect(await read({ path: 'a.txt', offset: 2, limit: 1 })).toBe('two\n[lines 2-2 of 3; go on with offset 3]');
    expect(await read({ path: 'a.txt', offset: 9, limit: null })).toBe('[the file has only 3 lines]');
    expect(await read({ path: 'long.txt' })).toMatch(/line 2000\n\[lines 1-2000 of 5000; go on with offset 2001\]$/);
    expect(await read({ path: 'long.txt', offset: 4999 })).toBe('line 4999\nline 5000\n[lines 4999-5000 of 5000]');
    expect(await read({ path: 'empty.txt' })).toBe('[empty file]');
    expect((await read({ path: 'wide.txt' })).length).toBeLessThan(51_000);
    expect((await read({ path: '.' })).split('\n')).toEqual(['a.txt', 'empty.txt', 'long.txt', 'src/b.js', 'wide.txt']);
  });

  it('gives lines of a file too large to be held, with how to go on', async () => {
    const { workspace } = open({ 'big.log': `${'x'.repeat(99)}\n`.repeat(150_000) });
    const seen = new Map<string, string>();
    const read = async (args: object) =>
      (await call(workspace, 'read', { path: 'big.log', ...args }, { seen })).output.split('\n').at(-1);
    expect(await read({})).toMatch(/^\[lines 1-500 of a file of 15 MiB; go on with offset 501, or find the place/);
    expect(await read({ offset: 501, limit: 5 })).toMatch(
      /^\[lines 501-505 of a file of 15 MiB; go on with offset 506,/,
    );
    expect(await read({ offset: 149_999 })).toBe('[lines 149999-150000 of 150000]');
    expect(await read({ offset: 150_001 })).toBe('[the file has only 150000 lines]');
    expect(seen.size).toBe(0);
    const over = await call(workspace, 'write', { path: 'big.log', content: 'x' }, { seen });
    expect(over.status).toBe('failed');
  });

  it('remembers what was seen, and refuses binaries and devices in words', async () => {
    const { workspace } = open({ ...sample, 'bin.dat': Buffer.from([0, 1, 2, 0, 3, 255, 254]) });
    const seen = new Map<string, string>();
    await call(workspace, 'read', { path: 'a.txt' }, { seen });
    expect(seen.get('a.txt')).toBe((await workspace.readFile('a.txt')).hash);
    for (const path of ['bin.dat', '/dev/zero', '../x', 'none']) {
      expect(await call(workspace, 'read', { path }), path).toMatchObject({
        status: 'failed',
        output: expect.stringContaining(path.replace('../', '')),
      });
    }
  });
});

describe('list and grep', () => {
  it('find by glob, folder and pattern', async () => {
    const { workspace } = open({ ...sample, 'src/deep/c.ts': 'const X = 1;\n' });
    expect((await call(workspace, 'list', { glob: '**/*.{js,ts}' })).output).toBe('src/b.js\nsrc/deep/c.ts');
    expect((await call(workspace, 'list', { path: 'src' })).output).toBe('src/b.js\nsrc/deep/c.ts');
    expect((await call(workspace, 'list', { glob: '*.none' })).output).toBe('[no files match]');
    expect((await call(workspace, 'grep', { pattern: 'one' })).output).toBe('a.txt:1:one\na.txt:3:one more');
    expect((await call(workspace, 'grep', { pattern: 'X =', ignore_case: true })).output).toBe(
      'src/b.js:1:let x = 1;\nsrc/deep/c.ts:1:const X = 1;',
    );
    expect((await call(workspace, 'grep', { pattern: 'x|X', path: 'src/b.js' })).output).toBe('src/b.js:1:let x = 1;');
    expect((await call(workspace, 'grep', { pattern: 'x|X', path: 'src', glob: '*.ts' })).output).toMatch(
      /^(src\/deep\/c\.ts:1:const X = 1;|\[no matches\])$/,
    );
    expect((await call(workspace, 'grep', { pattern: 'nowhere' })).output).toBe('[no matches]');
  });

  it('sums up a big folder', async () => {
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`pkg${n % 4}/f${n}.txt`, 'x']));
    const { workspace } = open({ ...files, 'README.md': 'x' });
    const { output } = await call(workspace, 'list', {});
    expect(output.split('\n').sort()).toEqual(['README.md', ...[0, 1, 2, 3].map((n) => `pkg${n}/ (100 files)`)]);
  });
});

describe('edit and write', () => {
  it('change what they say, and show it', async () => {
    const { workspace, root } = open(sample);
    const seen = new Map<string, string>();
    const edited = await call(workspace, 'edit', { path: 'a.txt', old_string: 'two', new_string: 'zwei' }, { seen });
    expect(edited).toMatchObject({ status: 'ok', diff: expect.stringContaining('+zwei') });
    expect(edited.output).toMatch(/^modified a\.txt \(\+1 -1\)/);
    const all = await call(
      workspace,
      'edit',
      { path: 'a.txt', old_string: 'one', new_string: '1', replace_all: true },
      { seen },
    );
    expect(all.status).toBe('ok');
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('1\nzwei\n1 more\n');
    expect(await call(workspace, 'write', { path: 'a.txt', content: 'whole\n' }, { seen })).toMatchObject({
      status: 'ok',
    });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('whole\n');
    writeFileSync(join(root, 'a.txt'), 'by the user\n');
    const stale = await call(workspace, 'write', { path: 'a.txt', content: 'again\n' }, { seen });
    expect(stale).toMatchObject({ status: 'failed', output: expect.stringContaining('Read it again') });
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('by the user\n');
  });

  it('never write what is protected or outside', async () => {
    const { workspace, root } = open({ ...sample });
    mkdirSync(join(root, '.git'));
    for (const path of ['.git/config', '../x', '/etc/monkey']) {
      expect((await call(workspace, 'write', { path, content: 'x' })).status, path).toBe('failed');
    }
    expect(existsSync(join(root, '.git/config'))).toBe(false);
  });
});

describe('code', () => {
  const files = {
    'src/cart.ts': 'export function totalPrice(cart: Cart) {\n  return 0;\n}\n',
    'src/pay.ts': "import { totalPrice } from './cart.ts';\nexport const pay = () => totalPrice({});\n",
  };

  it('finds definitions, references, related code and a map', async () => {
    const { workspace } = open(files);
    const ask = async (find: string, query = 'totalPrice') => (await call(workspace, 'code', { query, find })).output;
    expect(await ask('definition')).toBe('src/cart.ts:1-3 function totalPrice');
    expect(await ask('references')).toContain('src/pay.ts:2: [pay]');
    expect(await ask('related', 'total prices of a cart')).toContain('src/cart.ts:1-3 totalPrice');
    expect(await ask('map')).toContain('src/cart.ts\n    1 export function totalPrice');
    expect(await ask('definition', 'nothingLikeIt')).toBe('[nothing found; try grep]');
  });

  it('leaves out what a rule hides', async () => {
    const { workspace } = open(files);
    const isHidden = (path: string) => path === 'src/pay.ts';
    for (const find of ['references', 'map', 'related']) {
      const { output } = await call(workspace, 'code', { query: 'totalPrice pay', find }, { isHidden });
      expect(output).not.toMatch(/pay\.ts:|pay\.ts\n/);
    }
  });
});

describe('bash', () => {
  it('gives output, exit code, time-out and cut in words', async () => {
    const { workspace } = open(sample);
    const bash = async (command: string, more: object = {}) => call(workspace, 'bash', { command, ...more });
    expect(await bash('cat a.txt | head -1')).toMatchObject({ status: 'ok', output: 'one', exitCode: 0 });
    expect(await bash('echo bad >&2; exit 2')).toMatchObject({
      status: 'failed',
      output: 'bad\n[exit code 2]',
      exitCode: 2,
    });
    expect(await bash('true')).toMatchObject({ status: 'ok', output: '[exit code 0, no output]' });
    expect(await bash('sleep 5', { timeout_ms: 200 })).toMatchObject({
      status: 'failed',
      output: expect.stringContaining('200 ms'),
    });
    const long = await bash('seq 1 100000');
    expect(long.output.length).toBeLessThan(32_000);
    expect(long.output).toMatch(/^1\n2\n[\s\S]*100000\n\[for more of it, read /);
    const file = /\[for more of it, read (\S+) with/.exec(long.output)?.[1] ?? '';
    const part = await call(workspace, 'read', { path: file, offset: 50_000, limit: 2 });
    expect(part.output).toMatch(/^50000\n50001\n\[lines 50000-50001 of 100000; go on/);
    expect((await bash('seq 1 100000')).output).toBe(long.output);
    for (const path of [file.replace(/output.*/, 'live'), file.replace(/commands.*/, '')]) {
      expect((await call(workspace, 'read', { path })).status, path).toBe('failed');
    }
    await expect(workspace.check(file, 'write')).rejects.toMatchObject({ code: 'workspace.outside' });
    expect((await call(workspace, 'edit', { path: file, old_string: '1\n2\n3\n', new_string: 'x' })).status).toBe(
      'failed',
    );
  });

  it('says beforehand whether it only reads', async () => {
    const { workspace } = open(sample);
    const tool = builtinTools().find((candidate) => candidate.name === 'bash') as Tool;
    const effect = async (command: string) => {
      const prepared = await tool.prepare({ command }, testContext(workspace));
      return 'run' in prepared ? prepared.effect : undefined;
    };
    expect(await effect('git status')).toMatchObject({ kind: 'command', readOnly: true });
    expect(await effect('touch x')).toMatchObject({ kind: 'command', readOnly: false });
  });
});

describe('syntax of an edit', () => {
  const files = { 'a.ts': 'export function a() {\n  return 1;\n}\n', 'broken.ts': 'function ( {\n', 'a.c': 'int a;\n' };
  const breaking = { path: 'a.ts', old_string: 'return 1;', new_string: 'return (1;' };

  it('refuses to break a file that was right, once: the same again is meant', async () => {
    const { workspace, root } = open(files);
    const first = await call(workspace, 'edit', breaking);
    expect(first.status).toBe('failed');
    expect(first.output).toContain('a.ts:2:');
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe(files['a.ts']);
    const again = await call(workspace, 'edit', breaking);
    expect(again.status).toBe('ok');
    expect(again.output).toContain('New syntax problems');
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toContain('return (1;');
  });

  it('lets a right edit through without a word, and one of a file that was broken before', async () => {
    const { workspace } = open(files);
    const right = await call(workspace, 'edit', { ...breaking, new_string: 'return 2;' });
    expect(right.output).toBe('modified a.ts (+1 -1)');
    const old = await call(workspace, 'edit', {
      path: 'broken.ts',
      old_string: 'function ( {',
      new_string: 'function ( { x',
    });
    expect(old.status).toBe('ok');
  });

  it('writes and tells where the grammar is not to be trusted, and holds new files to it', async () => {
    const { workspace } = open(files);
    const told = await call(workspace, 'edit', { path: 'a.c', old_string: 'int a;', new_string: 'int a = (;' });
    expect(told).toMatchObject({ status: 'ok' });
    expect(told.output).toContain('a.c:1:');
    expect((await call(workspace, 'write', { path: 'new.py', content: 'def f(:\n' })).status).toBe('failed');
  });

  it('is not looked at when that is switched off', async () => {
    const { workspace } = open(files);
    expect((await call(workspace, 'edit', breaking, { diagnostics: 'off' })).output).toBe('modified a.ts (+1 -1)');
  });
});

describe('other formats of edits', () => {
  const run = async (editFormat: 'apply-patch' | 'line-anchors', workspace: Workspace, name: string, args: unknown) => {
    const tool = builtinTools({ editFormat }).find((candidate) => candidate.name === name) as Tool;
    const prepared = await tool.prepare(args, testContext(workspace, {}));
    return 'run' in prepared ? prepared.run() : prepared;
  };

  it('edit by the anchors that read shows', async () => {
    const { workspace } = open(sample);
    const shown = (await run('line-anchors', workspace, 'read', { path: 'a.txt' })).output;
    expect(shown.replace(/:[0-9a-f]{4}\t/g, ':')).toBe('1:one\n2:two\n3:one more\n');
    const from = shown.split('\n')[1]?.split('\t')[0];
    const edited = await run('line-anchors', workspace, 'edit', { path: 'a.txt', changes: [{ from, text: 'TWO' }] });
    expect(edited.output).toBe('modified a.txt (+1 -1)');
    expect((await workspace.readFile('a.txt')).text).toBe('one\nTWO\none more\n');
    const stale = await run('line-anchors', workspace, 'edit', { path: 'a.txt', changes: [{ from, text: 'x' }] });
    expect(stale).toMatchObject({ status: 'failed', output: expect.stringContaining('2 | TWO') });
  });

  it('name the files of a patch before it is made, so that rules see them', () => {
    const tool = builtinTools({ editFormat: 'apply-patch' }).find(({ name }) => name === 'apply_patch') as Tool;
    const patch =
      '*** Begin Patch\n*** Add File: n.txt\n+n\n*** Update File: a.txt\n*** Move to: b.txt\n@@\n-two\n+2\n*** End Patch';
    expect(tool.intent({ patch })).toMatchObject({ effect: 'write', paths: ['n.txt', 'a.txt', 'b.txt'] });
  });
});

describe('background commands and terminals', () => {
  it('are started by bash, then listed, read on and stopped', async () => {
    const { workspace } = open(sample);
    const started = await call(workspace, 'bash', { command: 'echo up; sleep 4400.5', background: true });
    expect(started.status).toBe('ok');
    expect(started.output).toMatch(
      /^up\n\[bg1 is running; read bg1 again with offset 3\](?:\n\[other commands cannot reach its ports.*)?$/,
    );
    expect((await call(workspace, 'process', { action: 'list' })).output).toBe('bg1 is running: echo up; sleep 4400.5');
    expect((await call(workspace, 'process', { action: 'read', id: 'bg1', offset: 3 })).output).toMatch(
      /^\[bg1 is running/,
    );
    expect((await call(workspace, 'process', { action: 'stop', id: 'bg1' })).output).toBe('up\n[bg1 was stopped]');
    const failing = await call(workspace, 'bash', { command: 'echo no >&2; exit 4', background: true });
    expect(failing).toMatchObject({ status: 'failed', output: 'no\n[bg2 ended with exit code 4]' });
    const tty = await call(workspace, 'bash', { command: 'test -t 1 && echo tty', tty: true });
    expect(tty.output).toBe('tty');
  });
});
