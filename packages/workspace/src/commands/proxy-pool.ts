// The proxies of one runner: one for each list of domains, started when first needed, closed with the runner.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { LookUp } from './domain-proxy.ts';
import { isDomainRule } from './domain-rules.ts';
import type { ProxyPlace, SandboxProgram } from './launch-line.ts';

/** Starts and keeps proxies. */
export class ProxyPool {
  readonly #folder: string;
  readonly #lookUp: LookUp | undefined;
  readonly #proxies = new Map<string, Promise<ProxyPlace>>();

  constructor(folder: string, lookUp: LookUp | undefined) {
    this.#folder = folder;
    this.#lookUp = lookUp;
  }

  /** The proxy for a list. Throws `config.invalid` for an entry that is no domain, `command.failed` when it cannot listen. */
  proxyFor(rules: readonly string[], kind: SandboxProgram['kind']): Promise<ProxyPlace> {
    const bad = rules.find((rule) => !isDomainRule(rule));
    if (bad !== undefined)
      return Promise.reject(
        new MonkeyError(
          'config.invalid',
          `\`${bad}\` is no domain: write example.org, *.example.org or example.org:8443`,
        ),
      );
    const key = JSON.stringify([...rules].sort());
    const known = this.#proxies.get(key);
    if (known !== undefined) return known;
    const started = this.#start(rules, kind);
    this.#proxies.set(key, started);
    return started;
  }

  async close(): Promise<void> {
    const places = await Promise.allSettled(this.#proxies.values());
    this.#proxies.clear();
    await Promise.all(places.map((place) => (place.status === 'fulfilled' ? place.value.proxy.close() : undefined)));
  }

  async #start(rules: readonly string[], kind: SandboxProgram['kind']): Promise<ProxyPlace> {
    const own = { rules, ...(this.#lookUp === undefined ? {} : { lookUp: this.#lookUp }) };
    try {
      const { startDomainProxy } = await import('./domain-proxy.ts');
      if (kind === 'seatbelt') return { proxy: await startDomainProxy(own), socketPath: null };
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const name = `proxy-${this.#proxies.size}.sock`;
      // The name of a socket may have 107 bytes; the folder's may be longer, so that it is named by its descriptor.
      const folder = openSync(this.#folder, 'r');
      try {
        const proxy = await startDomainProxy({ ...own, socketPath: `/proc/self/fd/${folder}/${name}` });
        return { proxy, socketPath: join(this.#folder, name) };
      } finally {
        closeSync(folder);
      }
    } catch (cause) {
      throw new MonkeyError('command.failed', 'the proxy for the allowed domains could not be started', { cause });
    }
  }
}
