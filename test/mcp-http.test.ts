// MCP servers over HTTP through the real binary: headers, the older transport, a login, its renewal between processes.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveWithLogin } from './support/login-server.ts';
import { calls, createStage, type Stage, says, scripted } from './support/stage.ts';

const loginsOf = (stage: Stage): string => join(stage.home, 'config', 'mcp-logins.json');
const hello = calls('use_tool', { name: 'mcp__web__hello', arguments: {} });

/** Logs in as somebody whose browser follows every redirect. */
async function logIn(stage: Stage): Promise<void> {
  const running = stage.start(['mcp', 'auth', 'web', '--no-browser']);
  await running.seen('authorize?');
  const [address] = /http:\S+authorize\S+/.exec(running.output()) ?? [];
  expect(await (await fetch(address ?? '')).text()).toContain('You can close this page');
  expect(await running.ended).toMatchObject({ code: 0 });
}

describe('an MCP server over HTTP', () => {
  it('wants a login, gets one with PKCE, and keeps it to itself', async () => {
    const [stage, server] = [createStage(), await serveWithLogin()];
    stage.settings({ mcpServers: { web: { url: server.url } } });
    const model = await stage.serve([hello, says('Done.')]);
    const allow = ['--allowed-tools', 'mcp__web'];
    await stage.run([...scripted, ...allow, '-p', 'say hello']);
    expect(JSON.stringify(model.log.at(-1)?.body)).toContain('monkey mcp auth web');
    expect(await stage.run(['mcp', 'tools', 'web'])).toMatchObject({ code: 1 });
    await logIn(stage);
    expect(statSync(loginsOf(stage)).mode & 0o777).toBe(0o600);
    await stage.run([...scripted, ...allow, '-p', 'say hello']);
    expect(JSON.stringify(model.log.at(-1)?.body)).toContain('hello from far away');
    const [access = '-'] = server.tokens;
    expect(readFileSync(loginsOf(stage), 'utf8')).toContain(access);
    expect(stage.sessionLogs() + JSON.stringify(model.log)).not.toContain(access);
    await stage.run(['mcp', 'auth', 'web', '--forget']);
    expect(readFileSync(loginsOf(stage), 'utf8')).not.toContain(access);
  });

  it('has its login renewed once by processes that notice together', async () => {
    const [stage, server] = [createStage(), await serveWithLogin()];
    stage.settings({ mcpServers: { web: { url: server.url } } });
    await logIn(stage);
    server.expire();
    const ended = await Promise.all([1, 2, 3].map(() => stage.run(['mcp', 'tools', 'web'])));
    for (const one of ended) expect(one.stdout).toContain('mcp__web__hello');
    expect(server.refreshed).toEqual({ granted: 1, reused: 0 });
  });

  it('is not even asked what it offers where a policy does not cover its host', async () => {
    const [stage, server] = [createStage(), await serveWithLogin()];
    stage.settings({ mcpServers: { web: { url: server.url } }, policy: { domains: ['example.org'] } });
    const model = await stage.serve([hello, says('Done.')]);
    await stage.run([...scripted, '--allowed-tools', 'mcp__web', '-p', 'say hello']);
    expect(stage.sessionLogs()).toContain('a policy does not let 127.0.0.1 be reached');
    expect(JSON.stringify(model.log.at(-1)?.body)).toContain('There is no tool');
  });

  it('is reached through the proxy of the environment, and straight where NO_PROXY says so', async () => {
    const stage = createStage();
    const asked: (string | undefined)[] = [];
    const answers: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'far', version: '1' },
      },
      'tools/list': { tools: [{ name: 'hello', inputSchema: { type: 'object' } }] },
      'tools/call': { content: [{ type: 'text', text: 'hello from behind the proxy' }] },
    };
    const proxy = createServer(async (request, response) => {
      asked.push(request.url);
      const { id, method } = JSON.parse((await request.setEncoding('utf8').toArray()).join('') || '{}');
      if (answers[method] === undefined) return void response.writeHead(request.method === 'GET' ? 405 : 202).end();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    stage.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    stage.settings({ mcpServers: { web: { url: 'http://mcp.invalid/mcp', startSeconds: 5 } } });
    const model = await stage.serve([hello, says('Done.')]);
    await stage.run([...scripted, '--allowed-tools', 'mcp__web', '-p', 'say hello']);
    expect(JSON.stringify(model.log.at(-1)?.body)).toContain('hello from behind the proxy');
    expect(new Set(asked)).toEqual(new Set(['http://mcp.invalid/mcp']));
    asked.splice(0);
    const straight = await stage.run(['mcp', 'tools', 'web'], { env: { NO_PROXY: 'mcp.invalid' } });
    expect([straight.code, asked]).toEqual([1, []]);
  });

  it('is called with its headers, also over the older transport', async () => {
    const stage = createStage();
    stage.env['WEB_KEY'] = 'key-0123456789abcdef';
    const seen = new Set<string | undefined>();
    const transports = new Map<string, SSEServerTransport>();
    const old = createServer(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      seen.add(request.headers['x-key'] as string | undefined);
      if (request.method === 'GET') {
        const transport = new SSEServerTransport('/messages', response);
        transports.set(transport.sessionId, transport);
        await echoServer().connect(transport);
      } else if (url.pathname === '/messages') {
        await transports.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response);
      } else response.writeHead(405).end();
    });
    await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      old.closeAllConnections();
      old.close();
    });
    const url = `http://127.0.0.1:${(old.address() as AddressInfo).port}/sse`;
    stage.settings({ mcpServers: { web: { url, headers: { 'X-Key': `$\{WEB_KEY}` } } } });
    const model = await stage.serve([hello, says('Done.')]);
    await stage.run([...scripted, '--allowed-tools', 'mcp__web', '-p', 'say hello']);
    expect(JSON.stringify(model.log.at(-1)?.body)).toContain('an old hello');
    expect([...seen]).toEqual(['key-0123456789abcdef']);
  });
});

function echoServer(): Server {
  const server = new Server({ name: 'old', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: [{ name: 'hello', inputSchema: { type: 'object' as const } }],
  }));
  server.setRequestHandler(CallToolRequestSchema, async () => ({ content: [{ type: 'text', text: 'an old hello' }] }));
  return server;
}
