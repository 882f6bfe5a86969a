// When a run is told that the repository around its folder has more to it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { outerProjectNotes } from './outer-project.ts';

const root = mkdtempSync(join(tmpdir(), 'monkey-outer-'));
const repository = join(root, 'repository');
const inner = join(repository, 'src', 'deep');
mkdirSync(join(repository, '.git'), { recursive: true });
mkdirSync(inner, { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const check = {
  kind: 'tests' as const,
  command: 'npm test',
  cwd: '.',
  evidence: { file: 'package.json' },
};

describe('the note about the repository around a folder', () => {
  it('names the repository for a folder without checks', () => {
    expect(outerProjectNotes(inner, { checks: [] }).join()).toContain(`-C ${repository} `);
  });

  it('says nothing for a folder with checks, a repository itself, and outside of one', () => {
    expect(outerProjectNotes(inner, { checks: [check] })).toEqual([]);
    expect(outerProjectNotes(repository, { checks: [] })).toEqual([]);
    expect(outerProjectNotes(root, { checks: [] })).toEqual([]);
  });
});
