// Fetches one page for the model: bounded in size and time, from the public internet only, redirects looked at one by one.
import { isIP } from 'node:net';
import { createHttpClient, type HostResolver, type HttpClient, type ProxyFor } from '@monkey-coder/models';
import { errorMessage } from '@monkey-coder/protocol';
import { isPublicAddress, onlyPublic, resolveHost } from './public-address.ts';

/** How pages are fetched. */
export interface PageFetcherOptions {
  /** `host` or `host:port` that may be fetched although they are not public: a server of one's own. */
  readonly allowHosts?: readonly string[];
  /** The proxy an address takes. A proxy resolves names itself: there only literal addresses can be refused. */
  readonly proxyFor?: ProxyFor;
  readonly resolve?: HostResolver;
  /** Bytes of a body that are read; default 5 MB. */
  readonly maxBytes?: number;
  /** Milliseconds for the whole fetch, redirects included; default 30,000. */
  readonly timeoutMs?: number;
  readonly productVersion?: string;
}

/** What came of it. */
export type FetchedPage =
  | {
      readonly kind: 'page';
      /** After redirects. */
      readonly url: string;
      readonly status: number;
      /** Lower case, without parameters; empty when the server does not say. */
      readonly contentType: string;
      readonly body: Buffer;
      readonly charset: string;
      readonly isCut: boolean;
    }
  /** Another host was named: the caller decides whether to go there. */
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Fetches pages; keeps connections for the next one. */
export interface PageFetcher {
  /** Never throws; an aborted signal ends as `failed`. */
  fetch(url: string, signal: AbortSignal): Promise<FetchedPage>;
  close(): void;
}

const maxRedirects = 5;

/** Makes a fetcher; nothing is opened before it is used. */
export function createPageFetcher(options: PageFetcherOptions = {}): PageFetcher {
  const resolve = options.resolve ?? resolveHost;
  const proxied = options.proxyFor === undefined ? {} : { proxyFor: options.proxyFor };
  const open = createHttpClient({ ...proxied, resolve: onlyPublic(resolve) });
  const own = createHttpClient({ ...proxied, resolve });
  const allowed = new Set((options.allowHosts ?? []).map((host) => host.toLowerCase()));
  const isOwn = (url: URL): boolean => allowed.has(url.hostname.toLowerCase()) || allowed.has(url.host.toLowerCase());
  return {
    fetch: (url, signal) => fetchPage(url, signal, { options, clientFor: (at) => (isOwn(at) ? own : open), isOwn }),
    close() {
      open.close();
      own.close();
    },
  };
}

interface Means {
  readonly options: PageFetcherOptions;
  readonly clientFor: (url: URL) => HttpClient;
  readonly isOwn: (url: URL) => boolean;
}

async function fetchPage(given: string, signal: AbortSignal, means: Means): Promise<FetchedPage> {
  const first = readAddress(given, means);
  if (typeof first === 'string') return { kind: 'failed', reason: first };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(means.options.timeoutMs ?? 30_000)]);
  let url = first;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await get(url, patience, means);
    if (typeof answer === 'string') return { kind: 'failed', reason: answer };
    const location = answer.headers['location'];
    if (answer.status < 300 || answer.status > 399 || location === undefined) return pageOf(url, answer);
    const next = readAddress(new URL(location, url).href, means);
    if (typeof next === 'string') return { kind: 'failed', reason: `it redirects to ${location}: ${next}` };
    if (next.hostname !== url.hostname) return { kind: 'redirect', to: next.href };
    url = next;
  }
  return { kind: 'failed', reason: `it redirects more than ${maxRedirects} times` };
}

/** A checked address, or why it is refused. */
function readAddress(text: string, { isOwn }: Means): URL | string {
  if (!URL.canParse(text)) return 'that is not an address; give a whole one, https://…';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http:// and https:// can be fetched';
  if (url.username !== '' || url.password !== '') return 'an address with a name or password in it is not fetched';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isOwn(url) && isIP(host) !== 0 && !isPublicAddress(host)) return `${host} is not on the public internet`;
  url.hash = '';
  return url;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly isCut: boolean;
}

/** The answer, or why there is none. */
function get(url: URL, signal: AbortSignal, { options, clientFor }: Means): Promise<Answer | string> {
  const limit = options.maxBytes ?? 5_000_000;
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let [status, size] = [0, 0];
    let headers: Readonly<Record<string, string>> = {};
    const done = (answer: Answer | string): void => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    const whole = (isCut: boolean): Answer => ({ status, headers, body: Buffer.concat(pieces), isCut });
    const abort = (): void => {
      exchange.close();
      done('it did not answer in time');
    };
    const exchange = clientFor(url).send(
      { method: 'GET', url, headers: requestHeaders(options) },
      {
        onHead: (code, all) => {
          status = code;
          headers = all;
        },
        onData: (bytes) => {
          pieces.push(size + bytes.length > limit ? bytes.subarray(0, limit - size) : bytes);
          size += bytes.length;
          if (size <= limit) return;
          exchange.close();
          done(whole(true));
        },
        onEnd: () => done(whole(false)),
        onError: (error) => done(errorMessage(error)),
      },
    );
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function requestHeaders({ productVersion }: PageFetcherOptions): Record<string, string> {
  return {
    'user-agent': `monkey/${productVersion ?? '0'} (coding agent)`,
    accept: 'text/markdown, text/html;q=0.9, text/plain;q=0.8, application/json;q=0.8, */*;q=0.1',
    'accept-encoding': 'gzip, br',
  };
}

function pageOf(url: URL, { status, headers, body, isCut }: Answer): FetchedPage {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((one) => /^\s*charset="?([\w-]+)/.exec(one)?.[1]).find((one) => one !== undefined);
  return { kind: 'page', url: url.href, status, contentType: type.trim(), body, charset: charset ?? 'utf-8', isCut };
}
