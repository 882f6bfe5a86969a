// The workspace as a whole, with git and without.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChangedFiles } from './files/changed-files.ts';
import { createPathGuard } from './files/path-guard.ts';
import { contentHash } from './files/text-file.ts';
import { createWorkspace } from './local-workspace.ts';
import { fillWorkspaceFolder, workspaceCases } from './testing/workspace-cases.ts';
import type { Workspace } from './workspace.ts';

let folder = '';
let workspace: Workspace | null = null;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-workspace-')));
  for (const name of ['ws', 'outside']) mkdirSync(join(folder, name));
});
afterEach(async () => {
  await workspace?.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): Workspace {
  workspace = createWorkspace({
    root: join(folder, 'ws'),
    addedFolders: [],
    stateFolder: join(folder, 'state'),
    protectedFolders: [join(folder, 'config')],
    environment: process.env,
    now: Date.now,
    newId: createIdSource(Date.now, Math.random),
  });
  return workspace;
}

describe('a workspace without git', () => {
  for (const { name, run } of workspaceCases) {
    it(name, () => {
      fillWorkspaceFolder(join(folder, 'ws'));
      return run({ workspace: open(), outside: join(folder, 'outside') });
    });
  }
});

describe('a workspace in a git repository', () => {
  for (const { name, run } of workspaceCases) {
    it(name, () => {
      const root = join(folder, 'ws');
      fillWorkspaceFolder(root);
      execFileSync('git', ['init', '-q'], { cwd: root });
      execFileSync('git', ['add', '-A'], { cwd: root });
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'start'], {
        cwd: root,
      });
      return run({ workspace: open(), outside: join(folder, 'outside') });
    });
  }
});

it('takes a folder relative to the root to run in', async () => {
  fillWorkspaceFolder(join(folder, 'ws'));
  const opened = open();
  const request = {
    timeoutMs: 5_000,
    maxOutputBytes: 1_000,
    network: false,
    writable: false,
    sandbox: 'preferred',
  } as const;
  const signal = new AbortController().signal;
  const result = await opened.commands.run({ ...request, command: 'pwd', cwd: 'src', signal });
  expect(result.output).toBe(`${join(folder, 'ws', 'src')}\n`);
  await expect(opened.commands.run({ ...request, command: 'pwd', cwd: '..', signal })).rejects.toMatchObject({
    code: 'workspace.outside',
  });
});

it('reads on in a log of 50 MB in bounded memory', async () => {
  const log = join(folder, 'ws', 'big.log');
  writeFileSync(log, `${'x'.repeat(99)}\n`.repeat(500_000));
  const opened = open();
  await expect(opened.readFile('big.log')).rejects.toMatchObject({ code: 'workspace.too-large' });
  const before = process.memoryUsage().rss;
  const range = { maxLines: 3, maxBytes: 10_000 };
  expect(await opened.readRange('big.log', { firstLine: 400_000, ...range })).toMatchObject({
    lineCount: 3,
    isEnd: false,
  });
  expect(await opened.readRange('big.log', { firstLine: 400_003, ...range })).toMatchObject({
    lineCount: 3,
    isEnd: false,
  });
  expect(await opened.readRange('big.log', { firstLine: 499_999, ...range })).toMatchObject({ totalLines: 500_000 });
  expect(await opened.readRange('big.log', { firstLine: 1, ...range })).toMatchObject({ lineCount: 3, isEnd: false });
  writeFileSync(log, 'new\n');
  expect(await opened.readRange('big.log', { firstLine: 1, ...range })).toMatchObject({ text: 'new\n', totalLines: 1 });
  writeFileSync(log, 'a\nb\nc\nd\n');
  expect(await opened.readRange('big.log', { firstLine: 2, ...range })).toMatchObject({ text: 'b\nc\nd\n' });
  writeFileSync(log, 'longer\n'.repeat(9));
  expect(await opened.readRange('big.log', { firstLine: 8, ...range })).toMatchObject({ text: 'longer\nlonger\n' });
  expect(process.memoryUsage().rss - before).toBeLessThan(40 * 1024 * 1024);
});

it('says which files changed since they were seen, also under the same times and size', async () => {
  const opened = open();
  const write = (name: string, text: string) => writeFileSync(join(folder, 'ws', name), text);
  const seen = new Map<string, string>();
  for (let id = 0; id < 20; id += 1) {
    write(`${id}.txt`, `text ${id}`);
    utimesSync(join(folder, 'ws', `${id}.txt`), 1_000, 1_000);
    seen.set(`${id}.txt`, (await opened.readFile(`${id}.txt`)).hash);
  }
  expect([...(await opened.changedFiles(seen))]).toEqual([]);
  const startedAt = performance.now();
  for (let round = 0; round < 50; round += 1) await opened.changedFiles(seen);
  expect((performance.now() - startedAt) / 50).toBeLessThan(5);
  write('3.txt', 'text !');
  utimesSync(join(folder, 'ws', '3.txt'), 1_000, 1_000);
  rmSync(join(folder, 'ws', '4.txt'));
  rmSync(join(folder, 'ws', '5.txt'));
  symlinkSync(join(folder, 'outside'), join(folder, 'ws', '5.txt'));
  utimesSync(join(folder, 'ws', '6.txt'), 2_000, 2_000);
  const changed = await opened.changedFiles(seen);
  expect([...changed.keys()]).toEqual(['3.txt', '4.txt', '5.txt']);
  expect(changed.get('3.txt')).toBe((await opened.readFile('3.txt')).hash);
  expect(changed.get('4.txt')).toBe(null);
});

it('does not trust the times of a file that was just written', () => {
  const root = join(folder, 'ws');
  const file = join(root, 'a.txt');
  const guard = createPathGuard({ root, addedFolders: [], protectedFolders: [] });
  const [one, two] = ['one', 'two'].map((text) => contentHash(Buffer.from(text)));
  // Written twice within one tick of the file system's clock: times and size are the same before and after.
  writeFileSync(file, 'two');
  const soon = new ChangedFiles(guard, () => statSync(file).mtimeMs + 10);
  soon.remember('a.txt', one ?? '', statSync(file));
  expect([...soon.compare(new Map([['a.txt', one ?? '']]))]).toEqual([['a.txt', two]]);
  const later = new ChangedFiles(guard, () => statSync(file).mtimeMs + 60_000);
  later.remember('a.txt', one ?? '', statSync(file));
  expect([...later.compare(new Map([['a.txt', one ?? '']]))]).toEqual([]);
});

it('reads files of the repository above the root, and nothing beyond', async () => {
  const root = join(folder, 'ws');
  expect(open().outerFiles()).toBe(null);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  writeFileSync(join(folder, 'AGENTS.md'), 'outer');
  symlinkSync('/etc/passwd', join(folder, 'LINK.md'));
  const outer = open().outerFiles();
  expect(outer?.prefix).toBe('ws');
  expect((await outer?.readFile('AGENTS.md'))?.text).toBe('outer');
  await expect(outer?.readFile('LINK.md')).rejects.toMatchObject({ code: 'workspace.outside' });
  await expect(outer?.check('../x', 'read')).rejects.toMatchObject({ code: 'workspace.outside' });
  mkdirSync(join(folder, 'state'));
  await expect(outer?.check('state/x', 'read')).rejects.toMatchObject({ code: 'workspace.protected' });
  execFileSync('git', ['init', '-q'], { cwd: root });
  expect(open().outerFiles()).toBe(null);
});
