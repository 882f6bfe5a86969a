// The workspace as a whole, with git and without.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, type LocalWorkspace } from './local-workspace.ts';
import { fillWorkspaceFolder, workspaceCases } from './testing/workspace-cases.ts';

let folder = '';
let workspace: LocalWorkspace | null = null;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-workspace-')));
  for (const name of ['ws', 'outside']) mkdirSync(join(folder, name));
});
afterEach(async () => {
  await workspace?.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): LocalWorkspace {
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

it('reads a range, and takes a folder relative to the root to run in', async () => {
  fillWorkspaceFolder(join(folder, 'ws'));
  const opened = open();
  expect((await opened.readRange('test.mjs', 0, 60)).text).toBe("import { add } from './src/add.mjs';\n");
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
