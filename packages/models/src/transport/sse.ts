// Reads server-sent events (WHATWG HTML, 9.2) from bytes cut anywhere.
import { StringDecoder } from 'node:string_decoder';

/** Receives each event: its `event:` name (`''` without one) and its `data:` lines joined by line feeds. */
export type SseListener = (name: string, data: string) => void;

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
export function createSseReader(listener: SseListener): SseReader {
  return new Reader(listener);
}

class Reader implements SseReader {
  readonly #listener: SseListener;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #name = '';
  #data: string | undefined;
  #skipLineFeed = false;
  #started = false;

  constructor(listener: SseListener) {
    this.#listener = listener;
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
