// Logs in at a remote MCP server: discovery (RFC 9728, RFC 8414), registration (RFC 7591), a code with PKCE, tokens.
import { errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { boundedFetch } from './bounded-fetch.ts';
import { createLoginProvider, safeFetch } from './login-provider.ts';
import type { LoginRecord, LoginStore } from './mcp-client.ts';
import type { RemoteServer } from './server-config.ts';

/** What a login works with. */
export interface LoginParts {
  readonly logins: LoginStore;
  readonly fetch: typeof fetch;
  /** Where the browser is sent back to. */
  readonly redirectUrl: string;
  /** Unguessable; comes back with the code. */
  readonly state: string;
  /** Brings a person to an address; resolves to the code that they came back with. */
  readonly visit: (address: URL) => Promise<string>;
}

/** Logs in and keeps the tokens. Throws MonkeyError `auth.rejected`. */
export async function logIn(server: RemoteServer, parts: LoginParts): Promise<void> {
  const { logins, redirectUrl, state } = parts;
  const { auth } = await import('@modelcontextprotocol/sdk/client/auth.js');
  try {
    const challenge = logins.read(server.url).challenge ?? (await probe(server, parts));
    let address: URL | undefined;
    const login = createLoginProvider(
      server,
      { redirectUrl },
      {
        state,
        onAddress: (url) => {
          address = url;
        },
      },
    );
    const options = {
      serverUrl: server.url,
      fetchFn: safeFetch(server, boundedFetch(parts.fetch)),
      ...scopeOf(challenge, logins.read(server.url)),
      ...(challenge.resourceMetadataUrl === undefined
        ? {}
        : { resourceMetadataUrl: new URL(challenge.resourceMetadataUrl) }),
    };
    const first = await auth(login.provider, options);
    if (first === 'REDIRECT') {
      if (address === undefined) throw new Error('the server named no address to go to');
      await auth(login.provider, { ...options, authorizationCode: await parts.visit(webAddress(address)) });
    }
    logins.write(server.url, login.record());
  } catch (error) {
    throw new MonkeyError('auth.rejected', `${server.name}: ${errorMessage(error)}`, {
      cause: error,
      advice: `Try again with \`monkey mcp auth ${server.name}\`, or give the server an Authorization header.`,
    });
  }
}

type Challenge = NonNullable<LoginRecord['challenge']>;

/** The scope that was missing is asked for beside the one there is. */
function scopeOf({ scope }: Challenge, { tokens }: LoginRecord): { scope?: string } {
  if (scope === undefined) return {};
  const granted = (tokens as { scope?: string } | undefined)?.scope ?? '';
  return { scope: [...new Set(`${granted} ${scope}`.trim().split(/\s+/))].join(' ') };
}

/** Browsers open more than web pages: only those are opened. */
function webAddress(address: URL): URL {
  if (/^https?:$/.test(address.protocol)) return address;
  throw new Error(`the server wants ${address.protocol} to be opened`);
}

/** Asks the server without a login, to be told where its metadata is. */
async function probe(server: RemoteServer, parts: LoginParts): Promise<Challenge> {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'monkey-coder', version: '0' },
  };
  const response = await parts.fetch(server.url, {
    method: 'POST',
    headers: { ...server.headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
    redirect: 'error',
    signal: AbortSignal.timeout(server.startMs),
  });
  await response.body?.cancel();
  const { extractWWWAuthenticateParams } = await import('@modelcontextprotocol/sdk/client/auth.js');
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return {
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl: resourceMetadataUrl.href }),
    ...(scope === undefined ? {} : { scope }),
  };
}
