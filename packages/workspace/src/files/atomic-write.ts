// Replaces, links and deletes files atomically inside a folder that was checked and cannot be swapped meanwhile.
//
// On Linux the parent folder is opened without following links, its real path is checked through /proc/self/fd, and the
// work is done through that descriptor: a folder swapped for a symbolic link between check and use then changes nothing.
// Elsewhere device and inode of the parent are compared before and after; the window is small but not closed.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMonkeyError, MonkeyError } from '@monkey-coder/protocol';
import { ioError, type PathGuard } from './path-guard.ts';
import { temporaryPrefix } from './path-rules.ts';

/** Where the file-system operations of this module are bounded by the guard. */
export interface SafeWriter {
  /**
   * Replaces or creates a regular file through a temporary file beside it. Keeps the mode of an existing file unless `mode`
   * is given; new files get 0666 less the umask. Missing folders are made. Throws `workspace.io`, the old file intact.
   */
  write(absolute: string, bytes: Buffer, options?: WriteOptions): void;
  /** Replaces or creates a symbolic link. */
  link(absolute: string, target: string): void;
  /** Deletes a file or link; true when it was there. */
  remove(absolute: string): boolean;
  /** Changes permission bits of a regular file. */
  chmod(absolute: string, mode: number): void;
  /** Removes a folder if it is empty; true when removed. */
  removeEmptyFolder(absolute: string): boolean;
  /** Deletes temporary files a killed process left in a folder. */
  sweep(folder: string): void;
}

/** How a file is written. */
export interface WriteOptions {
  readonly mode?: number;
  /** Waits until the bytes are on the medium. */
  readonly fsync?: boolean;
}

const throughProc = process.platform === 'linux' && existsSync('/proc/self/fd');
const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
const temporaryFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Builds the writer for a guard. */
export function createSafeWriter(guard: PathGuard): SafeWriter {
  const within = <T>(absolute: string, action: string, work: (inFolder: (name: string) => string) => T): T => {
    try {
      return withFolder(guard, dirname(absolute), work);
    } catch (error) {
      throw isMonkeyError(error) ? error : ioError(guard.shown(absolute), error, action);
    }
  };
  return {
    write: (absolute, bytes, options = {}) =>
      within(absolute, 'write', (inFolder) => replaceFile(inFolder, basename(absolute), bytes, options)),
    link: (absolute, target) =>
      within(absolute, 'link', (inFolder) => {
        const temporary = inFolder(temporaryName(basename(absolute)));
        unlinkIfThere(temporary);
        symlinkSync(target, temporary);
        renameSync(temporary, inFolder(basename(absolute)));
      }),
    remove: (absolute) =>
      existsSync(dirname(absolute)) &&
      within(absolute, 'delete', (inFolder) => unlinkIfThere(inFolder(basename(absolute)))),
    chmod: (absolute, mode) => within(absolute, 'change', (inFolder) => changeMode(inFolder(basename(absolute)), mode)),
    removeEmptyFolder: (absolute) => {
      try {
        return within(absolute, 'delete', (inFolder) => {
          rmdirSync(inFolder(basename(absolute)));
          return true;
        });
      } catch {
        return false;
      }
    },
    sweep: (folder) => sweep(guard, folder),
  };
}

function temporaryName(name: string): string {
  return `${temporaryPrefix}${process.pid}-${createHash('sha1').update(name).digest('hex').slice(0, 12)}`;
}

function replaceFile(inFolder: (name: string) => string, name: string, bytes: Buffer, options: WriteOptions): void {
  const target = inFolder(name);
  const temporary = inFolder(temporaryName(name));
  const mode = options.mode ?? modeOf(target);
  unlinkIfThere(temporary);
  const descriptor = openSync(temporary, temporaryFlags, 0o666);
  try {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      if (mode !== undefined) fchmodSync(descriptor, mode & 0o7777);
      if (options.fsync === true) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    unlinkIfThere(temporary);
    throw error;
  }
}

function modeOf(path: string): number | undefined {
  try {
    const stats = lstatSync(path);
    return stats.isFile() ? stats.mode : undefined;
  } catch {
    return undefined;
  }
}

function changeMode(path: string, mode: number): void {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, mode & 0o7777);
  } finally {
    closeSync(descriptor);
  }
}

function unlinkIfThere(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function withFolder<T>(guard: PathGuard, folder: string, work: (inFolder: (name: string) => string) => T): T {
  if (!throughProc) return withFolderByIdentity(guard, folder, work);
  const descriptor = openFolder(guard, folder);
  try {
    return work((name) => `/proc/self/fd/${descriptor}/${name}`);
  } finally {
    closeSync(descriptor);
  }
}

function openFolder(guard: PathGuard, folder: string): number {
  const descriptor = openOrMake(guard, folder);
  const real = readlinkSync(`/proc/self/fd/${descriptor}`);
  if (real === folder && guard.isWritableFolder(real)) return descriptor;
  closeSync(descriptor);
  throw swapped(folder, real);
}

function openOrMake(guard: PathGuard, folder: string): number {
  try {
    return openSync(folder, folderFlags);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ELOOP' || code === 'ENOTDIR') throw swapped(folder, 'something that is not a folder');
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
  }
  const parent = openFolder(guard, dirname(folder));
  try {
    const path = `/proc/self/fd/${parent}/${basename(folder)}`;
    mkdirIfMissing(path);
    return openSync(path, folderFlags);
  } finally {
    closeSync(parent);
  }
}

function mkdirIfMissing(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function withFolderByIdentity<T>(guard: PathGuard, folder: string, work: (inFolder: (name: string) => string) => T): T {
  mkdirSync(folder, { recursive: true });
  const before = identity(guard, folder);
  const result = work((name) => join(folder, name));
  if (identity(guard, folder) !== before) throw swapped(folder, 'another folder');
  return result;
}

function identity(guard: PathGuard, folder: string): string {
  const real = realpathSync.native(folder);
  if (!guard.isWritableFolder(real)) throw swapped(folder, real);
  const stats = statSync(real, { bigint: true });
  return `${stats.dev}:${stats.ino}`;
}

function swapped(folder: string, real: string): MonkeyError {
  return new MonkeyError(
    'workspace.outside',
    `${folder} was replaced meanwhile and now leads to ${real}; nothing was written`,
  );
}

function sweep(guard: PathGuard, folder: string): void {
  if (!guard.isWritableFolder(folder) || !existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const owner = Number.parseInt(name.slice(temporaryPrefix.length), 10);
    if (owner === process.pid || !isAlive(owner)) unlinkIfThere(join(folder, name));
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
