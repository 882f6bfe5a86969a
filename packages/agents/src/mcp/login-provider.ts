// What the OAuth client of the MCP SDK asks its host for: who we are, and what is kept between its steps.
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { LoginRecord } from './mcp-client.ts';
import type { RemoteServer } from './server-config.ts';

type Client = Awaited<ReturnType<OAuthClientProvider['clientInformation']>>;
type Tokens = Awaited<ReturnType<OAuthClientProvider['tokens']>>;
type Discovery = Awaited<ReturnType<NonNullable<OAuthClientProvider['discoveryState']>>>;

/** A provider over a record, and the record as it became. */
export interface LoginProvider {
  readonly provider: OAuthClientProvider;
  record(): LoginRecord;
}

/** Makes one. `onAddress` is told where a person must go; `state` is sent along and must come back. */
export function createLoginProvider(
  server: RemoteServer,
  start: LoginRecord,
  { onAddress, state }: { readonly onAddress: (address: URL) => void; readonly state?: string },
): LoginProvider {
  let record = start;
  let verifier = '';
  const keep = (part: LoginRecord): void => {
    record = { ...record, ...part };
  };
  const redirectUrl = start.redirectUrl ?? 'http://127.0.0.1/callback';
  const { oauth } = server;
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: 'Monkey Coder',
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(oauth?.scope === undefined ? {} : { scope: oauth.scope }),
    },
    ...(state === undefined ? {} : { state: () => state }),
    clientInformation: () => (oauth === undefined ? (record.client as Client) : registered(oauth)),
    ...(oauth === undefined ? { saveClientInformation: (client: unknown) => keep({ client }) } : {}),
    tokens: () => record.tokens as Tokens,
    saveTokens: (tokens) => keep({ tokens }),
    redirectToAuthorization: (address) => onAddress(address),
    saveCodeVerifier: (text) => {
      verifier = text;
    },
    codeVerifier: () => verifier,
    discoveryState: () => record.discovery as Discovery,
    saveDiscoveryState: (discovery) => keep({ discovery }),
  };
  return { provider, record: () => record };
}

function registered({ clientId, clientSecret }: NonNullable<RemoteServer['oauth']>): Client {
  return { client_id: clientId, ...(clientSecret === undefined ? {} : { client_secret: clientSecret }) };
}

/** A server's metadata may name any address: only encrypted ones are followed, and this machine's where the server is on it too. */
export function safeFetch(server: RemoteServer, send: typeof fetch): FetchLike {
  const isLocalServer = isLoopback(new URL(server.url));
  return async (input, init) => {
    const url = new URL(input);
    if (url.protocol !== 'https:' && !(isLocalServer && isLoopback(url))) {
      throw new Error(`the login leads to ${url.origin}, which is neither encrypted nor the server's own machine`);
    }
    if (!isLocalServer && isLoopback(url)) throw new Error(`the login leads to ${url.origin} on this machine`);
    return send(input, init);
  };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
