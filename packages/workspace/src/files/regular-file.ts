// Reads whole regular files without following a link or waiting for a pipe; whatever else lies there is no file.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** The bytes of a regular file and when it changed. */
export interface RegularFile {
  readonly bytes: Buffer;
  readonly mtimeMs: number;
}

/** Null for links, folders, pipes, files that are longer than `maxBytes` or cannot be read. Never throws. */
export function readRegularFile(file: string, maxBytes: number): RegularFile | null {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
  try {
    const facts = fstatSync(handle);
    if (!facts.isFile() || facts.size > maxBytes) return null;
    const bytes = Buffer.allocUnsafe(facts.size);
    let length = 0;
    for (let got = -1; got !== 0 && length < facts.size; length += got)
      got = readSync(handle, bytes, length, facts.size - length, length);
    return { bytes: bytes.subarray(0, length), mtimeMs: facts.mtimeMs };
  } catch {
    return null;
  } finally {
    closeSync(handle);
  }
}
