// A fetch that shows the token of a login to its own server, and renews it once when the server does not take it any more.
//
// Renewing happens under a lock between processes: a refresh token may be good for one use, and whoever comes second finds the
// new token of the first. Nobody is asked anything here: where renewing does not help, the call ends with `UnauthorizedError`.
import { auth, extractWWWAuthenticateParams, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createLoginProvider, safeFetch } from './login-provider.ts';
import type { LoginRecord, LoginStore } from './mcp-client.ts';
import type { RemoteServer } from './server-config.ts';

/** Makes the fetch of one server. A server that is given an `Authorization` header by its entry has no login. */
export function authorizedFetch(server: RemoteServer, logins: LoginStore, send: typeof fetch): FetchLike {
  const hasOwn = Object.keys(server.headers).some((name) => name.toLowerCase() === 'authorization');
  if (hasOwn) return (input, init) => send(input, init);
  const { origin } = new URL(server.url);
  return async (input, init) => {
    if (new URL(input).origin !== origin) return send(input, init);
    const before = accessToken(logins.read(server.url));
    const response = await send(input, withToken(init, before));
    if (response.status !== 401 && !(response.status === 403 && isScopeMissing(response))) return response;
    remember(logins, server, response);
    await response.body?.cancel();
    const after = response.status === 401 ? await renewed(server, { logins, send, before }) : undefined;
    if (after === undefined) throw new UnauthorizedError('the server wants a login');
    return send(input, withToken(init, after));
  };
}

function accessToken({ tokens }: LoginRecord): string | undefined {
  return (tokens as { access_token?: string } | undefined)?.access_token;
}

function withToken(init: RequestInit | undefined, token: string | undefined): RequestInit | undefined {
  if (token === undefined) return init;
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
}

function isScopeMissing(response: Response): boolean {
  return extractWWWAuthenticateParams(response).error === 'insufficient_scope';
}

function remember(logins: LoginStore, server: RemoteServer, response: Response): void {
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  const challenge = {
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl: resourceMetadataUrl.href }),
    ...(scope === undefined ? {} : { scope }),
  };
  logins.write(server.url, { ...logins.read(server.url), challenge });
}

interface Renewal {
  readonly logins: LoginStore;
  readonly send: typeof fetch;
  /** The token that was refused. */
  readonly before: string | undefined;
}

async function renewed(server: RemoteServer, { logins, send, before }: Renewal): Promise<string | undefined> {
  const known = logins.read(server.url).tokens as { refresh_token?: string } | undefined;
  if (before === undefined || known?.refresh_token === undefined) return undefined;
  return logins.locked(server.url, async () => {
    const record = logins.read(server.url);
    const now = accessToken(record);
    if (now !== before) return now;
    try {
      const provider = createLoginProvider(server, record, { onAddress: () => undefined });
      const result = await auth(provider.provider, { serverUrl: server.url, fetchFn: safeFetch(server, send) });
      if (result !== 'AUTHORIZED') return undefined;
      const { challenge: _past, ...kept } = provider.record();
      logins.write(server.url, kept);
      return accessToken(kept);
    } catch {
      return undefined;
    }
  });
}
