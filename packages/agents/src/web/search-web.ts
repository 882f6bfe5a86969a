// Searches the web through the service the user configured: SearXNG (self-hosted), Brave or Tavily, by their documented JSON.
import { createHttpClient, type ProxyFor } from '@monkey-coder/models';
import { errorMessage } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

/** Where to search. */
export interface WebSearchService {
  readonly kind: 'searxng' | 'brave' | 'tavily';
  /** Required for SearXNG; for the others their own address when absent. */
  readonly baseUrl?: string;
  readonly key?: string;
}

/** One result. */
export interface WebResult {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
}

/** Results, best first, or why there are none. */
export type WebSearchAnswer =
  | { readonly kind: 'found'; readonly results: readonly WebResult[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Searches; never throws. The service's address is the user's own setting and may be on this machine. */
export type SearchWeb = (query: string, signal: AbortSignal) => Promise<WebSearchAnswer>;

const maxResults = 8;
const timeoutMs = 20_000;
const bodyLimit = 2_000_000;
const text = z.catch(z.string(), '');
const resultSchema = z.object({ title: text, url: text, content: text, description: text });
const listSchema = z.catch(z.array(resultSchema), []);

const addresses = { searxng: '', brave: 'https://api.search.brave.com', tavily: 'https://api.tavily.com' };

/** Makes the search of a configured service. */
export function createWebSearch(service: WebSearchService, proxyFor?: ProxyFor): SearchWeb {
  const http = createHttpClient(proxyFor === undefined ? {} : { proxyFor });
  return (query, signal) =>
    new Promise((resolve) => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const base = service.baseUrl ?? addresses[service.kind];
      if (!URL.canParse(base)) {
        resolve({ kind: 'failed', reason: `the search service has no address: set web.search.baseUrl` });
        return;
      }
      const pieces: Uint8Array[] = [];
      let [status, size] = [0, 0];
      const fail = (reason: string): void => resolve({ kind: 'failed', reason });
      const exchange = http.send(requestOf(service, base, query), {
        onHead: (code) => {
          status = code;
        },
        onData: (bytes) => {
          size += bytes.length;
          if (size <= bodyLimit) pieces.push(bytes);
        },
        onEnd: () => resolve(readAnswer(service, status, Buffer.concat(pieces).toString('utf8'))),
        onError: (error) => fail(withoutKey(errorMessage(error), service)),
      });
      patience.addEventListener('abort', () => {
        exchange.close();
        fail('the search service did not answer in time');
      });
    });
}

function requestOf({ kind, key }: WebSearchService, base: string, query: string) {
  const words = encodeURIComponent(query);
  const root = base.replace(/\/+$/, '');
  const headers: Record<string, string> = { accept: 'application/json' };
  switch (kind) {
    case 'searxng':
      if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
      return { method: 'GET' as const, url: new URL(`${root}/search?format=json&q=${words}`), headers };
    case 'brave':
      if (key !== undefined) headers['x-subscription-token'] = key;
      return {
        method: 'GET' as const,
        url: new URL(`${root}/res/v1/web/search?count=${maxResults}&q=${words}`),
        headers,
      };
    case 'tavily':
      if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
      headers['content-type'] = 'application/json';
      return {
        method: 'POST' as const,
        url: new URL(`${root}/search`),
        headers,
        body: JSON.stringify({ query, max_results: maxResults }),
      };
  }
}

function readAnswer(service: WebSearchService, status: number, body: string): WebSearchAnswer {
  if (status !== 200)
    return {
      kind: 'failed',
      reason: withoutKey(`the search service answered ${status}: ${body.slice(0, 200)}`, service),
    };
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: 'failed', reason: 'the search service did not answer in JSON' };
  }
  const shape = document as { results?: unknown; web?: { results?: unknown } } | null;
  const list = listSchema.parse(service.kind === 'brave' ? shape?.web?.results : shape?.results);
  const results = list
    .filter((one) => one.url !== '')
    .slice(0, maxResults)
    .map(({ title, url, content, description }) => ({ title, url, snippet: plain(content || description) }));
  return { kind: 'found', results };
}

function plain(snippet: string): string {
  return snippet
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 400);
}

function withoutKey(message: string, { key }: WebSearchService): string {
  return key === undefined || key === '' ? message : message.replaceAll(key, '***');
}
