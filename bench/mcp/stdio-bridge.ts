// Puts `monkey mcp-server` behind an address, so that the conformance suite, which only calls addresses, can look at it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const program = process.argv[2] ?? '';
const sessions = new Map<string, StreamableHTTPServerTransport>();

/** One server process for each session, every message handed over as it is. */
async function openSession(port: number): Promise<StreamableHTTPServerTransport> {
  const outside = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, outside),
    enableDnsRebindingProtection: true,
    allowedHosts: [`127.0.0.1:${port}`, `localhost:${port}`],
  });
  const inside = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp-server'],
    env: Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? ''])),
  });
  const gate: Transport = outside as Transport;
  inside.onmessage = (message) => void gate.send(message);
  gate.onmessage = (message) => void inside.send(message);
  gate.onclose = () => void inside.close();
  await inside.start();
  return outside;
}

const server = createServer(async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const { port } = server.address() as AddressInfo;
  const session = typeof id === 'string' ? sessions.get(id) : await openSession(port);
  if (session === undefined) response.writeHead(404).end();
  else await session.handleRequest(request, response);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`));
process.once('SIGTERM', () => {
  for (const session of sessions.values()) void session.close();
  setTimeout(() => process.exit(0), 1500);
});
