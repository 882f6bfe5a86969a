// An MCP server over HTTP that wants an OAuth login, with tokens that can be made to expire and refresh tokens good for one use.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The server of a test. */
export interface LoginServer {
  readonly url: string;
  /** All access tokens become worthless. */
  expire(): void;
  /** Refresh requests that were granted, and those with a token that was used before. */
  readonly refreshed: { granted: number; reused: number };
  /** Every token that was given out. */
  readonly tokens: string[];
}

/** Serves until the test is over. */
export async function serveWithLogin(): Promise<LoginServer> {
  const tokens: string[] = [];
  const refreshed = { granted: 0, reused: 0 };
  const live = { access: '', refresh: '' };
  let base = '';
  const grant = (): object => {
    live.access = `access-${tokens.length}-0123456789abcdef`;
    live.refresh = `refresh-${tokens.length}-0123456789abcdef`;
    tokens.push(live.access, live.refresh);
    return { access_token: live.access, refresh_token: live.refresh, token_type: 'Bearer', expires_in: 3600 };
  };
  const refresh = async (given: string | null, response: ServerResponse): Promise<void> => {
    if (given !== live.refresh) {
      refreshed.reused += 1;
      return json(response, 400, { error: 'invalid_grant' });
    }
    refreshed.granted += 1;
    // Long enough for two that come together to meet.
    await new Promise((resolve) => setTimeout(resolve, 300));
    json(response, 200, grant());
  };
  const routes: Record<
    string,
    (body: string, request: IncomingMessage, response: ServerResponse) => void | Promise<void>
  > = {
    '/.well-known/oauth-protected-resource': (_body, _request, response) =>
      json(response, 200, { resource: `${base}/mcp`, authorization_servers: [base] }),
    '/.well-known/oauth-authorization-server': (_body, _request, response) =>
      json(response, 200, {
        issuer: base,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        registration_endpoint: `${base}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      }),
    '/register': (body, _request, response) => json(response, 201, { ...JSON.parse(body), client_id: 'client-1' }),
    '/authorize': (_body, request, response) => {
      const { searchParams } = new URL(request.url ?? '', base);
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'code-1');
      back.searchParams.set('state', searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href }).end();
    },
    '/token': (body, _request, response) => {
      const form = new URLSearchParams(body);
      if (form.get('grant_type') === 'refresh_token') return refresh(form.get('refresh_token'), response);
      return json(response, 200, grant());
    },
    '/mcp': (body, request, response) => {
      if (live.access === '' || request.headers.authorization !== `Bearer ${live.access}`) {
        const challenge = `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
        return;
      }
      if (request.method !== 'POST') return void response.writeHead(405).end();
      answer(JSON.parse(body), response);
    },
  };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const route = routes[new URL(request.url ?? '/', base).pathname];
    if (route === undefined) response.writeHead(404).end();
    else await route(body, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const expire = (): void => {
    live.access = '';
  };
  return { url: `${base}/mcp`, expire, refreshed, tokens };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function answer(
  message: { id?: number; method: string; params: { protocolVersion?: string } },
  response: ServerResponse,
): void {
  if (message.id === undefined) return void response.writeHead(202).end();
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: message.params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'web', version: '1' },
    },
    'tools/list': { tools: [{ name: 'hello', description: 'Say hello', inputSchema: { type: 'object' } }] },
    'tools/call': { content: [{ type: 'text', text: 'hello from far away' }] },
  };
  json(response, 200, { jsonrpc: '2.0', id: message.id, result: results[message.method] ?? {} });
}
