// Reads server-sent events (WHATWG HTML, 9.2) from bytes cut anywhere.
import { StringDecoder } from 'node:string_decoder';

/** Receives each event: its `event:` name (`''` without one) and its `data:` lines joined by line feeds. */
export type SseListener = (name: string, data: string) => void;

/** Receives lines that belong to no event: hosts drop a bare JSON error into a stream. */
export type StrayListener = (line: string) => void;

/** Reader of one stream. */
export interface SseReader {
  push(bytes: Uint8Array): void;
  /** The body ended: an event without its closing blank line is handed out too. */
  finish(): void;
}

/**
 * Makes a reader. Takes LF, CRLF and CR, comments, `data:` with or without a blank, and a byte order mark.
 * UTF-8 characters may be cut by chunk borders.
 */
export function createSseReader(listener: SseListener, onStray?: StrayListener): SseReader {
  return new Reader(listener, onStray);
}

const otherFields = /^(?::|id:|retry:|id$|retry$|data$|event$)/;

class Reader implements SseReader {
  readonly #listener: SseListener;
  readonly #onStray: StrayListener | undefined;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #name = '';
  #data: string | undefined;
  #skipLineFeed = false;
  #started = false;

  constructor(listener: SseListener, onStray: StrayListener | undefined) {
    this.#listener = listener;
    this.#onStray = onStray;
  }

  push(bytes: Uint8Array): void {
    this.#text(this.#decoder.write(bytes as Buffer));
  }

  finish(): void {
    this.#text(this.#decoder.end());
    const rest = this.#rest;
    this.#rest = '';
    if (rest !== '') this.#line(rest);
    this.#dispatch();
  }

  #text(decoded: string): void {
    const text = this.#normalise(decoded);
    if (text === '') return;
    let from = 0;
    let end = text.indexOf('\n');
    while (end !== -1) {
      const line = this.#rest === '' ? text.slice(from, end) : this.#rest + text.slice(from, end);
      this.#rest = '';
      this.#line(line);
      from = end + 1;
      end = text.indexOf('\n', from);
    }
    if (from < text.length) this.#rest += from === 0 ? text : text.slice(from);
  }

  /** Every line end becomes LF; a CRLF cut in two counts once. */
  #normalise(decoded: string): string {
    if (decoded === '') return '';
    let text = decoded;
    if (!this.#started) {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    if (this.#skipLineFeed && text.charCodeAt(0) === 10) text = text.slice(1);
    this.#skipLineFeed = decoded.charCodeAt(decoded.length - 1) === 13;
    return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
    } else if (line.startsWith('data:')) {
      const data = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      this.#data = this.#data === undefined ? data : `${this.#data}\n${data}`;
    } else if (line.startsWith('event:')) {
      this.#name = line.slice(6).trim();
    } else if (this.#onStray !== undefined && !otherFields.test(line)) {
      this.#onStray(line);
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const name = this.#name;
    this.#data = undefined;
    this.#name = '';
    if (data !== undefined && data !== '') this.#listener(name, data);
  }
}
