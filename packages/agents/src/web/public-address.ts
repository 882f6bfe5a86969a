// Which addresses a page may be fetched from: the public internet, and what the user named; never this machine or its network.
import { lookup as lookupHost } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { HostResolver } from '@monkey-coder/models';

/** `dns.lookup`, which reads the system's own configuration. */
export const resolveHost: HostResolver = (host, done) => lookupHost(host, { all: true }, done);

const closed = new BlockList();
/** Everything IANA's special-purpose registries (RFC 6890 and its updates) keep out of the public internet. */
const closedNets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
];
for (const [net, bits, family] of closedNets) closed.addSubnet(net, bits, family);

/** Of IPv6 only global unicast is open, without the ranges in it that lead elsewhere: documentation, Teredo, 6to4. */
const openIpv6 = new BlockList();
openIpv6.addSubnet('2000::', 3, 'ipv6');
const closedIpv6 = new BlockList();
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  closedIpv6.addSubnet(net, bits, 'ipv6');

/** Whether an IP address belongs to the public internet; an IPv4 address inside an IPv6 one counts as itself. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  if (family !== 6) return false;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPublicAddress(mapped);
  return openIpv6.check(address, 'ipv6') && !closedIpv6.check(address, 'ipv6');
}

/** A resolver that fails (`EPRIVATE`) when any address of the host is not public: the one that is connected to was looked at. */
export function onlyPublic(resolve: HostResolver): HostResolver {
  return (host, done) =>
    resolve(host, (error, addresses) => {
      if (error !== null) return done(error, []);
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      if (inside === undefined) return done(null, addresses);
      const refusal = new Error(`${host} is ${inside.address}, which is not on the public internet`);
      return done(Object.assign(refusal, { code: 'EPRIVATE' }), []);
    });
}
