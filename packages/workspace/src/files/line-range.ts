// Reads some lines of a file of any size: what stands before them is only counted, piece by piece.
import { isUtf8 } from 'node:buffer';
import { MonkeyError } from '@monkey-coder/protocol';
import type { LineRange } from '../workspace.ts';
import type { CheckedPath } from './path-guard.ts';
import { formatBytes, type OpenFile, withOpenFile } from './text-file.ts';

const pieceBytes = 256 * 1024;
/** Bytes counted before other work of the process gets its turn. */
const breathBytes = 64 * 1024 * 1024;
const newline = 0x0a;

/** Where a line begins. */
export interface LinePlace {
  /** 1-based. */
  readonly line: number;
  readonly byte: number;
}

/** What to read. */
export interface LineQuery {
  readonly firstLine: number;
  readonly maxLines: number;
  readonly maxBytes: number;
  /** A known place at or before `firstLine` to count from. */
  readonly from?: LinePlace;
}

/** The lines, and where the one after them begins. Throws `workspace.binary` when there is a NUL among them. */
export async function readLines(
  checked: CheckedPath,
  query: LineQuery,
): Promise<{ readonly range: LineRange; readonly next: LinePlace }> {
  return withOpenFile(checked, async (file) => {
    const start = await findLine(file, query.from ?? { line: 1, byte: 0 }, query.firstLine);
    if (start.line < query.firstLine) return nothingThere(checked, file, start.line);
    const bytes = file.read(start.byte, Math.min(query.maxBytes, file.size - start.byte));
    if (bytes.includes(0))
      throw new MonkeyError(
        'workspace.binary',
        `${checked.path} has ${formatBytes(file.size)} and no text there: it is binary, or has a hole`,
      );
    return windowOf(checked, file, { start, bytes, maxLines: query.maxLines });
  });
}

/** Counts line ends up to a line; the number of the last line when the file ends before. */
async function findLine(file: OpenFile, from: LinePlace, wanted: number): Promise<LinePlace> {
  let place = from;
  let sinceBreath = 0;
  const space = Buffer.allocUnsafe(place.line < wanted ? pieceBytes : 0);
  while (place.line < wanted && place.byte < file.size) {
    const piece = file.read(place.byte, Math.min(pieceBytes, file.size - place.byte), space);
    if (piece.length === 0) break;
    place = countLines(piece, place, wanted);
    sinceBreath += piece.length;
    if (sinceBreath < breathBytes) continue;
    sinceBreath = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (place.byte < file.size) return place;
  const isEmptyLine = file.size === 0 || file.read(file.size - 1, 1)[0] === newline;
  return isEmptyLine ? { ...place, line: place.line - 1 } : place;
}

/** The place after a piece, or where the wanted line begins in it. */
function countLines(piece: Buffer, { line, byte }: LinePlace, wanted: number): LinePlace {
  let at = 0;
  for (let count = line; ; ) {
    const end = piece.indexOf(newline, at);
    if (end < 0) return { line: count, byte: byte + piece.length };
    at = end + 1;
    count += 1;
    if (count === wanted) return { line: count, byte: byte + at };
  }
}

function nothingThere(checked: CheckedPath, file: OpenFile, totalLines: number) {
  const range: LineRange = {
    path: checked.path,
    text: '',
    lineCount: 0,
    isEnd: true,
    isCut: false,
    totalLines,
    sizeBytes: file.size,
  };
  return { range, next: { line: 1, byte: 0 } };
}

interface Window {
  readonly start: LinePlace;
  readonly bytes: Buffer;
  readonly maxLines: number;
}

function windowOf(checked: CheckedPath, file: OpenFile, { start, bytes, maxLines }: Window) {
  const reachesEnd = start.byte + bytes.length >= file.size;
  let end = 0;
  let lineCount = 0;
  while (lineCount < maxLines) {
    const at = bytes.indexOf(newline, end);
    if (at < 0) break;
    end = at + 1;
    lineCount += 1;
  }
  const hasOpenLine = lineCount < maxLines && end < bytes.length;
  const isCut = hasOpenLine && !reachesEnd && lineCount === 0;
  if (hasOpenLine && (reachesEnd || isCut)) {
    end = bytes.length;
    lineCount += 1;
  }
  const isEnd = !isCut && start.byte + end >= file.size;
  const range: LineRange = {
    path: checked.path,
    text: decode(bytes.subarray(0, end), start.byte === 0),
    lineCount,
    isEnd,
    isCut,
    totalLines: isEnd ? start.line - 1 + lineCount : null,
    sizeBytes: file.size,
  };
  // After a cut line the next one is found by counting from this line's own place.
  const next = isCut ? start : { line: start.line + lineCount, byte: start.byte + end };
  return { range, next };
}

/** UTF-8 where it is that, but for a character cut at the end; else each byte a character. */
function decode(bytes: Buffer, isStart: boolean): string {
  const hasMark = isStart && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasMark ? bytes.subarray(3) : bytes;
  for (let cut = 0; cut < 4 && cut <= body.length; cut += 1) {
    const whole = body.subarray(0, body.length - cut);
    if (isUtf8(whole)) return whole.toString('utf8');
  }
  return body.toString('latin1');
}
