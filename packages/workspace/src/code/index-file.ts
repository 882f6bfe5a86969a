// Keeps a value in one compressed file with a checksum; a file that is broken, or was written by another version, is no file.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';

const HEAD_BYTES = 64;

/** The value kept there under that version; undefined when there is none that can be trusted. Never throws. */
export function loadIndexFile(file: string, version: string): unknown {
  try {
    const bytes = readFileSync(file);
    const body = bytes.subarray(HEAD_BYTES);
    if (!bytes.subarray(0, HEAD_BYTES).equals(headOf(body, version))) return undefined;
    return deserialize(gunzipSync(body));
  } catch {
    return undefined;
  }
}

/** Writes the value whole or not at all. A folder that cannot be written is no reason to fail: false then. */
export function saveIndexFile(file: string, version: string, value: unknown): boolean {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const body = gzipSync(serialize(value), { level: 1 });
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([headOf(body, version), body]), { mode: 0o600 });
    renameSync(temporary, file);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}

// Version and checksum, each a SHA-256.
function headOf(body: Uint8Array, version: string): Buffer {
  const digest = (data: Uint8Array | string) => createHash('sha256').update(data).digest();
  return Buffer.concat([digest(version), digest(body)]);
}
