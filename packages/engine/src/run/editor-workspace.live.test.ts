// A workspace behind an editor in which somebody types at the worst moment: what was typed stays.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChangePlan, createWorkspace } from '@monkey-coder/workspace';
import { expect, it, onTestFinished } from 'vitest';
import { withEditor } from './editor-workspace.ts';

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-editor-'));
  let ids = 0;
  const disk = await createWorkspace({
    root: folder,
    addedFolders: [],
    stateFolder: join(folder, '.state'),
    protectedFolders: [],
    environment: { PATH: process.env['PATH'] ?? '' },
    now: () => 1,
    newId: (prefix) => `${prefix}_${++ids}`,
  });
  onTestFinished(async () => {
    await disk.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const buffers = new Map<string, string>();
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old\n');
  const workspace = withEditor(disk, {
    read: async (file) => buffers.get(file),
    write: async (file, text) => {
      buffers.set(file, text);
      writeFileSync(file, text);
    },
  });
  const plan = async (name: string, text: string): Promise<ChangePlan> => {
    const made = await workspace.planEdit({ format: 'whole-file', path: name, content: text }, new Map());
    if (!('files' in made)) throw new Error(JSON.stringify(made));
    return made;
  };
  return { folder, buffers, path, workspace, plan };
}

it('a change that was worked out before something was typed is refused, and the editor keeps its text', async () => {
  const { buffers, path, workspace, plan } = await open();
  const made = await plan('a.txt', 'new\n');
  buffers.set(path, 'old\ntyped\n');
  await expect(workspace.apply(made)).rejects.toMatchObject({ code: 'workspace.stale' });
  expect(buffers.get(path)).toBe('old\ntyped\n');
  expect(readFileSync(path, 'utf8')).toBe('old\n');
});

it('so is a new file that somebody is writing and has not saved', async () => {
  const { folder, buffers, workspace, plan } = await open();
  const made = await plan('b.txt', 'new\n');
  buffers.set(join(folder, 'b.txt'), 'typed\n');
  await expect(workspace.apply(made)).rejects.toMatchObject({ code: 'workspace.stale' });
  expect(buffers.get(join(folder, 'b.txt'))).toBe('typed\n');
});

it('an open file that nobody types in shows the change', async () => {
  const { buffers, path, workspace, plan } = await open();
  buffers.set(path, 'old\n');
  await workspace.apply(await plan('a.txt', 'new\n'));
  expect(buffers.get(path)).toBe('new\n');
});
