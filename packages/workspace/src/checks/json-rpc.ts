// JSON-RPC 2.0 over a child's standard streams, framed as the Language Server Protocol frames it (specification 3.17, base protocol).
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod/mini';

const messageSchema = z.object({
  id: z.optional(z.union([z.number(), z.string(), z.null()])),
  method: z.optional(z.string()),
  params: z.optional(z.unknown()),
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ code: z.number(), message: z.string() })),
});
type Message = z.infer<typeof messageSchema>;

/** What the other side asks or tells. A request is answered by what is returned. */
export interface RpcHandlers {
  onNotification(method: string, params: unknown): void;
  onRequest(method: string, params: unknown): unknown;
  /** The stream ended or spoke no JSON-RPC; nothing comes after it. */
  onClosed(reason: string): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const maxMessageBytes = 32 * 1024 * 1024;
const maxHeaderBytes = 8 * 1024;
/** Nothing but fields: what a program chats before its first message is no header. */
const isHeader = /^(?:[\w-]+:[^\r\n]*(?:\r\n|$))+$/;

/** One connection; it ends when the stream ends, or when the other side breaks the framing. */
export class RpcConnection {
  readonly #input: Writable;
  readonly #handlers: RpcHandlers;
  readonly #waiting = new Map<number, Waiting>();
  #pending: Buffer = Buffer.alloc(0);
  #nextId = 1;
  #isClosed = false;

  constructor(output: Readable, input: Writable, handlers: RpcHandlers) {
    this.#input = input;
    this.#handlers = handlers;
    output.on('data', (bytes: Buffer) => this.#take(bytes));
    output.on('end', () => this.close('the server ended'));
    output.on('error', (error) => this.close(error.message));
    input.on('error', (error) => this.close(error.message));
  }

  /** Rejects when the other side answers with an error, or the connection ends first. */
  request(method: string, params: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new Error('the connection is closed'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    if (!this.#isClosed) this.#send({ method, params });
  }

  /** Rejects all that waits. */
  close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    this.#handlers.onClosed(reason);
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#input.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #take(bytes: Buffer): void {
    if (this.#isClosed) return;
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (let body = this.#nextBody(); body !== null; body = this.#nextBody()) this.#read(body);
  }

  /** The next whole message; null when more bytes are needed. */
  #nextBody(): string | null {
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#pending.length > maxHeaderBytes) this.close('the server does not speak the protocol');
      return null;
    }
    const header = this.#pending.toString('latin1', 0, Math.min(end, maxHeaderBytes));
    const length = isHeader.test(header) ? Number(/content-length:\s*(\d+)/i.exec(header)?.[1] ?? -1) : -1;
    if (length < 0 || length > maxMessageBytes) {
      this.close('the server does not speak the protocol');
      this.#pending = Buffer.alloc(0);
      return null;
    }
    const start = end + 4;
    if (this.#pending.length < start + length) return null;
    const body = this.#pending.toString('utf8', start, start + length);
    this.#pending = this.#pending.subarray(start + length);
    return body;
  }

  #read(body: string): void {
    let message: Message;
    try {
      message = z.parse(messageSchema, JSON.parse(body));
    } catch {
      this.close('the server sent what is no message');
      return;
    }
    if (message.method === undefined) this.#settle(message);
    else if (message.id === undefined || message.id === null)
      this.#handlers.onNotification(message.method, message.params);
    else this.#send({ id: message.id, result: this.#handlers.onRequest(message.method, message.params) ?? null });
  }

  #settle({ id, result, error }: Message): void {
    const waiting = typeof id === 'number' ? this.#waiting.get(id) : undefined;
    if (typeof id !== 'number' || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result);
  }
}
