// Keeps head and tail of a command's output, counts the rest, and files the whole when something is left out.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What was kept. */
export interface CollectedOutput {
  readonly output: string;
  readonly omittedBytes: number;
  readonly outputFile?: string;
}

/** Largest output file, in bytes. */
export const maxOutputFileBytes = 32 * 1024 * 1024;

/** Where the output files of a runner's folder lie. */
export function outputFolder(runnerFolder: string): string {
  return join(runnerFolder, 'output');
}

/** Takes text in order; `finish` gives what was kept and closes the file. */
export class OutputCollector {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  readonly #folder: string;
  readonly #word: string;
  #hash: Hash | null = null;
  #head = '';
  #headBytes = 0;
  #tail: { text: string; bytes: number }[] = [];
  #tailBytes = 0;
  #omittedBytes = 0;
  #file: number | null = null;
  #fileBytes = 0;
  #fileFailed = false;

  /** `word` is unique among what writes to the folder at the same time. */
  constructor(maxBytes: number, folder: string, word: string) {
    this.#headLimit = Math.ceil(maxBytes / 2);
    this.#tailLimit = Math.floor(maxBytes / 2);
    this.#folder = folder;
    this.#word = word;
  }

  add(text: string): void {
    if (text === '') return;
    const canGrow = this.#headBytes < this.#headLimit && this.#tail.length === 0;
    const fitting = canGrow ? prefixOfBytes(text, this.#headLimit - this.#headBytes) : '';
    const rest = text.slice(fitting.length);
    // Nothing was dropped so far: this is the last moment at which the whole can still be filed.
    const willDrop = this.#tailBytes + Buffer.byteLength(rest) > this.#tailLimit;
    if (willDrop && this.#file === null && !this.#fileFailed) this.#openFile();
    this.#writeFile(text);
    this.#head += fitting;
    this.#headBytes += Buffer.byteLength(fitting);
    if (rest !== '') this.#addTail(rest);
  }

  finish(): CollectedOutput {
    if (this.#file !== null) closeSync(this.#file);
    const tail = this.#tail.map((piece) => piece.text).join('');
    if (this.#omittedBytes === 0) return { output: this.#head + tail, omittedBytes: 0 };
    const outputFile = this.#keepFile();
    const what = this.#fileBytes >= maxOutputFileBytes ? 'its beginning' : 'the whole';
    const where = outputFile === undefined ? '' : `; ${what} is in ${outputFile}`;
    const note = `\n[… ${this.#omittedBytes} bytes omitted${where} …]\n`;
    const kept = { output: this.#head + note + tail, omittedBytes: this.#omittedBytes };
    return outputFile === undefined ? kept : { ...kept, outputFile };
  }

  // Named by its content: equal output has an equal name, so that a repeated command is seen to say the same.
  #keepFile(): string | undefined {
    if (this.#fileFailed || this.#hash === null) return undefined;
    const path = join(this.#folder, `${this.#hash.digest('hex').slice(0, 16)}.txt`);
    try {
      renameSync(this.#temporaryPath(), path);
      return path;
    } catch {
      return undefined;
    }
  }

  #temporaryPath(): string {
    return join(this.#folder, `${this.#word}.part`);
  }

  #addTail(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.#tail.push({ text, bytes });
    this.#tailBytes += bytes;
    while (this.#tailBytes > this.#tailLimit) {
      const first = this.#tail[0];
      if (first === undefined) return;
      const surplus = this.#tailBytes - this.#tailLimit;
      const kept = surplus >= first.bytes ? '' : afterBytes(first.text, surplus);
      const dropped = first.bytes - Buffer.byteLength(kept);
      this.#omittedBytes += dropped;
      this.#tailBytes -= dropped;
      if (kept === '') this.#tail.shift();
      else this.#tail[0] = { text: kept, bytes: first.bytes - dropped };
    }
  }

  #openFile(): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#file = openSync(this.#temporaryPath(), 'w', 0o600);
      this.#hash = createHash('sha256');
    } catch {
      this.#fileFailed = true;
      return;
    }
    this.#writeFile(this.#head + this.#tail.map((piece) => piece.text).join(''));
  }

  #writeFile(text: string): void {
    if (this.#file === null || this.#fileBytes >= maxOutputFileBytes) return;
    const bytes = Buffer.from(text).subarray(0, maxOutputFileBytes - this.#fileBytes);
    try {
      writeSync(this.#file, bytes);
      this.#hash?.update(bytes);
      this.#fileBytes += bytes.length;
    } catch {
      this.#fileBytes = maxOutputFileBytes;
    }
  }
}

// What is left after at least `count` bytes, never cutting a character.
function afterBytes(text: string, count: number): string {
  const fitting = prefixOfBytes(text, count).length;
  const isWhole = Buffer.byteLength(text.slice(0, fitting)) === count;
  return text.slice(isWhole ? fitting : fitting + ((text.codePointAt(fitting) ?? 0) > 0xffff ? 2 : 1));
}

// The longest prefix that takes at most `limit` bytes in UTF-8, never cutting a character.
function prefixOfBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = Math.max(0, limit);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
