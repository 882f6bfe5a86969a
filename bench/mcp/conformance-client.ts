// The client that the official conformance suite of MCP drives: our connections and our login, against the address it is given.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logIn, type McpServerConfig, McpServers, readMcpServer } from '@monkey-coder/agents';
import { createLoginStore } from '@monkey-coder/engine';

const url = process.argv.at(-1) ?? '';
const given = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
const homes = { config: folder, state: folder, data: folder, cache: folder };
const logins = createLoginStore(homes, Date.now);
const oauth = given['client_id'] ? { oauth: { clientId: given['client_id'], clientSecretEnv: 'SECRET' } } : {};
const read = readMcpServer('conformance', { type: 'http', url, ...oauth }, { SECRET: given['client_secret'] });
if (read.kind !== 'server') throw new Error('no server');
const config: McpServerConfig = read.server;

/** Logs in as a person who agrees to everything. */
async function agree(): Promise<void> {
  if (config.kind !== 'remote') return;
  const state = crypto.randomUUID();
  await logIn(config, {
    logins,
    fetch,
    state,
    redirectUrl: 'http://127.0.0.1:3000/callback',
    async visit(address) {
      const response = await fetch(address, { redirect: 'manual' });
      return new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
    },
  });
}

function open(): McpServers {
  return new McpServers([config], {
    productVersion: '0.0.0',
    root: folder,
    stateFolder: folder,
    environment: process.env,
    newMarker: () => crypto.randomUUID(),
    now: Date.now,
    loadSchemaProblem: async () => () => undefined,
    elicit: async () => ({ action: 'accept', content: {} }),
    fetch,
    logins,
  });
}

const exampleArguments = { a: 5, b: 3 };

/** Lists the tools and calls each once; undefined when a login is wanted. */
async function session(): Promise<'done' | 'login'> {
  const servers = open();
  try {
    const signal = AbortSignal.timeout(20_000);
    const [offers] = await servers.offers(signal);
    for (const tool of offers?.tools ?? []) {
      const args = tool.name === 'add_numbers' ? exampleArguments : {};
      const result = await servers.call(tool.fullName, args, {
        signal,
        onProgress: () => undefined,
        knowsOfChange: false,
      });
      if (result.kind === 'failed') console.error(result.problem);
    }
    if (offers?.problem !== undefined) console.error(offers.problem);
    return (await servers.states()).some((state) => state.status === 'needs-login') ? 'login' : 'done';
  } finally {
    await servers.close();
  }
}

for (let attempt = 0; attempt < 3; attempt++) {
  if ((await session()) === 'done') process.exit(0);
  await agree();
}
process.exit(1);
