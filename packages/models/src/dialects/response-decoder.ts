// The part of decoding all dialects share: tells stream, document and error body apart, and frames events.
import { StringDecoder } from 'node:string_decoder';
import type { JsonValue, ModelEvent, ModelFailure } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import { modelFailure } from '../transport/failures.ts';
import { createSseReader, type SseReader } from '../transport/sse.ts';
import type { Answer } from './answer.ts';
import { classifyFailure } from './classify.ts';
import type { WireDecoder, WireResponseHead } from './dialect.ts';

/** What a dialect adds: how it reads an event, a document, and when a stream is complete. */
export interface ResponseGrammar {
  readonly answer: Answer;
  /** One parsed event of a stream. */
  onEvent(name: string, data: JsonValue): void;
  /** Payload words that are no JSON, `[DONE]` for one; true when the grammar knows it. */
  onWord?(word: string): boolean;
  /** A whole answer as one document with status 2xx. */
  onDocument(document: JsonValue): void;
  /** The stream is over; ends the answer when all that matters was seen, else does nothing. */
  onStreamEnd(): void;
}

/** Bytes kept of an error body. */
const errorBodyLimit = 64 * 1024;
/** A single document longer than this is no answer of a model. */
const documentLimit = 64 * 1024 * 1024;

/** What hosts and proxies send to keep a connection open, as an event rather than a comment. */
const signOfLife = /^(ping|pong|keep-?alive|heartbeat)$/i;

type Mode = 'unknown' | 'stream' | 'document' | 'error';

/** Makes the decoder of one response from the grammar of its dialect. */
export function createResponseDecoder(head: WireResponseHead, grammar: ResponseGrammar): WireDecoder {
  return new ResponseDecoder(head, grammar);
}

class ResponseDecoder implements WireDecoder {
  readonly #head: WireResponseHead;
  readonly #grammar: ResponseGrammar;
  readonly #text = new StringDecoder('utf8');
  readonly #sse: SseReader;
  #mode: Mode;
  #body = '';
  #early: Uint8Array[] = [];
  #ending = false;
  #bare = '';

