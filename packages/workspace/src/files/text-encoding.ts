// Bytes to text and back without losing anything: encoding, byte-order mark, and whether it is text at all.
import { isUtf8 } from 'node:buffer';
import { MonkeyError } from '@monkey-coder/protocol';

/** How a text file is written on disk. */
export interface TextFormat {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';
  readonly hasByteOrderMark: boolean;
}

/** Format of new files. */
export const defaultTextFormat: TextFormat = { encoding: 'utf-8', hasByteOrderMark: false };

const marks = {
  'utf-8': Buffer.from([0xef, 0xbb, 0xbf]),
  'utf-16le': Buffer.from([0xff, 0xfe]),
  'utf-16be': Buffer.from([0xfe, 0xff]),
  latin1: Buffer.alloc(0),
} as const;

/** Decodes a whole file; null when it is binary (NUL bytes without a UTF-16 mark, or broken UTF-16). */
export function decodeText(bytes: Buffer): (TextFormat & { readonly text: string }) | null {
  for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const) {
    const mark = marks[encoding];
    if (!bytes.subarray(0, mark.length).equals(mark)) continue;
    const body = bytes.subarray(mark.length);
    const text = encoding === 'utf-8' ? utf8OrNull(body) : utf16OrNull(body, encoding);
    if (text !== null) return { text, encoding, hasByteOrderMark: true };
    if (encoding !== 'utf-8') return null;
  }
  if (bytes.includes(0)) return null;
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), encoding: 'utf-8', hasByteOrderMark: false };
  return { text: bytes.toString('latin1'), encoding: 'latin1', hasByteOrderMark: false };
}

/** Encodes text; throws MonkeyError `workspace.edit-refused` when a latin1 file cannot hold a character. */
export function encodeText(text: string, format: TextFormat, path: string): Buffer {
  const mark = format.hasByteOrderMark ? marks[format.encoding] : marks.latin1;
  const body = encodeBody(text, format.encoding, path);
  return mark.length > 0 ? Buffer.concat([mark, body]) : body;
}

function encodeBody(text: string, encoding: TextFormat['encoding'], path: string): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  const wide = [...text].find((character) => character > '\u00ff');
  if (wide !== undefined)
    throw new MonkeyError(
      'workspace.edit-refused',
      `${path} is a Latin-1 file, which cannot hold ${JSON.stringify(wide)}`,
    );
  return Buffer.from(text, 'latin1');
}

function utf8OrNull(bytes: Buffer): string | null {
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : null;
}

// Lone surrogates would not survive the way back, so such a file is binary.
function utf16OrNull(bytes: Buffer, encoding: 'utf-16le' | 'utf-16be'): string | null {
  if (bytes.length % 2 !== 0) return null;
  const text = (encoding === 'utf-16be' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return text.includes('\0') ? null : text;
}
