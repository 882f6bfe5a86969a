// Instruction files on a real disk: nearest wins, imports bounded, what is broken becomes a notice.
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
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
