// Sends HTTP requests over node:http(s) with kept-alive connections; no fetch, which costs 70-100 ms CPU at start.
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a caller is told, in this order: `onHead` once, `onData` any number of times, then one of `onEnd` and `onError`. */
export interface HttpHandlers {
  onHead(status: number, headers: Readonly<Record<string, string>>): void;
  onData(bytes: Uint8Array): void;
  onEnd(): void;
  /** The connection failed or was cut; never called after `close()`. */
  onError(error: unknown): void;
}

/** A request under way. */
export interface HttpExchange {
  /** Ends it now, closing the connection; no handler is called afterwards. */
  close(): void;
  /** The reader wants no more, the rest of the body is read away so that the connection can be used again. */
  drain(): void;
  /** Stops and restarts reading, for a consumer slower than the wire. */
  pause(): void;
  resume(): void;
}

/** Keeps connections; `close()` ends them all. */
export interface HttpClient {
  send(request: HttpRequest, handlers: HttpHandlers): HttpExchange;
  close(): void;
}

interface Sender {
  readonly agent: Agent;
  readonly request: (
    url: URL,
    options: RequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ) => ClientRequest;
}

/** How long the rest of an answered body may take before the connection is given up instead of kept, in milliseconds. */
const drainMs = 250;

/** Makes a client. `maxSockets` bounds the connections per host. Proxies are not supported. */
export function createHttpClient(options: { readonly maxSockets?: number } = {}): HttpClient {
  const senders = new Map<string, Promise<Sender>>();
  const agentOptions = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxSockets: options.maxSockets ?? Number.POSITIVE_INFINITY,
  };
  const senderFor = (protocol: string): Promise<Sender> => {
    const known = senders.get(protocol);
    if (known !== undefined) return known;
    const made = loadSender(protocol, agentOptions);
    senders.set(protocol, made);
    return made;
  };
  return {
    send: (request, handlers) => new Exchange(request, handlers, senderFor),
    close() {
      for (const sender of senders.values()) void sender.then((one) => one.agent.destroy());
      senders.clear();
    },
  };
}

async function loadSender(protocol: string, agentOptions: object): Promise<Sender> {
  if (protocol === 'https:') {
    const https = await import('node:https');
    return { agent: new https.Agent(agentOptions), request: https.request };
  }
  if (protocol !== 'http:') throw new Error(`${protocol}// is not a web address; use http:// or https://`);
  const http = await import('node:http');
  return { agent: new http.Agent(agentOptions), request: http.request };
}

class Exchange implements HttpExchange {
  readonly #input: HttpRequest;
  readonly #handlers: HttpHandlers;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #done = false;
  #repeated = false;

  constructor(input: HttpRequest, handlers: HttpHandlers, senderFor: (protocol: string) => Promise<Sender>) {
    this.#input = input;
    this.#handlers = handlers;
    senderFor(input.url.protocol).then(
      (sender) => this.#start(sender),
      (error) => this.#fail(error),
    );
  }

  close(): void {
    this.#done = true;
    this.#request?.destroy();
  }

  drain(): void {
    if (this.#done) return;
    this.#done = true;
    const request = this.#request;
    if (this.#response === undefined || request === undefined) {
      request?.destroy();
      return;
    }
    this.#response.resume();
    const timer = setTimeout(() => request.destroy(), drainMs);
    timer.unref();
    this.#response.once('close', () => clearTimeout(timer));
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  #start(sender: Sender): void {
    if (this.#done) return;
    const { method, url, headers, body } = this.#input;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    try {
      const options = { method, agent: sender.agent, headers: { ...headers, ...length } };
      const request = sender.request(url, options, (response) => this.#receive(response));
      this.#request = request;
      request.on('error', (error) => this.#requestFailed(error, request, sender));
      request.end(body);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A kept connection may have been closed by the host in the very moment it was used again: one fresh try. */
  #requestFailed(error: Error, request: ClientRequest, sender: Sender): void {
    const stale = request.reusedSocket && this.#response === undefined && !this.#repeated;
    if (!stale || this.#done) {
      this.#fail(error);
      return;
    }
    this.#repeated = true;
    this.#start(sender);
  }

  #receive(response: IncomingMessage): void {
    if (this.#done) {
      response.destroy();
      return;
    }
    this.#response = response;
    response.on('data', (bytes: Uint8Array) => {
      if (!this.#done) this.#handlers.onData(bytes);
    });
    response.on('error', (error) => this.#fail(error));
    response.on('end', () => {
      if (this.#done) return;
      this.#done = true;
      this.#handlers.onEnd();
    });
    response.on('close', () => this.#fail(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' })));
    this.#handlers.onHead(response.statusCode ?? 0, flatHeaders(response.headers));
  }

  #fail(error: unknown): void {
    if (this.#done) return;
    this.#done = true;
    this.#request?.destroy();
    this.#handlers.onError(error);
  }
}

function flatHeaders(headers: IncomingMessage['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
