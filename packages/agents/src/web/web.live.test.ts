// Pages and searches against real servers on the loopback address: what is refused, bounded, converted, and never followed.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPageFetcher, type FetchedPage, type PageFetcherOptions } from './fetch-page.ts';
import { pageText } from './page-text.ts';
import { isPublicAddress } from './public-address.ts';
import { createWebSearch } from './search-web.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();

async function get(url: string, options: PageFetcherOptions): Promise<FetchedPage> {
  const fetcher = createPageFetcher(options);
  try {
    return await fetcher.fetch(url, signal);
  } finally {
    fetcher.close();
  }
}

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('takes %s', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'localhost',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('fetching a page', () => {
  it('refuses this machine, by address and by a name that leads to it, before a byte is sent', async () => {
    let asked = 0;
    const host = await serve((_request, response) => {
      asked += 1;
      response.end('secret');
    });
    const rebound = (_name: string, done: (error: null, found: { address: string; family: number }[]) => void): void =>
      done(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    for (const url of [
      `http://${host}/`,
      `http://localhost:${host.split(':')[1]}/`,
      'http://[::1]/',
      'http://0x7f.1/',
      'http://2130706433/',
    ])
      expect(await get(url, {}), url).toMatchObject({ kind: 'failed' });
    expect(await get(`http://innocent.test:${host.split(':')[1]}/`, { resolve: rebound })).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not on the public internet'),
    });
    expect(asked).toBe(0);
  });

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'http://user:pass@example.com/', 'not an address'])(
    'refuses %s',
    async (url) => expect(await get(url, {})).toMatchObject({ kind: 'failed' }),
  );

  it('follows a redirect on the same host, tells one to another, and refuses one to this machine', async () => {
    const inside = await serve((_request, response) => response.end('inside'));
    const host = await serve((request, response) => {
      const targets: Record<string, string> = {
        '/moved': '/here',
        '/away': 'https://elsewhere.example/x',
        '/trap': `http://${inside}/`,
      };
      const to = targets[request.url ?? ''];
      if (to === undefined) response.end('arrived');
      else response.writeHead(302, { location: to }).end();
    });
    const options = { allowHosts: [host] };
    const moved = await get(`http://${host}/moved`, options);
    expect(moved.kind === 'page' && moved.body.toString()).toBe('arrived');
    expect(await get(`http://${host}/away`, options)).toEqual({ kind: 'redirect', to: 'https://elsewhere.example/x' });
    expect(await get(`http://${host}/trap`, options)).toMatchObject({ kind: 'failed' });
  });

  it('is bounded in size, in time and in redirects', async () => {
    const host = await serve((request, response) => {
      if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else if (request.url === '/big') response.end(Buffer.alloc(50_000, 'x'));
    });
    const options = { allowHosts: [host], maxBytes: 1000, timeoutMs: 300 };
    const big = await get(`http://${host}/big`, options);
    expect(big.kind === 'page' && [big.body.length, big.isCut]).toEqual([1000, true]);
    expect(await get(`http://${host}/never`, options)).toEqual({ kind: 'failed', reason: 'it did not answer in time' });
    expect(await get(`http://${host}/loop`, options)).toMatchObject({ kind: 'failed' });
  });
});

describe('the text of a page', () => {
  const page = (body: string | Buffer, contentType = 'text/html'): Extract<FetchedPage, { kind: 'page' }> => ({
    kind: 'page',
    url: 'https://example.com/',
    status: 200,
    contentType,
    charset: 'utf-8',
    body: Buffer.from(body),
    isCut: false,
  });

  it('is Markdown of what the page says, without scripts, pictures as data, and navigation', async () => {
    const html = `<html><head><title>Guide</title><style>p{}</style></head><body><nav>menu</nav><main><h2>Use</h2>
      <p>Run <code>npm test</code> and <a href="https://example.com/a">read</a>.</p><script>alert(1)</script>
      <img src="data:image/png;base64,AAAA" alt="a chart"><pre><code>let x = 1;</code></pre></main></body></html>`;
    const text = await pageText(page(html));
    expect(text).toContain('Title: Guide');
    expect(text).toContain('## Use');
    expect(text).toContain('Run `npm test` and [read](https://example.com/a).');
    expect(text).toContain('```\nlet x = 1;\n```');
    expect(text).toContain('[picture: a chart]');
    expect(text).not.toMatch(/alert|AAAA|menu/);
  });

  it('leaves other text as it is and is nothing for what is no text', async () => {
    expect(await pageText(page('{"a":1}', 'application/json'))).toBe('{"a":1}');
    expect(await pageText(page(Buffer.from([1, 0, 2]), ''))).toBeUndefined();
    expect(await pageText(page('x', 'image/png'))).toBeUndefined();
  });
});

describe('searching', () => {
  it('asks each kind of service its own way and keeps the key to itself', async () => {
    const seen: string[] = [];
    const host = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      const one = { title: 'T', url: 'https://example.com/', content: 'a <b>b</b>', description: 'a <b>b</b>' };
      response.end(JSON.stringify(request.url?.startsWith('/res/') ? { web: { results: [one] } } : { results: [one] }));
    });
    for (const kind of ['searxng', 'brave', 'tavily'] as const) {
      const search = createWebSearch({ kind, baseUrl: `http://${host}`, key: 'key-of-the-user' });
      expect(await search('a b', signal)).toEqual({
        kind: 'found',
        results: [{ title: 'T', url: 'https://example.com/', snippet: 'a b' }],
      });
    }
    expect(seen).toEqual(['GET /search?format=json&q=a%20b', 'GET /res/v1/web/search?count=8&q=a%20b', 'POST /search']);
  });

  it('says what went wrong without the key', async () => {
    const host = await serve((_request, response) => response.writeHead(401).end('bad key key-of-the-user'));
    const search = createWebSearch({ kind: 'brave', baseUrl: `http://${host}`, key: 'key-of-the-user' });
    const answer = await search('x', signal);
    expect(answer).toEqual({ kind: 'failed', reason: 'the search service answered 401: bad key ***' });
  });
});
