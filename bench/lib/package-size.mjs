// The size of what would be published, unpacked: the files npm would take.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './task.mjs';

/** Megabytes on disk after an install; the package has no dependencies of its own. */
export function packedSizeMb() {
  const result = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: join(repositoryRoot, 'apps', 'cli'),
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(result.stdout);
  return packed.unpackedSize / 1_048_576;
}
