// Reads files of the repository above the workspace root, such as instruction files: never written, never beyond its top.
import { MonkeyError } from '@monkey-coder/protocol';
import { createPathGuard } from '../files/path-guard.ts';
import { readText } from '../files/text-file.ts';
import type { OuterFiles } from '../workspace.ts';
import { findRepository } from './repository.ts';

/** The repository a real folder lies in, with `protectedFolders` closed; null at its top and outside of any. */
export function openOuterFiles(root: string, protectedFolders: readonly string[]): OuterFiles | null {
  const repository = findRepository(root);
  if (repository === null || repository.prefix === '') return null;
  const guard = createPathGuard({ root: repository.top, addedFolders: [], protectedFolders });
  return {
    prefix: repository.prefix.replace(/\/$/, ''),
    async readFile(path) {
      const checked = guard.check(path, 'read');
      if (checked.stats === null) throw new MonkeyError('workspace.not-found', `${checked.path} does not exist`);
      return readText(checked);
    },
    async check(path) {
      const { stats } = guard.check(path, 'read');
      return { exists: stats !== null, isDirectory: stats?.isDirectory() ?? false };
    },
  };
}
