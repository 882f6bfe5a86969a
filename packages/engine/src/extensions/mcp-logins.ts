// Logins at MCP servers: one file that only its owner can read, changed by one process at a time.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoginRecord, LoginStore } from '@monkey-coder/agents';
import { MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import type { Homes } from '../config/homes.ts';
import { type Lease, takeLease } from '../sessions/lease.ts';

const fileSchema = z.object({
  version: z.literal(1),
  servers: z.record(z.string(), z.record(z.string(), z.unknown())),
});
type Servers = Readonly<Record<string, LoginRecord>>;

/** Who waits longer than this for another process to renew a login goes without. */
const patienceMs = 20_000;
const pollMs = 50;

/** Opens the logins of a configuration folder; the file is made, with mode 0600, when first written. A damaged file holds none. */
export function createLoginStore(homes: Homes, now: () => number): LoginStore {
  const path = join(homes.config, 'mcp-logins.json');
  return {
    read: (server) => readServers(path)[server] ?? {},
    write(server, record) {
      const { [server]: _old, ...others } = readServers(path);
      writeServers(path, record === undefined ? others : { ...others, [server]: record });
    },
    async locked(server, work) {
      const name = createHash('sha256').update(server).digest('hex').slice(0, 16);
      const lease = await leaseOf(join(homes.state, 'leases', `mcp-login-${name}.json`), now);
      try {
        return await work();
      } finally {
        lease.release();
      }
    },
  };
}

/** Values of a login that must not reach the model. */
export function loginSecrets(homes: Homes, servers: readonly string[]): string[] {
  const known = readServers(join(homes.config, 'mcp-logins.json'));
  return servers.flatMap((server) => {
    const { access_token: access, refresh_token: refresh } = (known[server]?.tokens ?? {}) as Record<string, unknown>;
    return [access, refresh].filter((value) => typeof value === 'string');
  });
}

async function leaseOf(path: string, now: () => number): Promise<Lease> {
  for (let waited = 0; waited <= patienceMs; waited += pollMs) {
    const lease = takeLease(path, 'mcp login', now());
    if (lease.kind === 'held') return lease;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new MonkeyError('workspace.in-use', 'another monkey has been renewing this login for too long');
}

function readServers(path: string): Servers {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  const parsed = fileSchema.safeParse(parseJson(text));
  return parsed.success ? (parsed.data.servers as Servers) : {};
}

function writeServers(path: string, servers: Servers): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ version: 1, servers }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}
