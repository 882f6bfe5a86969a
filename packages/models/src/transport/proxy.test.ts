// Which proxy an address takes.
import { expect, it } from 'vitest';
import { proxyFromEnvironment, proxyHeaders } from './proxy.ts';

const env = { HTTPS_PROXY: 'http://p:1', http_proxy: 'q:2', NO_PROXY: 'intern.example, .corp, direct.example:8443' };

it.each([
  ['https://api.example/v1', 'p:1'],
  ['http://api.example/v1', 'q:2'],
  ['https://intern.example', undefined],
  ['https://a.intern.example', undefined],
  ['https://notintern.example', 'p:1'],
  ['https://x.corp', undefined],
  ['https://direct.example', 'p:1'],
  ['https://direct.example:8443', undefined],
  ['http://127.0.0.1:11434', undefined],
  ['http://localhost:1', undefined],
  ['http://[::1]:1', undefined],
])('%s goes through %s', (address, proxy) => {
  expect(proxyFromEnvironment(env)(new URL(address))?.host).toBe(proxy);
});

it('takes ALL_PROXY for both, and no proxy for everything', () => {
  expect(proxyFromEnvironment({ ALL_PROXY: 'http://p:1' })(new URL('https://a.example'))?.host).toBe('p:1');
  expect(
    proxyFromEnvironment({ ALL_PROXY: 'http://p:1', no_proxy: '*' })(new URL('https://a.example')),
  ).toBeUndefined();
  expect(proxyFromEnvironment({ HTTPS_PROXY: 'socks5://p:1' })(new URL('https://a.example'))).toBeUndefined();
  expect(proxyFromEnvironment({ HTTPS_PROXY: 'http://%' })(new URL('https://a.example'))).toBeUndefined();
});

it('signs in with the name and password of the address', () => {
  expect(proxyHeaders(new URL('http://me:s%40id@p:1'))).toEqual({
    'proxy-authorization': `Basic ${Buffer.from('me:s@id').toString('base64')}`,
  });
  expect(proxyHeaders(new URL('http://p:1'))).toEqual({});
});
