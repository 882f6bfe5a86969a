// Sends HTTP requests over node:http(s) with kept-alive connections; no fetch, which costs 70-100 ms CPU at start.

import type { LookupAddress } from 'node:dns';
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { loadUnpacker, unpack } from './content-encoding.ts';
import { loadTunnel, type ProxyFor, proxyHeaders } from './proxy.ts';

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
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
  /** For plain http: the proxy is asked for the whole address. */
  readonly proxy?: URL | undefined;
  readonly request: (
    url: URL,
    options: RequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ) => ClientRequest;
}

/** How long the rest of an answered body may take before the connection is given up instead of kept, in milliseconds. */
const drainMs = 250;

/** How connections are made. */
export interface HttpClientOptions {
  /** Connections per host; default without bound. */
  readonly maxSockets?: number;
  /** The proxy an address takes, `proxyFromEnvironment(env)` for one; default none. */
  readonly proxyFor?: ProxyFor;
  /** Finds the addresses of a host; may refuse with an error. Default: the system's resolver. Proxies resolve for themselves. */
  readonly resolve?: HostResolver;
}

/** All addresses of a host, or an error. */
export type HostResolver = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** As `net.connect` asks: for all addresses, or for one. */
function lookupThrough(resolve: HostResolver): LookupFunction {
  return (host, options, done) =>
    resolve(host, (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined) done(error ?? new Error(`${host} has no address`), '', 0);
      else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
}

/** Makes a client. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const senders = new Map<string, Promise<Sender>>();
  const agentOptions = {
    keepAlive: true,
    keepAliveMsecs: 30_000,
    maxSockets: options.maxSockets ?? Number.POSITIVE_INFINITY,
    ...(options.resolve === undefined ? {} : { lookup: lookupThrough(options.resolve) }),
  };
  const senderFor = (url: URL): Promise<Sender> => {
    const proxy = options.proxyFor?.(url);
    const key = `${url.protocol} ${proxy?.href ?? ''}`;
    const known = senders.get(key);
    if (known !== undefined) return known;
    const made = loadSender(url.protocol, proxy, agentOptions);
    senders.set(key, made);
    return made;
  };
  return {
    send: (request, handlers) => new Exchange(request, handlers, senderFor),
    close() {
      for (const sender of senders.values()) {
        sender.then(
          (one) => one.agent.destroy(),
          () => undefined,
        );
      }
      senders.clear();
    },
  };
}

async function loadSender(protocol: string, proxy: URL | undefined, agentOptions: object): Promise<Sender> {
  if (protocol === 'https:') {
    const https = await import('node:https');
    const agent = new https.Agent(agentOptions);
    if (proxy !== undefined) Object.assign(agent, { createConnection: await loadTunnel(proxy) });
    return { agent, request: https.request };
  }
  if (protocol !== 'http:') throw new Error(`${protocol}// is not a web address; use http:// or https://`);
  if (proxy?.protocol === 'https:') {
    const https = await import('node:https');
    return { agent: new https.Agent(agentOptions), request: https.request, proxy };
  }
  const http = await import('node:http');
  return { agent: new http.Agent(agentOptions), request: http.request, proxy };
}

/** A proxy gets the whole address of a plain request in its first line. */
function addressed(sender: Sender, url: URL, options: RequestOptions): [URL, RequestOptions] {
  const { proxy } = sender;
  if (proxy === undefined) return [url, options];
  const headers = { ...(options.headers as Record<string, string>), host: url.host, ...proxyHeaders(proxy) };
  return [new URL(proxy.origin), { ...options, path: url.href, headers }];
}

class Exchange implements HttpExchange {
  readonly #input: HttpRequest;
  readonly #handlers: HttpHandlers;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  /** The response, or what unpacks it. */
  #body: Readable | undefined;
  #done = false;
  #repeated = false;

  constructor(input: HttpRequest, handlers: HttpHandlers, senderFor: (url: URL) => Promise<Sender>) {
    this.#input = input;
    this.#handlers = handlers;
    senderFor(input.url).then(
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
    (this.#body ?? this.#response).resume();
    const timer = setTimeout(() => request.destroy(), drainMs);
    timer.unref();
    this.#response.once('close', () => clearTimeout(timer));
  }

  pause(): void {
    this.#body?.pause();
  }

  resume(): void {
    this.#body?.resume();
  }

  #start(sender: Sender): void {
    if (this.#done) return;
    const { method, url, headers, body } = this.#input;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    try {
      const options = { method, agent: sender.agent, headers: { ...headers, ...length } };
      const [address, allOptions] = addressed(sender, url, options);
      const request = sender.request(address, allOptions, (response) => this.#receive(response));
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
    response.on('error', (error) => this.#fail(error));
    response.on('close', () => {
      if (!response.complete) this.#fail(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' }));
    });
    const encoding = response.headers['content-encoding'];
    if (encoding === undefined) this.#read(response, response);
    else void this.#readPacked(response, encoding);
  }

  async #readPacked(response: IncomingMessage, encoding: string): Promise<void> {
    try {
      const unpacker = await loadUnpacker(encoding);
      this.#read(response, unpacker === undefined ? response : unpack(response, unpacker));
    } catch (error) {
      this.#fail(error);
    }
  }

  #read(response: IncomingMessage, body: Readable): void {
    if (this.#done) return;
    this.#body = body;
    this.#handlers.onHead(response.statusCode ?? 0, flatHeaders(response.headers));
    body.on('data', (bytes: Uint8Array) => {
      if (!this.#done) this.#handlers.onData(bytes);
    });
    if (body !== response) body.on('error', (error) => this.#fail(error));
    body.on('end', () => {
      if (this.#done) return;
      this.#done = true;
      this.#handlers.onEnd();
    });
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
