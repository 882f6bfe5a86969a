// Puts one answer together: events for the reader, and the whole message for replay.
import type {
  DialectName,
  FinishReason,
  JsonObject,
  Message,
  ModelEvent,
  ModelFailure,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A growing text: flat pieces, and the tail that still grows. */
interface TextLike {
  readonly type: 'text' | 'reasoning';
  readonly pieces: string[];
  tail: string;
  providerData?: JsonObject;
}

interface Call {
  id: string;
  name: string;
  arguments: string;
  announced: boolean;
  ended: boolean;
  providerData?: JsonObject;
}

type Slot = TextLike | { type: 'call'; call: Call };

/** Characters after which a growing text is put aside flat: V8 keeps appended strings as a tree of 32 bytes a piece. */
const flattenEvery = 4096;

/** Reading a character makes V8 replace the tree by one flat string. */
function flatten(text: string): void {
  text.charCodeAt(0);
}

/** Builds one answer. Every method may add events; `take` hands them out. */
export class Answer {
  readonly #dialect: DialectName | 'ai-sdk';
  readonly #slots: Slot[] = [];
  readonly #calls = new Map<string | number, Call>();
  #events: ModelEvent[] = [];
  #current: TextLike | undefined;
  #started = false;
  #terminal = false;
  #textLength = 0;
  #usage: Mutable<Usage> | undefined;
  model: string;
  responseId: string | undefined;

  /** `dialect` is the key under which vendor data is kept. */
  constructor(dialect: DialectName | 'ai-sdk', model: string) {
    this.#dialect = dialect;
    this.model = model;
  }

  get isTerminal(): boolean {
    return this.#terminal;
  }

  get hasCalls(): boolean {
    for (const call of this.#calls.values()) if (call.name !== '') return true;
    return false;
  }

  /** The first sign of life; further calls only fill what was unknown. */
  start(model: string | undefined, responseId: string | undefined): void {
    if (model !== undefined && model !== '') this.model = model;
    this.responseId ??= responseId;
    if (this.#started) return;
    this.#started = true;
    const id = this.responseId === undefined ? {} : { responseId: this.responseId };
    this.#events.push({ type: 'start', model: this.model, ...id });
  }

  text(text: string): void {
    if (text === '') return;
    this.#grow('text', text);
    this.#events.push({ type: 'text.delta', text });
  }

  reasoning(text: string): void {
    if (text === '') return;
    this.#grow('reasoning', text);
    this.#events.push({ type: 'reasoning.delta', text });
  }

  /** The next text or reasoning is a part of its own. */
  closePart(): void {
    this.#current = undefined;
  }

  /** Keeps vendor data with the current reasoning (or a new, empty one) and tells it as a delta. */
  reasoningData(data: JsonObject): void {
    const part = this.#part('reasoning');
    part.providerData = { [this.#dialect]: data };
    this.#events.push({ type: 'reasoning.delta', text: '', providerData: part.providerData });
  }

  /** Keeps vendor data with the first reasoning of the answer (or a new, empty one) without telling anybody. */
  attachToReasoning(data: JsonObject): void {
    const first = this.#slots.find((slot) => slot.type === 'reasoning');
    const part = first?.type === 'reasoning' ? first : this.#part('reasoning');
    part.providerData = { [this.#dialect]: data };
  }

  /** Keeps vendor data with the current text (or a new, empty one) and ends that part. */
  textData(data: JsonObject): void {
    this.#part('text').providerData = { [this.#dialect]: data };
    this.closePart();
  }

  /** A part without text of ours that must go back to the vendor as it was. */
  opaque(data: JsonObject): void {
    this.closePart();
    this.#slots.push({ type: 'text', pieces: [], tail: '', providerData: { [this.#dialect]: data } });
  }

  /** Opens a tool call or, when it is open, fills in what was missing. It is announced as soon as it has a name. */
  call(key: string | number, id: string | undefined, name: string | undefined): void {
    let call = this.#calls.get(key);
    if (call === undefined) {
      this.closePart();
      call = { id: '', name: '', arguments: '', announced: false, ended: false };
      this.#calls.set(key, call);
      this.#slots.push({ type: 'call', call });
    }
    if (call.announced) return;
    if (id !== undefined && id !== '') call.id = id;
    if (name !== undefined) call.name = name;
    if (call.name !== '') this.#announce(call);
  }

  callArguments(key: string | number, text: string): void {
    const call = this.#calls.get(key);
    if (call === undefined || text === '' || call.ended) return;
    call.arguments += text;
    if (call.announced) this.#events.push({ type: 'tool-call.delta', id: call.id, arguments: text });
  }

  /** Keeps vendor data with a call. */
  callData(key: string | number, data: JsonObject): void {
    const call = this.#calls.get(key);
    if (call !== undefined) call.providerData = { [this.#dialect]: data };
  }

  /** What an open call has so far, to tell a second call from more of the first. */
  openCall(
    key: string | number,
  ): { readonly id: string; readonly name: string; readonly arguments: string } | undefined {
    return this.#calls.get(key);
  }

  endCall(key: string | number): void {
    const call = this.#calls.get(key);
    if (call !== undefined) this.#end(call);
  }

  endCalls(): void {
    for (const call of this.#calls.values()) this.#end(call);
  }

  /** Counts the vendor told; those left out keep what was told before. */
  usage(told: Partial<Omit<Usage, 'estimated'>>): void {
    this.#usage = { ...(this.#usage ?? noUsage), ...told };
  }

  end(finishReason: FinishReason, finishRaw: string | undefined): void {
    if (this.#terminal) return;
    this.start(undefined, undefined);
    this.endCalls();
    this.#terminal = true;
    const calls = finishReason === 'stop' && this.hasCalls;
    this.#events.push({
      type: 'end',
      finishReason: calls ? 'tool-calls' : finishReason,
      ...(finishRaw === undefined ? {} : { finishRaw }),
      usage: this.#usageOrEstimate(),
      model: this.model,
      message: this.#message(),
    });
  }

  fail(failure: ModelFailure): void {
    if (this.#terminal) return;
    this.#terminal = true;
    this.#events.push({ type: 'error', failure, partial: this.#message(), usage: this.#usageOrEstimate() });
  }

  take(): ModelEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #grow(type: 'text' | 'reasoning', text: string): void {
    const part = this.#part(type);
    part.tail += text;
    this.#textLength += text.length;
    if (part.tail.length < flattenEvery) return;
    flatten(part.tail);
    part.pieces.push(part.tail);
    part.tail = '';
  }

  #part(type: 'text' | 'reasoning'): TextLike {
    if (this.#current?.type === type) return this.#current;
    const part: TextLike = { type, pieces: [], tail: '' };
    this.#slots.push(part);
    this.#current = part;
    return part;
  }

  #announce(call: Call): void {
    if (call.id === '') call.id = `call_${this.responseId ?? 'local'}_${this.#calls.size}`.replace(/[^\w-]/g, '_');
    call.announced = true;
    this.#events.push({ type: 'tool-call.started', id: call.id, name: call.name });
    if (call.arguments !== '') {
      this.#events.push({ type: 'tool-call.delta', id: call.id, arguments: call.arguments });
    }
  }

  #end(call: Call): void {
    if (call.ended || !call.announced) return;
    call.ended = true;
    const data = call.providerData === undefined ? {} : { providerData: call.providerData };
    this.#events.push({ type: 'tool-call.ended', id: call.id, name: call.name, arguments: call.arguments, ...data });
  }

  /** What is there in order; calls without a name or without an end are no calls. */
  #message(): Message {
    const parts: Part[] = [];
    for (const slot of this.#slots) {
      if (slot.type !== 'call') {
        const part = textPart(slot);
        if (part.text !== '' || part.providerData !== undefined) parts.push(part);
      } else if (slot.call.ended) {
        const { id, name, providerData } = slot.call;
        const data = providerData === undefined ? {} : { providerData };
        parts.push({ type: 'tool-call', id, name, arguments: slot.call.arguments, ...data });
      }
    }
    return { role: 'assistant', parts };
  }

  #usageOrEstimate(): Usage {
    if (this.#usage !== undefined) return this.#usage;
    let length = this.#textLength;
    for (const call of this.#calls.values()) length += call.arguments.length + call.name.length;
    return { ...noUsage, outputTokens: Math.ceil(length / 4), estimated: true };
  }
}

function textPart({ type, pieces, tail, providerData }: TextLike): Extract<Part, { type: 'text' | 'reasoning' }> {
  const text = pieces.length === 0 ? tail : pieces.join('') + tail;
  return providerData === undefined ? { type, text } : { type, text, providerData };
}
