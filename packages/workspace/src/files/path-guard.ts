// Decides which real path a given path means, and whether it may be read or written.
import { type BigIntStats, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { isProtectedName, refusedNewName, refusedSpelling } from './path-rules.ts';

/** A path that was found fit for use. */
export interface CheckedPath {
  /** Real path, no symbolic links left in it. */
  readonly absolute: string;
  /** Relative to the root with forward slashes, `.` for the root; absolute outside the root. */
  readonly path: string;
  /** Root or added folder that contains it. */
  readonly base: string;
  /** Null when it does not exist. */
  readonly stats: Stats | null;
}

/** Checks paths against one root, added folders, and folders that nobody may touch. */
export interface PathGuard {
  readonly root: string;
  readonly addedFolders: readonly string[];
  /** Throws MonkeyError `workspace.outside`, `workspace.protected`, `workspace.not-a-file` or `workspace.io`. */
  check(path: string, access: 'read' | 'write'): CheckedPath;
  /** Path as shown to people and models for a real path. */
  shown(absolute: string): string;
  /** Whether a real path is inside root or added folders, and not protected. */
  isWritableFolder(realFolder: string): boolean;
}

const foldsCase = process.platform === 'darwin' || process.platform === 'win32';
const fold = (path: string): string => (foldsCase ? path.normalize('NFC').toLowerCase() : path);

/** Whether a real path is a real folder or below it; compares with the separator, folded where the system folds case. */
export function isInside(folder: string, path: string): boolean {
  const outer = fold(folder.endsWith(sep) ? folder : folder + sep);
  return fold(path) === fold(folder) || fold(path).startsWith(outer);
}

/** Builds the guard; folders that do not exist are left out of `addedFolders`, and kept as spelled in `protectedFolders`. */
export function createPathGuard(options: {
  readonly root: string;
  readonly addedFolders: readonly string[];
  readonly protectedFolders: readonly string[];
  /** A folder whose files may be read wherever it lies; it need not exist yet. */
  readonly readableFolder?: string;
}): PathGuard {
  const root = realFolder(options.root);
  const addedFolders = options.addedFolders.map(realFolder);
  const bases = [root, ...addedFolders];
  const protectedFolders = options.protectedFolders.map((folder) => resolveFully(resolve(folder)).absolute);
  const shown = (absolute: string): string => {
    if (!isInside(root, absolute)) return absolute.split(sep).join('/');
    return relative(root, absolute).split(sep).join('/') || '.';
  };
  // A base inside a protected folder (a worktree kept in the state folder) is the more exact word and wins.
  const isProtectedPlace = (path: string, base: string): boolean =>
    protectedFolders.some((folder) => isInside(folder, path) && !(isInside(folder, base) && base !== folder));
  const isReadable = (path: string): boolean =>
    options.readableFolder !== undefined && isInside(resolveFully(resolve(options.readableFolder)).absolute, path);
  const baseOf = (path: string): string | undefined =>
    bases.filter((base) => isInside(base, path)).sort((a, b) => b.length - a.length)[0];

  const check = (path: string, access: 'read' | 'write'): CheckedPath => {
    requireUsableSpelling(path);
    const lexical = isAbsolute(path) ? resolve(path) : resolve(root, path);
    const { absolute, missing } = resolveFully(lexical);
    const base = baseOf(absolute);
    const isOpen = base !== undefined && !isProtectedPlace(absolute, base);
    const stats = missing ? null : statOrNull(absolute);
    if (!isOpen && access === 'read' && isReadable(absolute))
      return { absolute, path: shown(absolute), base: root, stats };
    if (base === undefined) throw outside(path, lexical, absolute, bases);
    if (!isOpen) throw new MonkeyError('workspace.protected', `${path} belongs to the agent itself and is not opened`);
    if (access === 'write') checkWrite(path, absolute, base, stats);
    return { absolute, path: shown(absolute), base, stats };
  };
  const isWritableFolder = (folder: string): boolean => {
    const base = baseOf(folder);
    return base !== undefined && !isProtectedPlace(folder, base) && !isProtectedName(relative(base, folder));
  };
  return { root, addedFolders, check, shown, isWritableFolder };
}

function requireUsableSpelling(path: string): void {
  const reason = refusedSpelling(path);
  if (reason !== null) throw new MonkeyError('workspace.outside', `${JSON.stringify(path)} is refused: ${reason}`);
}

function outside(path: string, lexical: string, absolute: string, bases: readonly string[]): MonkeyError {
  const through = lexical === absolute ? '' : ` (it leads to ${absolute})`;
  return new MonkeyError('workspace.outside', `${path} is outside ${bases.join(' and ')}${through}`);
}

function checkWrite(path: string, absolute: string, base: string, stats: Stats | null): void {
  const inside = relative(base, absolute);
  if (inside === '') throw new MonkeyError('workspace.not-a-file', `${path} is the folder itself, not a file in it`);
  if (isProtectedName(inside)) {
    const what = inside.split(sep).some((part) => part.toLowerCase() === '.monkey') ? "the agent's settings" : 'git';
    throw new MonkeyError('workspace.protected', `${path} belongs to ${what} and is not written`);
  }
  if (stats === null) {
    for (const component of inside.split(sep)) {
      const reason = refusedNewName(component);
      if (reason !== null) throw new MonkeyError('workspace.protected', `${path} is refused as a new file: ${reason}`);
    }
  }
  if (stats?.isFile() === true && stats.nlink > 1) {
    const message = `${path} has ${stats.nlink} hard links, so writing it could change a file outside the workspace`;
    throw new MonkeyError('workspace.protected', message);
  }
}

/** Throws `workspace.not-a-file` unless the stats are of a regular file; devices, FIFOs, sockets and folders are named. */
export function requireRegularFile(path: string, stats: Stats | BigIntStats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a FIFO'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw new MonkeyError('workspace.not-a-file', `${path} is ${kind}, not a regular file`);
}

// Follows links as far as the path exists; the rest is appended. A dangling link is followed to where it points, so that
// creating through it is judged by the place the file would really appear.
function resolveFully(path: string, depth = 0): { absolute: string; missing: boolean } {
  try {
    return { absolute: realpathSync.native(path), missing: false };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw ioError(path, error);
  }
  if (depth > 40) throw new MonkeyError('workspace.outside', `${path} is a loop of symbolic links`);
  const parent = dirname(path);
  if (parent === path) return { absolute: path, missing: true };
  const target = linkTarget(path);
  if (target !== null) return { ...resolveFully(resolve(parent, target), depth + 1), missing: true };
  const above = resolveFully(parent, depth + 1);
  return { absolute: join(above.absolute, basename(path)), missing: true };
}

function linkTarget(path: string): string | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null;
  }
}

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function realFolder(folder: string): string {
  let real: string;
  try {
    real = realpathSync.native(resolve(folder));
  } catch (error) {
    throw new MonkeyError('workspace.not-found', `the folder ${folder} does not exist`, { cause: error });
  }
  if (!statSync(real).isDirectory()) throw new MonkeyError('workspace.not-found', `${folder} is not a folder`);
  return real;
}

/** A `workspace.io` (or `workspace.not-found`) error with one clear line for an error of the file system. */
export function ioError(path: string, error: unknown, action = 'use'): MonkeyError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new MonkeyError('workspace.not-found', `${path} does not exist`, { cause: error });
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EROFS: 'the file system is read-only',
    EACCES: 'permission is missing',
    EPERM: 'the system does not permit it',
    ELOOP: 'a symbolic link is in the way or loops',
    ENAMETOOLONG: 'the name is too long',
    EISDIR: 'it is a folder',
    EMFILE: 'too many files are open',
  };
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new MonkeyError('workspace.io', `cannot ${action} ${path}: ${reason}`, { cause: error });
}
