// HTTP proxies: which one a request takes, and the tunnel (RFC 9110, CONNECT) for https.
import type { RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';

/** The proxy of an address; undefined to go straight there. */
export type ProxyFor = (url: URL) => URL | undefined;

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in either case, as curl does: `NO_PROXY` is a list of hosts,
 * `.suffix`es, `host:port`s, or `*`. The loopback address never takes a proxy. A broken address is no proxy.
 */
export function proxyFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyFor {
  const read = (name: string): string => env[name.toLowerCase()]?.trim() || env[name]?.trim() || '';
  const https = proxyUrl(read('HTTPS_PROXY') || read('ALL_PROXY'));
  const http = proxyUrl(read('HTTP_PROXY') || read('ALL_PROXY'));
  const direct = read('NO_PROXY')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http;
    return proxy === undefined || goesStraight(url, direct) ? undefined : proxy;
  };
}

function proxyUrl(text: string): URL | undefined {
  const whole = text === '' || text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

function goesStraight(url: URL, direct: readonly string[]): boolean {
  const host = url.hostname.toLowerCase();
  if (host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)) return true;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return direct.some((entry) => {
    if (entry === '*') return true;
    const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (wantedPort !== undefined && wantedPort !== port) return false;
    const suffix = name.replace(/^\*?\.?/, '');
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}

/** `proxy-authorization` of a proxy whose address has a name and a password. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** How long a proxy may take to open a tunnel, in milliseconds. */
const tunnelMs = 30_000;

type ConnectionMade = (error: Error | null, stream?: Duplex) => void;

/** `createConnection` of an https agent that goes through a proxy. The proxy sees the host's name and nothing else. */
export async function loadTunnel(proxy: URL): Promise<(options: RequestOptions, done: ConnectionMade) => void> {
  const [{ request }, { connect }] = await Promise.all([
    proxy.protocol === 'https:' ? import('node:https') : import('node:http'),
    import('node:tls'),
  ]);
  return (options, done) => {
    const target = `${options.host}:${options.port ?? 443}`;
    const failed = (why: string): void =>
      done(Object.assign(new Error(`the proxy ${proxy.host} ${why}`), { code: 'EPROXY' }));
    const asked = request(new URL(proxy.origin), {
      method: 'CONNECT',
      path: target,
      agent: false,
      timeout: tunnelMs,
      headers: { host: target, ...proxyHeaders(proxy) },
    });
    asked.once('connect', (response, socket) => {
      if (response.statusCode === 200) {
        const name = (options as { servername?: string }).servername ?? options.host ?? undefined;
        done(null, connect({ ...(options as object), socket, ...(name === undefined ? {} : { servername: name }) }));
        return;
      }
      socket.destroy();
      failed(`refused the tunnel to ${target} with status ${response.statusCode}`);
    });
    asked.once('response', (response) => {
      response.destroy();
      failed(`refused the tunnel to ${target} with status ${response.statusCode}`);
    });
    asked.once('timeout', () => asked.destroy(new Error('it did not answer in time')));
    asked.once('error', (error) => failed(`could not be used: ${error.message}`));
    asked.end();
  };
}
