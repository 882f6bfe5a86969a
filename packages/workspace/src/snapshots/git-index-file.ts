// Reads git's index file (versions 2 to 4) without starting git: https://git-scm.com/docs/index-format
import { readFileSync } from 'node:fs';

/** One entry of the index. */
export interface IndexEntry {
  readonly path: string;
  /** Octal, such as `100644`; `160000` for a nested repository. */
  readonly mode: string;
  readonly id: string;
  /** Size of the file in the work tree when it was added, modulo 2^32. */
  readonly sizeBytes: number;
  /** 0, or 1 to 3 during a merge. */
  readonly stage: number;
}

/** The entries of an index file; null when it is missing or of an unknown form. */
export function readIndexFile(path: string, idBytes: 20 | 32): IndexEntry[] | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return null;
  }
  if (bytes.length < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  try {
    return parseEntries(bytes, version, idBytes);
  } catch {
    return null;
  }
}

function parseEntries(bytes: Buffer, version: number, idBytes: number): IndexEntry[] {
  const count = bytes.readUInt32BE(8);
  const entries: IndexEntry[] = [];
  let offset = 12;
  let previous: Buffer = Buffer.alloc(0);
  for (let index = 0; index < count; index += 1) {
    const start = offset;
    const mode = bytes.readUInt32BE(offset + 24).toString(8);
    const sizeBytes = bytes.readUInt32BE(offset + 36);
    const id = bytes.toString('hex', offset + 40, offset + 40 + idBytes);
    const flags = bytes.readUInt16BE(offset + 40 + idBytes);
    offset += 42 + idBytes + ((flags & 0x4000) === 0 ? 0 : 2);
    let name: Buffer;
    if (version === 4) {
      const strip = readVariable(bytes, offset);
      const end = bytes.indexOf(0, strip.next);
      name = Buffer.concat([previous.subarray(0, previous.length - strip.value), bytes.subarray(strip.next, end)]);
      offset = end + 1;
    } else {
      const end = bytes.indexOf(0, offset);
      name = bytes.subarray(offset, end);
      offset = start + ((end - start + 8) & ~7);
    }
    previous = name;
    entries.push({ path: name.toString('utf8'), mode, id, sizeBytes, stage: (flags >> 12) & 3 });
  }
  return entries;
}

// The offset encoding of pack files: each further byte adds one before shifting.
function readVariable(bytes: Buffer, offset: number): { value: number; next: number } {
  let next = offset;
  let byte = bytes.readUInt8(next);
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    next += 1;
    byte = bytes.readUInt8(next);
    value = ((value + 1) << 7) | (byte & 0x7f);
  }
  return { value, next: next + 1 };
}
