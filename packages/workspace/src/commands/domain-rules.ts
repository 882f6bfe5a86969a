// Which hosts a command may reach: a list of domains, nothing else, and never a private address that was not named.
import { BlockList, isIP } from 'node:net';

/** One entry of the list, as written: `example.org`, `*.example.org`, `example.org:8443`, `localhost:3000`, `10.0.0.5`. */
export type DomainRule = string;

/** Where a command wants to go. */
export interface Destination {
  /** Lower case, without brackets and final dot. */
  readonly host: string;
  readonly port: number;
}

const webPorts: ReadonlySet<number> = new Set([80, 443]);

/** Whether a rule can be read at all. */
export function isDomainRule(rule: string): boolean {
  const { host, port } = parseRule(rule);
  if (port !== undefined && !(port >= 1 && port <= 65_535)) return false;
  if (isIP(host) !== 0) return true;
  return /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,62})\.)*[a-z0-9_-]{1,63}$/.test(host);
}

/** The first rule that allows a destination; undefined when none does. Without a port a rule allows 80 and 443. */
export function matchingRule(rules: readonly DomainRule[], { host, port }: Destination): DomainRule | undefined {
  return rules.find((rule) => {
    const wanted = parseRule(rule);
    const isPort = wanted.port === undefined ? webPorts.has(port) : wanted.port === port;
    if (!isPort) return false;
    return wanted.host.startsWith('*.') ? isBelow(host, wanted.host.slice(1)) : wanted.host === host;
  });
}

/** Whether a rule names a host or address itself, so that a private address behind it is meant. */
export function namesPrivate(rule: DomainRule): boolean {
  const { host } = parseRule(rule);
  return host === 'localhost' || isIP(host) !== 0;
}

function isBelow(host: string, suffix: string): boolean {
  return host.endsWith(suffix) && host.length > suffix.length;
}

function parseRule(rule: string): { readonly host: string; readonly port: number | undefined } {
  const text = rule.trim().toLowerCase();
  if (isIP(text) === 6) return { host: text, port: undefined };
  const found = /^\[?(.*?)\]?(?::(\d{1,5}))?$/.exec(text);
  const port = found?.[2] === undefined ? undefined : Number(found[2]);
  return { host: (found?.[1] ?? text).replace(/\.$/, ''), port };
}

/**
 * Whether an address is one of this machine or of a private network: loopback, link-local (cloud metadata), private,
 * carrier-grade NAT, multicast, reserved, and IPv6 forms that hold an IPv4 address (RFC 6890, RFC 6052, RFC 3056, RFC 4380).
 */
export function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 4) return isPrivateFour(address.split('.').map(Number));
  if (isIP(address) !== 6) return true;
  const groups = expandSix(address);
  const [first = 0, second = 0] = groups;
  const lead = groups.slice(0, 6);
  const low = groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
  if (groups.slice(0, 5).every((group) => group === 0)) return isPrivateFour(low) || groups[5] !== 0xffff;
  if (first === 0x64 && second === 0xff9b) return lead.slice(2).some((group) => group !== 0) || isPrivateFour(low);
  if (first === 0x2002)
    return isPrivateFour([second >> 8, second & 255, (groups[2] ?? 0) >> 8, (groups[2] ?? 0) & 255]);
  // Global unicast is 2000::/3; Teredo and documentation in it are not for us.
  if (first < 0x2000 || first > 0x3fff) return true;
  return first === 0x2001 && (second === 0 || second === 0xdb8);
}

const privateFour = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of subnets) list.addSubnet(address, bits);
  return list;
}

function isPrivateFour(bytes: readonly number[]): boolean {
  return privateFour.check(bytes.join('.'));
}

function expandSix(address: string): number[] {
  const plain = address.split('%')[0] ?? '';
  const four = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(plain);
  const hex = (high: string | undefined, low: string | undefined): string =>
    ((Number(high) << 8) | Number(low)).toString(16);
  const text = four ? `${four[1]}${hex(four[2], four[3])}:${hex(four[4], four[5])}` : plain;
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [front, back] = [read(head), tail === undefined ? [] : read(tail)];
  return [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
}
