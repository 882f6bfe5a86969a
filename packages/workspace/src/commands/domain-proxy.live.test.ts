// The domain list and its proxy: what is not listed, and what hides behind a listed name, is never connected to.
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type DomainProxy, type LookUp, startDomainProxy } from './domain-proxy.ts';
import { isDomainRule, isPrivateAddress, matchingRule } from './domain-rules.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function site(): Promise<number> {
  const server: Server = createServer((incoming, outgoing) =>
    outgoing.end(
      `${incoming.method} ${incoming.url} ${incoming.headers.host} ${incoming.headers['proxy-authorization'] ?? ''}`,
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function proxy(rules: string[], lookUp: LookUp = async () => ['127.0.0.1']): Promise<DomainProxy> {
  const started = await startDomainProxy({ rules, lookUp });
  closing.push(() => started.close());
  return started;
}

function get({ port }: DomainProxy, url: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: url, headers: { ...headers, 'proxy-authorization': 'x' } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve(`${answer.statusCode} ${text.trim()}`));
    })
      .on('error', reject)
      .end();
  });
}

function tunnel({ port }: DomainProxy, authority: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.startsWith('HTTP/1.1 200') && !text.includes('GET'))
        socket.write('GET /t HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n');
    });
    socket.on('close', () => resolve(text.replaceAll('\r\n', '|')));
    socket.on('error', reject);
  });
}

describe('domain rules', () => {
  it('match a host exactly or below a star, on the web ports or the one they name', () => {
    const rules = ['example.org', '*.example.com', 'db.example.org:5432', '10.0.0.5'];
    const match = (host: string, port = 443) => matchingRule(rules, { host, port });
    expect(match('example.org')).toBe('example.org');
    expect(match('example.org', 80)).toBe('example.org');
    expect(match('packages.example.com')).toBe('*.example.com');
    expect(match('db.example.org', 5432)).toBe('db.example.org:5432');
    for (const [host, port] of [
      ['example.org', 22],
      ['www.example.org', 443],
      ['example.com', 443],
      ['evilexample.com', 443],
      ['example.org.evil.com', 443],
      ['db.example.org', 443],
      ['', 443],
    ] as const)
      expect(match(host, port), host).toBeUndefined();
    for (const good of ['a.b', '*.x.io', 'localhost:3000', '1.2.3.4', '::1', '[::1]:80'])
      expect(isDomainRule(good), good).toBe(true);
    for (const bad of ['*', '', 'http://a.b', 'a.b/c', 'a b', 'a.b:0', '*.*.a'])
      expect(isDomainRule(bad), bad).toBe(false);
  });

  it('know private addresses in every form', () => {
    for (const address of [
      '0.0.0.0',
      '10.1.2.3',
      '127.0.0.1',
      '169.254.169.254',
      '172.31.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      'fe80::1',
      'fe80::1%eth0',
      'fc00::1',
      'ff02::1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:0:1::1',
      '2001:db8::1',
      '::7f00:1',
      'x',
      '',
    ])
      expect(isPrivateAddress(address), address).toBe(true);
    for (const address of [
      '1.1.1.1',
      '172.32.0.1',
      '100.128.0.1',
      '2606:4700::1111',
      '::ffff:1.1.1.1',
      '64:ff9b::101:101',
    ])
      expect(isPrivateAddress(address), address).toBe(false);
  });
});

describe('the proxy', () => {
  it('passes plain requests and tunnels to what is listed, with the host of the address', async () => {
    const port = await site();
    const running = await proxy([`localhost:${port}`]);
    expect(await get(running, `http://localhost:${port}/a?b=c`, { host: 'other.example' })).toBe(
      `200 GET /a?b=c localhost:${port}`,
    );
    expect(await tunnel(running, `localhost:${port}`)).toMatch(/^HTTP\/1.1 200 .*GET \/t inner/);
    expect([...running.refused]).toEqual([]);
  });

  it('refuses what is not listed, and says so', async () => {
    const port = await site();
    const running = await proxy(['example.org', `other.example:${port}`]);
    expect(await get(running, `http://localhost:${port}/`)).toMatch(/^403 .*not in the list/);
    expect(await tunnel(running, `127.0.0.1:${port}`)).toMatch(/^HTTP\/1.1 403 /);
    expect(await get(running, `http://u:p@other.example:${port}/`)).toMatch(/^400/);
    expect(await get(running, '/direct')).toMatch(/^400/);
    expect([...running.refused]).toEqual([`localhost:${port}`, `127.0.0.1:${port}`]);
  });

  it('refuses a listed name that leads to a private address, even among public ones', async () => {
    const port = await site();
    for (const addresses of [['127.0.0.1'], ['93.184.215.14', '10.0.0.1'], ['::1'], ['169.254.169.254']]) {
      const running = await proxy([`rebind.example:${port}`], async () => addresses);
      expect(await get(running, `http://rebind.example:${port}/`)).toMatch(/^403 .*private address/);
      expect(await tunnel(running, `rebind.example:${port}`)).toMatch(/^HTTP\/1.1 403 /);
    }
    const nowhere = await proxy(['gone.example'], async () => []);
    expect(await get(nowhere, 'http://gone.example/')).toMatch(/^403 .*no address/);
  });
});