  constructor(head: WireResponseHead, grammar: ResponseGrammar) {
    this.#head = head;
    this.#grammar = grammar;
    this.#mode = head.status >= 200 && head.status < 300 ? 'unknown' : 'error';
    this.#sse = createSseReader(
      (name, data) => this.#event(name, data),
      (line) => this.#stray(line),
    );
  }

  push(bytes: Uint8Array): ModelEvent[] {
    if (this.#grammar.answer.isTerminal) return [];
    if (this.#mode === 'unknown') this.#sniff(bytes);
    else this.#feed(bytes);
    return this.#grammar.answer.take();
  }

  finish(failure?: ModelFailure): ModelEvent[] {
    const { answer } = this.#grammar;
    if (answer.isTerminal) return [];
    this.#ending = true;
    if (this.#mode === 'stream') this.#finishStream(failure);
    else this.#finishBody(failure);
    if (!answer.isTerminal) answer.fail(failure ?? modelFailure('truncated', 'the answer broke off before its end'));
    return answer.take();
  }

  /** A document starts with a brace or is a page; everything else is a stream. Content types lie, so they are not asked. */
  #sniff(bytes: Uint8Array): void {
    const first = bytes.find((byte) => !isBlank(byte));
    this.#early.push(bytes);
    if (first === undefined) return;
    this.#mode = first === 0x7b || first === 0x5b || first === 0x3c ? 'document' : 'stream';
    const early = this.#early;
    this.#early = [];
    for (const piece of early) this.#feed(piece);
  }

  #feed(bytes: Uint8Array): void {
    if (this.#mode === 'stream') {
      this.#sse.push(bytes);
      return;
    }
    const limit = this.#mode === 'error' ? errorBodyLimit : documentLimit;
    if (this.#body.length < limit) this.#body += this.#text.write(bytes as Buffer);
  }

  #event(name: string, data: string): void {
    const { answer } = this.#grammar;
    if (answer.isTerminal) return;
    if (data.charCodeAt(0) === 0x5b && this.#grammar.onWord?.(data.trim())) return;
    const parsed = parseJson(data);
    if (parsed === undefined) this.#unreadable(name, data);
    else this.#read(name, parsed);
  }

  /** Some gateways wrap an event in a list. */
  #read(name: string, parsed: JsonValue): void {
    for (const one of Array.isArray(parsed) ? parsed : [parsed]) {
      if (!this.#grammar.answer.isTerminal) this.#grammar.onEvent(name, one as JsonValue);
    }
  }

  /** Google and some gateways put an error into a stream as bare JSON, also over several lines; other stray text is ignored. */
  #stray(line: string): void {
    const text = line.trim();
    if (this.#grammar.answer.isTerminal) return;
    if (text.startsWith('data:')) {
      this.#event('', text.slice(5).trim());
      return;
    }
    if (this.#bare === '' && !text.startsWith('{')) return;
    if (this.#bare.length < errorBodyLimit) this.#bare += `${text}\n`;
    const parsed = text.endsWith('}') ? parseJson(this.#bare) : undefined;
    if (parsed === undefined) return;
    this.#bare = '';
    this.#grammar.onEvent('', parsed);
  }

  /** The piece a cut connection leaves behind is no event; several lines may be several events of a sloppy host. */
  #unreadable(name: string, data: string): void {
    const lines = data.split('\n').filter((line) => line.trim() !== '');
    if (lines.length > 1 && lines.every((line) => parseJson(line) !== undefined || line.startsWith('['))) {
      for (const line of lines) this.#event(name, line);
      return;
    }
    if (this.#ending || signOfLife.test(data) || signOfLife.test(name)) return;
    this.#grammar.answer.fail(modelFailure('malformed', `an event of the stream is not JSON: ${data.slice(0, 80)}`));
  }

  #finishStream(failure: ModelFailure | undefined): void {
    this.#sse.finish();
    const { answer } = this.#grammar;
    if (answer.isTerminal || failure?.code === 'cancelled') return;
    this.#grammar.onStreamEnd();
  }

  #finishBody(failure: ModelFailure | undefined): void {
    const { answer } = this.#grammar;
    if (this.#mode === 'error') {
      if (failure?.code === 'cancelled') return;
      answer.fail(classifyFailure({ status: this.#head.status, headers: this.#head.headers, body: this.#body }));
      return;
    }
    if (this.#mode === 'unknown') return;
    if (failure !== undefined) {
      if (failure.code !== 'cancelled') this.#salvage();
      return;
    }
    const document = parseJson((this.#body + this.#text.end()).replace(/^\ufeff/, ''));
    if (document !== undefined) this.#grammar.onDocument(document);
    else if (!this.#readLines()) {
      this.#salvage();
      answer.fail(this.#noDocument());
    }
  }

  /** One JSON event a line, without `data:`; false when that is not what came. */
  #readLines(): boolean {
    const lines = this.#body.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2 || parseJson(lines[0] ?? '') === undefined) return false;
    for (const line of lines) {
      const parsed = parseJson(line);
      if (parsed !== undefined && !this.#grammar.answer.isTerminal) this.#grammar.onEvent('', parsed);
    }
    if (!this.#grammar.answer.isTerminal) this.#grammar.onStreamEnd();
    return true;
  }

  /** Of a list of events that was cut, those that came whole. */
  #salvage(): void {
    const body = this.#body.trimStart();
    if (!body.startsWith('[')) return;
    let end = body.lastIndexOf('}');
    for (let tries = 0; end > 0 && tries < 100; tries++) {
      const parsed = parseJson(`${body.slice(0, end + 1)}]`);
      if (parsed !== undefined) {
        this.#read('', parsed);
        return;
      }
      end = body.lastIndexOf('}', end - 1);
    }
  }

  #noDocument(): ModelFailure {
    const body = this.#body.trimStart();
    if (body.startsWith('<'))
      return modelFailure('malformed', `a web page came instead of an answer: ${body.slice(0, 200)}`);
    return modelFailure('truncated', 'the answer broke off before its end');
  }
}

function isBlank(byte: number): boolean {
  return (
    byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0xef || byte === 0xbb || byte === 0xbf
  );
}
