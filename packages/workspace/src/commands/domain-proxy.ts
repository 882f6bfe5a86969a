// The one way out of a sandbox that may reach some domains: an HTTP proxy of our own that connects only to what is listed.
//
// It listens on a unix socket (bound into the sandbox, which has no other network) or on the loopback address. A name is
// looked up here, once; the connection goes to the very address that was checked, so a second answer of the name server
// changes nothing. `CONNECT` is a tunnel; plain HTTP is passed on with the host of its own URL. What travels inside a tunnel
// is not looked at: a listed server that serves other domains too can be asked for those.
import { lookup } from 'node:dns/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Destination, type DomainRule, isPrivateAddress, matchingRule, namesPrivate } from './domain-rules.ts';

/** A running proxy. */
export interface DomainProxy {
  /** Port on the loopback address; 0 when it listens on a socket file. */
  readonly port: number;
  /** Refused destinations so far, `host:port`, each once. */
  readonly refused: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Looks a name up; all its addresses. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** What a proxy is made for. */
export interface DomainProxyOptions {
  readonly rules: readonly DomainRule[];
  /** Socket file to listen on; the loopback address when absent. */
  readonly socketPath?: string;
  readonly lookUp?: LookUp;
}

const idleMs = 120_000;
const connectMs = 15_000;

/** Starts a proxy; rejects when it cannot listen. */
export async function startDomainProxy(options: DomainProxyOptions): Promise<DomainProxy> {
  const refused = new Set<string>();
  const sockets = new Set<Duplex>();
  const gate = new Gate(options, refused);
  const server = createServer((incoming, outgoing) => void passRequest(gate, incoming, outgoing));
  server.on('connect', (incoming, socket, head) => void openTunnel(gate, incoming, { socket, head, sockets }));
  server.on('connection', (socket) => track(sockets, socket));
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (options.socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(options.socketPath, resolve);
  });
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    refused,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function track(sockets: Set<Duplex>, socket: Duplex): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
}

class Gate {
  readonly #rules: readonly DomainRule[];
  readonly #lookUp: LookUp;
  readonly #refused: Set<string>;

  constructor({ rules, lookUp }: DomainProxyOptions, refused: Set<string>) {
    this.#rules = rules;
    this.#lookUp = lookUp ?? allAddresses;
    this.#refused = refused;
  }

  /** The address to connect to, or why not. */
  async judge(destination: Destination): Promise<{ readonly address: string } | { readonly why: string }> {
    const rule = matchingRule(this.#rules, destination);
    const name = `${destination.host}:${destination.port}`;
    if (rule === undefined) {
      this.#refused.add(name);
      return { why: `${name} is not in the list of allowed domains` };
    }
    const addresses = isIP(destination.host) === 0 ? await this.#addresses(destination.host) : [destination.host];
    const [address] = addresses;
    if (address === undefined) return { why: `${destination.host} has no address` };
    // One private address among them is enough to refuse: the name cannot be trusted.
    if (!namesPrivate(rule) && addresses.some(isPrivateAddress)) {
      this.#refused.add(name);
      return { why: `${destination.host} is at a private address` };
    }
    return { address };
  }

  async #addresses(host: string): Promise<readonly string[]> {
    try {
      return await this.#lookUp(host);
    } catch {
      return [];
    }
  }
}

async function allAddresses(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function destinationOf(authority: string, defaultPort: number): Destination | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:/@\s]+))(?::(\d{1,5}))?$/i.exec(authority);
  const host = (found?.[1] ?? found?.[2] ?? '').toLowerCase().replace(/\.$/, '');
  const port = found?.[3] === undefined ? defaultPort : Number(found[3]);
  return host === '' || port < 1 || port > 65_535 ? null : { host, port };
}

interface TunnelEnd {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly sockets: Set<Duplex>;
}

async function openTunnel(gate: Gate, incoming: IncomingMessage, { socket, head, sockets }: TunnelEnd): Promise<void> {
  const destination = destinationOf(incoming.url ?? '', 443);
  const verdict = destination === null ? { why: 'the address makes no sense' } : await gate.judge(destination);
  if (destination === null || 'why' in verdict) {
    socket.end(
      `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${'why' in verdict ? verdict.why : ''}\n`,
    );
    return;
  }
  const upstream = connect({ host: verdict.address, port: destination.port, timeout: connectMs });
  track(sockets, upstream);
  upstream.once('connect', () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    join(socket, upstream, head);
  });
  upstream.once('timeout', () => upstream.destroy());
  upstream.once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n'));
}

function join(socket: Duplex, upstream: Socket, head: Buffer): void {
  upstream.setTimeout(idleMs);
  if (head.length > 0) upstream.write(head);
  socket.pipe(upstream).pipe(socket);
  socket.once('close', () => upstream.destroy());
  upstream.once('close', () => socket.destroy());
}

// Of headers between a client and its proxy only (RFC 9110, 7.6.1).
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'proxy-authorization',
  'keep-alive',
  'te',
  'upgrade',
  'host',
]);

async function passRequest(gate: Gate, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const refuse = (status: number, why: string): void => {
    outgoing.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
    outgoing.end(`${why}\n`);
  };
  const url = parseUrl(incoming.url ?? '');
  const destination = url === null ? null : destinationOf(url.host, 80);
  if (url === null || destination === null) return refuse(400, 'this is a proxy: give a whole http:// address');
  const verdict = await gate.judge(destination);
  if ('why' in verdict) return refuse(403, verdict.why);
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !hopByHop.has(name)));
  const upstream = httpRequest(
    {
      host: verdict.address,
      port: destination.port,
      method: incoming.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
      timeout: idleMs,
      agent: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  upstream.once('timeout', () => upstream.destroy());
  upstream.once('error', () =>
    outgoing.headersSent ? outgoing.destroy() : refuse(502, `${url.host} could not be reached`),
  );
  outgoing.once('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function parseUrl(text: string): URL | null {
  if (!/^http:\/\//i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.username === '' && url.password === '' ? url : null;
}
