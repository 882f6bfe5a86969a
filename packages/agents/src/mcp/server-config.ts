// How an MCP server is named in a settings file, and what becomes of `${NAME}` in it.
import { describeIssues } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const strings = z.optional(z.record(z.string(), z.string()));
const seconds = z.optional(z.number().check(z.positive(), z.lte(3600)));
const shared = {
  /** Seconds until it must have said hello; 30 when absent. */
  startSeconds: seconds,
  /** Seconds until a call must have an answer; 120 when absent. Progress that it reports prolongs this. */
  callSeconds: seconds,
  disabled: z.optional(z.boolean()),
};

/** An entry of `mcpServers`, in the established shape. */
export const mcpServerSchema = z.union(
  [
    z.object({
      type: z.optional(z.literal('stdio')),
      command: text,
      args: z.optional(z.array(z.string())),
      env: strings,
      cwd: z.optional(text),
      ...shared,
    }),
    z.object({
      type: z.optional(z.enum(['http', 'streamable-http', 'sse'])),
      url: text,
      headers: strings,
      /** A client that was registered by hand, where the server takes no new ones. */
      oauth: z.optional(z.object({ clientId: text, clientSecretEnv: z.optional(text), scope: z.optional(text) })),
      ...shared,
    }),
  ],
  'expected a command (a program to start) or a url (a server to call)',
);
export type McpServerEntry = z.infer<typeof mcpServerSchema>;

/** A program that is started. */
export interface LocalServer {
  readonly kind: 'local';
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly startMs: number;
  readonly callMs: number;
}

/** A server that is called over HTTP. */
export interface RemoteServer {
  readonly kind: 'remote';
  readonly name: string;
  readonly url: string;
  /** `sse`: only the transport that was there before 2025-03-26. */
  readonly transport: 'http' | 'sse';
  readonly headers: Readonly<Record<string, string>>;
  readonly oauth: { readonly clientId: string; readonly clientSecret?: string; readonly scope?: string } | undefined;
  readonly startMs: number;
  readonly callMs: number;
}

export type McpServerConfig = LocalServer | RemoteServer;

/** A server that can be used, or why it cannot. */
export type ReadServer =
  | { readonly kind: 'server'; readonly server: McpServerConfig }
  | { readonly kind: 'disabled' }
  | { readonly kind: 'wrong'; readonly problem: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads one entry. `${NAME}` and `${NAME:-default}` are taken from the environment; a name that is not there is a problem. */
export function readMcpServer(name: string, value: unknown, environment: Environment): ReadServer {
  if (!isServerName(name)) return wrong(name, 'a name has letters, digits, ".", "-" and single "_"');
  const parsed = mcpServerSchema.safeParse(value);
  if (!parsed.success) return wrong(name, describeIssues(parsed.error));
  if (parsed.data.disabled === true) return { kind: 'disabled' };
  const missing = new Set<string>();
  const server = serverOf(name, expandAll(parsed.data, environment, missing) as McpServerEntry, environment);
  if (missing.size > 0) return wrong(name, `${[...missing].join(', ')} is not set in the environment`);
  if (server.kind === 'remote' && !/^https?:$/.test(protocolOf(server.url)))
    return wrong(name, 'its url must begin with http:// or https://');
  return { kind: 'server', server };
}

/** Two underscores part the words of a tool's name: a server's name must not have them, or it would pass for another. */
export function isServerName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,63}$/.test(name) && !name.includes('__') && !name.endsWith('_');
}

function wrong(name: string, problem: string): ReadServer {
  return { kind: 'wrong', problem: `MCP server ${JSON.stringify(name.slice(0, 80))}: ${problem}` };
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : '';
}

function serverOf(name: string, entry: McpServerEntry, environment: Environment): McpServerConfig {
  const startMs = (entry.startSeconds ?? 30) * 1000;
  const callMs = (entry.callSeconds ?? 120) * 1000;
  if ('command' in entry) {
    const { command, args = [], env = {}, cwd } = entry;
    return { kind: 'local', name, command: [command, ...args], env, cwd, startMs, callMs };
  }
  const { url, headers = {}, type, oauth } = entry;
  const transport = type === 'sse' ? 'sse' : 'http';
  return { kind: 'remote', name, url, transport, headers, oauth: oauthOf(oauth, environment), startMs, callMs };
}

function oauthOf(
  given: { clientId: string; clientSecretEnv?: string | undefined; scope?: string | undefined } | undefined,
  environment: Environment,
): RemoteServer['oauth'] {
  if (given === undefined) return undefined;
  const secret = given.clientSecretEnv === undefined ? undefined : environment[given.clientSecretEnv];
  return {
    clientId: given.clientId,
    ...(secret === undefined ? {} : { clientSecret: secret }),
    ...(given.scope === undefined ? {} : { scope: given.scope }),
  };
}

function expandAll(value: unknown, environment: Environment, missing: Set<string>): unknown {
  if (typeof value === 'string') return expand(value, environment, missing);
  if (Array.isArray(value)) return value.map((one) => expandAll(one, environment, missing));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expandAll(one, environment, missing)]));
}

function expand(text: string, environment: Environment, missing: Set<string>): string {
  return text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_whole, name: string, fallback: string | undefined) => {
    const value = environment[name] || fallback;
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
}
