// A disk that is full: one clear line, and the old file as it was.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMonkeyError } from '@monkey-coder/protocol';
import { expect, it } from 'vitest';
import { createSafeWriter } from './atomic-write.ts';
import { createPathGuard } from './path-guard.ts';

function mountSmall(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', folder], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

it('keeps the old file and removes the temporary one when the disk is full', (context) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-full-')));
  if (!mountSmall(folder)) {
    rmSync(folder, { recursive: true });
    context.skip('a small file system can only be mounted as root');
  }
  try {
    writeFileSync(join(folder, 'a.txt'), 'old\n');
    const guard = createPathGuard({ root: folder, addedFolders: [], protectedFolders: [] });
    let failure: unknown;
    try {
      createSafeWriter(guard).write(join(folder, 'a.txt'), Buffer.alloc(1024 * 1024));
    } catch (error) {
      failure = error;
    }
    expect(isMonkeyError(failure) && failure.code).toBe('workspace.io');
    expect(isMonkeyError(failure) && failure.message).toBe('cannot write a.txt: the disk is full');
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('old\n');
    expect(readdirSync(folder)).toEqual(['a.txt']);
  } finally {
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  }
});
