// Reads files through the guard: whole texts with their format, or a range of something large.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { isMonkeyError, MonkeyError } from '@monkey-coder/protocol';
import type { FileText } from '../workspace.ts';
import { type CheckedPath, ioError, requireRegularFile } from './path-guard.ts';
import { decodeText } from './text-encoding.ts';

/** Largest file read as a whole, in bytes. */
export const maxTextBytes = 10 * 1024 * 1024;

/** SHA-256 of bytes, hex: the identity of a file's content towards models and plans. */
export function contentHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads all bytes of a regular file of at most `maxBytes`; throws `workspace.too-large` and the codes of `ioError`. */
export function readBytes(checked: CheckedPath, maxBytes = maxTextBytes): Buffer {
  return withFile(checked, (descriptor, size) => {
    if (size > maxBytes) {
      const message = `${checked.path} has ${formatBytes(size)}; at most ${formatBytes(maxBytes)} are read at once`;
      throw new MonkeyError('workspace.too-large', message);
    }
    return readAt(descriptor, 0, size);
  });
}

/** Reads a text file; throws `workspace.binary` when it is none. */
export function readText(checked: CheckedPath): FileText {
  const bytes = readBytes(checked);
  const decoded = decodeText(bytes);
  if (decoded === null)
    throw new MonkeyError('workspace.binary', `${checked.path} is a binary file of ${bytes.length} bytes`);
  return { path: checked.path, hash: contentHash(bytes), sizeBytes: bytes.length, ...decoded };
}

/** A file held open. */
export interface OpenFile {
  /** Bytes it had when it was opened. */
  readonly size: number;
  /** At most `length` bytes from `offset`; fewer at the end. They lie in `space` where it is given. */
  read(offset: number, length: number, space?: Buffer): Buffer;
}

/** Opens a file with the same care as `readBytes`, for reading pieces of it. */
export async function withOpenFile<T>(checked: CheckedPath, work: (file: OpenFile) => Promise<T>): Promise<T> {
  const { descriptor, size } = openChecked(checked);
  try {
    return await work({ size, read: (offset, length, space) => readAt(descriptor, offset, length, space) });
  } catch (error) {
    throw isMonkeyError(error) ? error : ioError(checked.path, error, 'read');
  } finally {
    closeSync(descriptor);
  }
}

function withFile<T>(checked: CheckedPath, work: (descriptor: number, size: number) => T): T {
  const { descriptor, size } = openChecked(checked);
  try {
    return work(descriptor, size);
  } catch (error) {
    throw isMonkeyError(error) ? error : ioError(checked.path, error, 'read');
  } finally {
    closeSync(descriptor);
  }
}

// Opened without blocking and checked after opening, so that a FIFO or device put in its place cannot hang the read.
function openChecked(checked: CheckedPath): { readonly descriptor: number; readonly size: number } {
  let descriptor: number | null = null;
  try {
    if (checked.stats !== null) requireRegularFile(checked.path, checked.stats);
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
    descriptor = openSync(checked.absolute, flags);
    const stats = fstatSync(descriptor);
    requireRegularFile(checked.path, stats);
    requireSamePlace(checked, descriptor);
    return { descriptor, size: stats.size };
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    throw isMonkeyError(error) ? error : ioError(checked.path, error, 'read');
  }
}

// A folder on the way that was swapped for a link since the check would lead the open elsewhere.
function requireSamePlace(checked: CheckedPath, descriptor: number): void {
  if (process.platform !== 'linux') return;
  const real = readlinkSync(`/proc/self/fd/${descriptor}`);
  if (real === checked.absolute || real === `${checked.absolute} (deleted)`) return;
  throw new MonkeyError('workspace.outside', `${checked.path} was replaced meanwhile and now leads to ${real}`);
}

// Files of /proc and files growing meanwhile say another size than they have: read until nothing more comes.
function readAt(descriptor: number, offset: number, length: number, space?: Buffer): Buffer {
  const buffer = space ?? Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, buffer, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return buffer.subarray(0, done);
}

/** A size as people read it. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  if (bytes >= 1024 ** 2) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${bytes} bytes`;
}
