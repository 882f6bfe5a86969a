// The git folder of our own that stands beside the user's: made without a process, borrowing the user's objects.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryPrefix } from '../files/path-rules.ts';
import { type GitRepository, readConfig } from '../git/repository.ts';

/** Which folder, for which repository. */
export interface GitFolderOptions {
  readonly repository: GitRepository;
  readonly folder: string;
  /** Paths relative to the top, with forward slashes, that are never part of the tree. */
  readonly excluded: readonly string[];
}

/** Makes the folder when needed and brings its excludes up to date. Written by hand instead of `git init`: no process, no templates. */
export function writeGitFolder({ folder, repository, excluded }: GitFolderOptions): void {
  if (existsSync(join(folder, 'HEAD'))) {
    writeExcludes(folder, repository, excluded);
    return;
  }
  for (const name of ['objects/info', 'refs', 'info']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  const format = repository.hashAlgorithm === 'sha256' ? ['[extensions]', 'objectformat = sha256'] : [];
  const isWindows = process.platform === 'win32';
  const config = [
    '[core]',
    `repositoryformatversion = ${format.length > 0 ? 1 : 0}`,
    'bare = false',
    `filemode = ${!isWindows}`,
    `symlinks = ${!isWindows}`,
    `ignorecase = ${isWindows || process.platform === 'darwin'}`,
    `precomposeunicode = ${process.platform === 'darwin'}`,
    'autocrlf = false',
    'safecrlf = false',
    'fsmonitor = false',
    'splitIndex = false',
    'untrackedCache = false',
    'longpaths = true',
    '[index]',
    'sparse = false',
    ...format,
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  writeFileSync(
    join(folder, 'info', 'attributes'),
    '* -text -eol -ident -filter -diff -merge -working-tree-encoding\n',
  );
  writeFileSync(join(folder, 'objects', 'info', 'alternates'), `${join(repository.commonFolder, 'objects')}\n`);
  writeExcludes(folder, repository, excluded);
  writeFileSync(join(folder, 'HEAD'), 'ref: refs/heads/none\n');
}

function writeExcludes(folder: string, repository: GitRepository, excluded: readonly string[]): void {
  const users = readConfig(join(repository.commonFolder, 'info', 'exclude'));
  const ours = [`${temporaryPrefix}*`, ...excluded.map((path) => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}`)];
  const text = `${users}\n${ours.join('\n')}\n`;
  const path = join(folder, 'info', 'exclude');
  if (readConfig(path) !== text) writeFileSync(path, text);
}

/** Whether anything says that contents in the repository are not the bytes in the work tree. */
export function mayConvert(repository: GitRepository): boolean {
  if (process.platform === 'win32') return true;
  if (/^\s*(autocrlf|eol)\s*=/im.test(readConfig(join(repository.commonFolder, 'config')))) return true;
  if (readConfig(join(repository.commonFolder, 'info', 'attributes')) !== '') return true;
  const index = readFileSync(join(repository.gitFolder, 'index'));
  // Version 4 leaves out what a name shares with the one before it, so the word may not be there in one piece.
  return index[7] === 4 || index.includes('.gitattributes');
}
