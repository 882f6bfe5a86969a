// Instruction files on a real disk: nearest wins, imports bounded, what is broken becomes a notice.
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTestFolder, openTestWorkspace } from '../testing/open-folder.ts';
import { type InstructionQuery, loadInstructions } from './instructions.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

async function load(files: Readonly<Record<string, string | Buffer>>, query: Omit<InstructionQuery, 'workspace'> = {}) {
  const folder = makeTestFolder(files);
  cleanUps.push(folder.remove);
  const workspace = openTestWorkspace(folder.base, process.env);
  const userFile = query.userFile === undefined ? {} : { userFile: join(folder.base, 'project', query.userFile) };
  const result = await loadInstructions({ workspace, ...query, ...userFile });
  await workspace.close();
  return { ...result, paths: result.files.map((file) => file.path) };
}

it('goes from the user over the root to the folder, first name wins', async () => {
  const found = await load(
    {
      '../user.md': 'user',
      'AGENTS.md': '\uFEFFroot\r\nline',
      'CLAUDE.md': 'not this',
      'a/GEMINI.md': 'a',
      'a/b/.monkey/AGENTS.md': 'b',
      'other/AGENTS.md': 'not this',
    },
    { folder: 'a/b', userFile: '../user.md' },
  );
  expect(found.files.map((file) => file.text)).toEqual(['user', 'root\nline', 'a', 'b']);
  expect(found.paths.slice(1)).toEqual(['AGENTS.md', 'a/GEMINI.md', 'a/b/.monkey/AGENTS.md']);
  expect(found.notices).toEqual([]);
});

it('follows imports inside the workspace, each once, three deep', async () => {
  const found = await load({
    '../outside.md': 'secret',
    'AGENTS.md': 'See @docs/one.md and @../outside.md and @missing.md',
    'docs/one.md': 'one @two.md @../AGENTS.md',
    'docs/two.md': 'two @three.md',
    'docs/three.md': 'three @four.md',
    'docs/four.md': 'four',
  });
  expect(found.paths).toEqual(['AGENTS.md', 'docs/one.md', 'docs/two.md', 'docs/three.md']);
  expect(found.notices.join('\n')).toMatch(/four\.md is nested too deeply/);
  expect(found.notices.join('\n')).toMatch(/outside/);
  expect(JSON.stringify(found.files)).not.toContain('secret');
});

it('reports broken files and goes on', async () => {
  const found = await load(
    { 'AGENTS.md': Buffer.from([0, 1, 2, 0, 255]), 'a/AGENTS.md': 'x'.repeat(300_000), 'a/b/AGENTS.md': 'good' },
    { folder: 'a/b' },
  );
  expect(found.paths).toEqual(['a/b/AGENTS.md']);
  expect(found.notices).toHaveLength(2);
});

it('cuts the farthest first and says so', async () => {
  const line = `${'x'.repeat(99)}\n`;
  const found = await load(
    { 'AGENTS.md': line.repeat(30), 'a/AGENTS.md': line.repeat(20) },
    { folder: 'a', maxChars: 2500 },
  );
  expect(found.files.map((file) => file.text.length)).toEqual([499, 1999]);
  expect(found.notices).toEqual(['AGENTS.md: only 499 of 2999 characters were taken in']);
});

it('finds nothing in an empty project, and takes a missing user file for none', async () => {
  expect(await load({}, { userFile: '../none.md' })).toMatchObject({ files: [], notices: [] });
});

describe('a folder inside a git repository', () => {
  const files = {
    '../above.md': 'above',
    '../AGENTS.md': 'above the repository',
    'AGENTS.md': 'top @docs/style.md @../above.md @packages/cart/notes.md',
    'docs/style.md': 'style',
    'packages/CLAUDE.md': 'packages',
    'packages/other/AGENTS.md': 'not this',
    'packages/cart/AGENTS.md': 'cart @notes.md',
    'packages/cart/notes.md': 'notes',
  };

  async function loadFrom(folder: string, prepare: (top: string) => void, maxChars?: number) {
    const made = makeTestFolder(files);
    cleanUps.push(made.remove);
    const top = join(realpathSync(made.base), 'project');
    mkdirSync(join(top, '.git'));
    writeFileSync(join(top, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    prepare(top);
    const workspace = openTestWorkspace(made.base, process.env, join('project', folder));
    const result = await loadInstructions({ workspace, ...(maxChars === undefined ? {} : { maxChars }) });
    await workspace.close();
    return result;
  }

  it('is told what stands above it, up to the top of the repository', async () => {
    const found = await loadFrom('packages/cart', () => undefined);
    expect(found.files).toEqual([
      { path: '../../AGENTS.md', text: 'top @docs/style.md @../above.md @packages/cart/notes.md' },
      { path: '../../docs/style.md', text: 'style' },
      { path: 'notes.md', text: 'notes' },
      { path: '../CLAUDE.md', text: 'packages' },
      { path: 'AGENTS.md', text: 'cart @notes.md' },
    ]);
    expect(found.notices).toEqual([expect.stringMatching(/^\.\.\/\.\.\/\.\.\/above\.md was left out: .*outside/)]);
  });

  it('is not led out of the repository by a link, and the nearest keeps its room', async () => {
    const found = await loadFrom('packages/other', (top) => {
      rmSync(join(top, 'AGENTS.md'));
      symlinkSync('../above.md', join(top, 'AGENTS.md'));
    });
    expect(found.files.map((file) => file.path)).toEqual(['../CLAUDE.md', 'AGENTS.md']);
    expect(found.notices).toEqual([expect.stringMatching(/AGENTS\.md was left out: .*outside/)]);
    const cut = await loadFrom('packages/other', () => undefined, 10);
    expect(cut.files.map((file) => file.path)).toEqual(['AGENTS.md']);
    expect(cut.notices).toContain('../CLAUDE.md: only 0 of 8 characters were taken in');
  });

  it('hears nothing from above when it is a repository of its own', async () => {
    const found = await loadFrom('packages/cart', (top) => {
      mkdirSync(join(top, 'packages', 'cart', '.git'));
      writeFileSync(join(top, 'packages', 'cart', '.git', 'HEAD'), 'ref: refs/heads/main\n');
    });
    expect(found.files.map((file) => file.path)).toEqual(['AGENTS.md', 'notes.md']);
  });
});
