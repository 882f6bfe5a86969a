// The client against real sockets: packed bodies and proxies.
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClientOptions } from './http-client.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Serve, prepare: (server: Server) => void = () => undefined): Promise<string> {
  const server = createServer(handler);
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Got {
  readonly status?: number;
  readonly text: string;
  readonly pieces: number;
  readonly error?: string;
}

function get(url: string, options: HttpClientOptions = {}): Promise<Got> {
  const http = createHttpClient(options);
  closers.push(async () => http.close());
  return new Promise((resolve) => {
    let status: number | undefined;
    const bytes: Uint8Array[] = [];
    const got = (error?: unknown): void =>
      resolve({
        ...(status === undefined ? {} : { status }),
        text: Buffer.concat(bytes).toString(),
        pieces: bytes.length,
        ...(error === undefined ? {} : { error: String(error) }),
      });
    http.send(
      { method: 'POST', url: new URL(url), headers: { 'x-api-key': 'hidden-key' }, body: '{}' },
      {
        onHead: (code) => {
          status = code;
        },
        onData: (piece) => bytes.push(piece),
        onEnd: () => got(),
        onError: got,
      },
    );
  });
}

describe('a packed body', () => {
  const packed = { gzip: gzipSync('hello'), deflate: deflateSync('hello'), br: brotliCompressSync('hello') };
  it.each(Object.entries(packed))('%s is unpacked', async (encoding, body) => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(body),
    );
    expect(await get(url)).toMatchObject({ status: 200, text: 'hello' });
  });

  it('streams: what was flushed is handed on before the end', async () => {
    let release = (): void => undefined;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write('first');
      gzip.flush();
      release = () => gzip.end('last');
    });
    const http = createHttpClient();
    closers.push(async () => http.close());
    const pieces: string[] = [];
    await new Promise<void>((resolve, reject) => {
      http.send(
        { method: 'GET', url: new URL(url), headers: {} },
        {
          onHead: () => undefined,
          onData: (bytes) => {
            pieces.push(Buffer.from(bytes).toString());
            release();
          },
          onEnd: resolve,
          onError: reject,
        },
      );
    });
    expect(pieces).toEqual(['first', 'last']);
  });

  it('fails when it is cut or packed in an unknown way', async () => {
    const cut = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '500' });
      response.write(packed.gzip.subarray(0, 12), () => response.destroy());
    });
    expect((await get(cut)).error).toMatch(/closed|aborted|hang up|ECONNRESET/);
    const odd = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'zzz' }).end('x'));
    expect((await get(odd)).error).toMatch(/packed as zzz/);
  });
});

describe('a proxy', () => {
  it('gets plain requests whole, with its own credentials, which the target does not see', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const target = await serve((request, response) => {
      seen.push(request.headers);
      response.end('from the target');
    });
    const asked: [string | undefined, string | undefined][] = [];
    const proxy = await serve((request, response) => {
      asked.push([request.url, request.headers['proxy-authorization']]);
      const { 'proxy-authorization': _own, ...headers } = request.headers;
      const onward = httpRequest(request.url ?? '', { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    const proxyUrl = new URL(proxy);
    proxyUrl.username = 'me';
    proxyUrl.password = 'secret';
    const got = await get(`${target}/v1/chat?x=1`, { proxyFor: () => proxyUrl });
    expect(got).toMatchObject({ status: 200, text: 'from the target' });
    expect(seen[0]?.authorization).toBeUndefined();
    expect(asked).toEqual([[`${target}/v1/chat?x=1`, `Basic ${Buffer.from('me:secret').toString('base64')}`]]);
    expect(seen[0]).toMatchObject({ 'x-api-key': 'hidden-key', host: new URL(target).host });
  });

  it('opens a tunnel for https and sees nothing but the name in it', async () => {
    const first: Buffer[] = [];
    const blind = createTcpServer((socket) => {
      socket.once('data', (bytes) => {
        first.push(bytes);
        socket.destroy();
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => blind.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => blind.close(resolve)));
    const { port } = blind.address() as AddressInfo;
    const asked: (string | undefined)[] = [];
    const proxy = await serve(
      (_request, response) => response.end(),
      (server) =>
        server.on('connect', (request, socket) => {
          asked.push(request.url, request.headers.authorization, request.headers['proxy-authorization']);
          const onward = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
          onward.on('error', () => socket.destroy());
          socket.on('error', () => onward.destroy());
          socket.pipe(onward).pipe(socket);
        }),
    );
    const signedIn = new URL(proxy.replace('//', '//me:pw@'));
    const got = await get('https://api.vendor.example/v1/messages', { proxyFor: () => signedIn });
    const pair = Buffer.from('me:pw').toString('base64');
    expect(asked).toEqual(['api.vendor.example:443', undefined, `Basic ${pair}`]);
    expect(got.error).toMatch(/disconnected|closed|reset|ECONNRESET/i);
    expect(first[0]?.[0]).toBe(0x16);
    expect(first[0]?.includes('api.vendor.example')).toBe(true);
    expect(first[0]?.includes('hidden-key')).toBe(false);
  });

  it('that refuses or is not there is a clear error', async () => {
    const proxy = await serve(
      (_request, response) => response.end(),
      (server) => server.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Auth\r\n\r\n')),
    );
    const refused = await get('https://api.vendor.example', { proxyFor: () => new URL(proxy) });
    expect(refused.error).toMatch(/refused the tunnel to api\.vendor\.example:443 with status 407/);
    const absent = await get('https://api.vendor.example', { proxyFor: () => new URL('http://127.0.0.1:9') });
    expect(absent.error).toMatch(/127\.0\.0\.1:9 could not be used/);
  });
});
