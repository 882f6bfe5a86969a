// Finds the git repository a folder belongs to by looking at files; git itself is not started.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Where a repository keeps its things. */
export interface GitRepository {
  /** Top folder of the work tree. */
  readonly top: string;
  /** Git folder of this work tree (index, HEAD, info). */
  readonly gitFolder: string;
  /** Git folder shared by all work trees (objects, refs, config). */
  readonly commonFolder: string;
  /** The folder's path below `top` with forward slashes and a final slash; empty at the top. */
  readonly prefix: string;
  readonly hashAlgorithm: 'sha1' | 'sha256';
}

/** The repository of a real folder, or null. */
export function findRepository(folder: string): GitRepository | null {
  for (let top = folder; ; top = dirname(top)) {
    const found = repositoryAt(top, folder);
    if (found !== null) return found;
    if (dirname(top) === top) return null;
  }
}

function repositoryAt(top: string, folder: string): GitRepository | null {
  const dotGit = join(top, '.git');
  if (!existsSync(dotGit)) return null;
  try {
    const gitFolder = statSync(dotGit).isDirectory() ? dotGit : linkedFolder(dotGit);
    if (!existsSync(join(gitFolder, 'HEAD'))) return null;
    const commonFile = join(gitFolder, 'commondir');
    const commonFolder = existsSync(commonFile)
      ? realpathSync.native(resolve(gitFolder, readFileSync(commonFile, 'utf8').trim()))
      : gitFolder;
    const below = relative(top, folder).split(sep).join('/');
    const config = readConfig(join(commonFolder, 'config'));
    const hashAlgorithm = /^\s*objectformat\s*=\s*"?sha256"?\s*$/im.test(config) ? 'sha256' : 'sha1';
    return { top, gitFolder, commonFolder, prefix: below === '' ? '' : `${below}/`, hashAlgorithm };
  } catch {
    return null;
  }
}

function linkedFolder(dotGit: string): string {
  const target = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1] ?? '';
  return realpathSync.native(resolve(dirname(dotGit), target));
}

/** Text of a configuration file; empty when there is none. */
export function readConfig(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
