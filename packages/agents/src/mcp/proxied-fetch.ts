// A fetch that goes through the user's HTTP proxy where one is set for an address: the platform's own fetch knows none.
import { createHttpClient, type HttpClient, type ProxyFor } from '@monkey-coder/models';

const mostRedirects = 5;
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** Sends through the proxy that `proxyFor` names, and with `straight` where it names none. */
export function proxiedFetch(proxyFor: ProxyFor, straight: typeof fetch): typeof fetch {
  let client: HttpClient | undefined;
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (proxyFor(url) === undefined) return straight(input, init);
    client ??= createHttpClient({ proxyFor });
    return sendOn(client, new Request(input, init), mostRedirects);
  };
}

/** Redirects of what only reads are followed, without credentials to another origin. */
async function sendOn(client: HttpClient, request: Request, redirects: number): Promise<Response> {
  const body = request.body === null ? undefined : await request.clone().text();
  const response = await send(client, request, body);
  const location = response.headers.get('location');
  const isRedirect = location !== null && [301, 302, 303, 307, 308].includes(response.status);
  if (!isRedirect || request.redirect === 'manual' || request.method !== 'GET') return response;
  await response.body?.cancel();
  if (redirects === 0 || request.redirect === 'error') throw new TypeError(`${request.url} redirects too often`);
  const next = new URL(location, request.url);
  const headers = new Headers(request.headers);
  if (next.origin !== new URL(request.url).origin) headers.delete('authorization');
  return sendOn(client, new Request(next, { headers, signal: request.signal }), redirects - 1);
}

function send(client: HttpClient, request: Request, body: string | undefined): Promise<Response> {
  const { signal } = request;
  const url = new URL(request.url);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const failed = (error: unknown): void => {
      reject(new TypeError(`the proxy or the server behind it could not be used for ${url.host}`, { cause: error }));
      stream?.error(error);
    };
    const onAbort = (): void => {
      exchange.close();
      failed(signal.reason);
    };
    const exchange = client.send(
      { method: methodOf(request), url, headers: headersOf(request), ...(body === undefined ? {} : { body }) },
      {
        onHead: (status, headers) => {
          const source = new ReadableStream<Uint8Array>({
            start: (controller) => {
              stream = controller;
            },
            pull: () => exchange.resume(),
            cancel: () => exchange.close(),
          });
          const answer = new Response(bodiless.has(status) ? null : source, { status, headers: plain(headers) });
          Object.defineProperty(answer, 'url', { value: url.href });
          resolve(answer);
        },
        onData: (bytes) => {
          stream?.enqueue(bytes);
          if ((stream?.desiredSize ?? 1) <= 0) exchange.pause();
        },
        onEnd: () => {
          signal.removeEventListener('abort', onAbort);
          stream?.close();
        },
        onError: (error) => {
          signal.removeEventListener('abort', onAbort);
          failed(error);
        },
      },
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function methodOf({ method }: Request): 'GET' | 'POST' | 'DELETE' {
  if (method === 'GET' || method === 'POST' || method === 'DELETE') return method;
  throw new TypeError(`${method} is not sent through a proxy`);
}

function headersOf(request: Request): Record<string, string> {
  return { 'user-agent': 'monkey-coder', ...Object.fromEntries(request.headers) };
}

/** The body was unpacked on the way. */
function plain(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _packed, 'content-length': _length, ...rest } = headers;
  return rest;
}
