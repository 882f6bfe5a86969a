// A file that keeps an index: what was saved comes back, and nothing that was not saved whole by this version does.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadIndexFile, saveIndexFile } from './index-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'monkey-index-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const value = { names: ['a', 'b'], numbers: Uint32Array.from([1, 2, 3]) };

it('gives back what was saved, and leaves nothing beside it', () => {
  const file = join(folder, 'new', 'a.bin');
  expect(saveIndexFile(file, 'one', value)).toBe(true);
  expect(loadIndexFile(file, 'one')).toEqual(value);
  expect(readdirSync(join(folder, 'new'))).toEqual(['a.bin']);
});

it('trusts no other version, and no body that belongs to another head', () => {
  const [first, second] = [join(folder, 'first.bin'), join(folder, 'second.bin')];
  saveIndexFile(first, 'one', value);
  saveIndexFile(second, 'one', { ...value, names: ['c'] });
  expect(loadIndexFile(first, 'two')).toBeUndefined();
  // Both bodies are good by themselves; only the checksum tells.
  writeFileSync(first, Buffer.concat([readFileSync(first).subarray(0, 64), readFileSync(second).subarray(64)]));
  expect(loadIndexFile(first, 'one')).toBeUndefined();
  expect(loadIndexFile(join(folder, 'none.bin'), 'one')).toBeUndefined();
});

it('says so when it cannot be written', () => {
  mkdirSync(join(folder, 'taken.bin'));
  expect(saveIndexFile(join(folder, 'taken.bin'), 'one', value)).toBe(false);
});
