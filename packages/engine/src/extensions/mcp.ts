// The MCP servers of one run: those of the user, those of a trusted folder, and how they reach the person who is there.
import { readFileSync } from 'node:fs';
import {
  createMcpTools,
  type ElicitationAnswer,
  hostMatches,
  type McpParts,
  type McpServerConfig,
  McpServers,
  type McpTool,
  proxiedFetch,
  readMcpServer,
  type Tool,
} from '@monkey-coder/agents';
import { proxyFromEnvironment } from '@monkey-coder/models';
import { errorMessage, type IdPrefix, MonkeyError, parseJson } from '@monkey-coder/protocol';
import type { Homes } from '../config/homes.ts';
import { hostLists } from '../config/policy.ts';
import { readProjectDeclarations } from '../config/project-declarations.ts';
import type { Settings } from '../config/settings.ts';
import { decideTrust } from '../config/trust.ts';
import type { RunConnection } from '../engine.ts';
import type { Ingredients } from '../parts/ingredients.ts';
import { createLoginStore, loginSecrets } from './mcp-logins.ts';
import { rememberPrompts } from './mcp-prompt-store.ts';

/** What a run has of its servers. */
export interface RunServers {
  readonly tools: readonly Tool[];
  /** What a person should know about them. */
  readonly notes: readonly string[];
  /** Values that servers are given and that must not come back through what they say. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** An entry, and whose word it is. */
export interface DeclaredServer {
  readonly name: string;
  readonly value: unknown;
}

/** What servers are opened with, in a run or for a command. */
export interface ServerWorld {
  readonly homes: Homes;
  readonly settings: Settings;
  readonly productVersion: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly newId: (prefix: IdPrefix) => string;
}

/** Reads the servers of a run. Asks about the folder's trust where it must be; starts none. */
export async function openRunServers(given: Ingredients): Promise<RunServers> {
  const { parts, workspace, connection } = given;
  const project = await projectServers(given);
  const { configs, problems } = readServers(parts, project.servers);
  const servers = createServers(parts, workspace.root, { configs, elicit: elicitBy(connection) });
  return {
    tools: configs.length === 0 ? [] : createMcpTools(servers),
    notes: [...project.notes, ...problems],
    secrets: [
      ...secretsOf(configs),
      ...loginSecrets(
        parts.homes,
        configs.flatMap((one) => (one.kind === 'remote' ? [one.url] : [])),
      ),
    ],
    close: () => servers.close(),
  };
}

/**
 * The configurations of the user's servers and of others that are trusted. Of two with one name that of the command line counts,
 * then the user's. Throws MonkeyError `usage.invalid` for a source of the command line that names none.
 */
export function readServers(
  { settings, environment }: Pick<ServerWorld, 'settings' | 'environment'>,
  others: readonly DeclaredServer[],
): { readonly configs: readonly McpServerConfig[]; readonly problems: readonly string[] } {
  const given = [...settings.mcpSources.map(serversIn), settings.mcpServers];
  const own = given.flatMap((servers) => Object.entries(servers)).map(([name, value]) => ({ name, value }));
  const problems: string[] = [];
  const configs = new Map<string, McpServerConfig>();
  for (const { name, value } of [...own, ...others]) {
    const read = readMcpServer(name, value, environment);
    if (read.kind === 'wrong') problems.push(read.problem);
    if (read.kind !== 'server') continue;
    const barred = barredHost(read.server, settings);
    if (barred !== undefined) problems.push(`MCP server ${name}: a policy does not let ${barred} be reached`);
    if (barred !== undefined) continue;
    if (configs.has(name.toLowerCase())) problems.push(`there are two MCP servers ${name}: the first one counts`);
    else configs.set(name.toLowerCase(), read.server);
  }
  return { configs: [...configs.values()], problems };
}

function serversIn(source: string): object {
  const value = parseJson(source.trimStart().startsWith('{') ? source : readSource(source));
  const servers = typeof value === 'object' && value !== null && 'mcpServers' in value ? value.mcpServers : undefined;
  if (typeof servers === 'object' && servers !== null && !Array.isArray(servers)) return servers;
  throw new MonkeyError('usage.invalid', '--mcp-config: expected {"mcpServers": {"name": {…}}}');
}

function readSource(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MonkeyError('usage.invalid', `--mcp-config: ${errorMessage(error)}`);
  }
}

/** The host of a remote server that a policy does not cover: it is not even asked what it offers. */
function barredHost(server: McpServerConfig, { policies }: Settings): string | undefined {
  if (server.kind === 'local') return undefined;
  const { hostname } = new URL(server.url);
  const host = hostname.toLowerCase();
  const isCovered = hostLists(policies).every((list) => list.some((pattern) => hostMatches(pattern, host)));
  return isCovered ? undefined : host;
}

/** Servers over their configurations; none is started before it is used. */
export function createServers(
  { homes, productVersion, environment, now, newId }: ServerWorld,
  root: string,
  { configs, elicit }: { readonly configs: readonly McpServerConfig[]; readonly elicit: McpParts['elicit'] },
): McpServers {
  return new McpServers(configs, {
    productVersion,
    root,
    stateFolder: homes.state,
    environment,
    newMarker: () => newId('call'),
    now,
    loadSchemaProblem: async () => (await import('../outcome/json-schema.ts')).schemaProblem,
    elicit,
    onOffers: (server, tools) => keepOffers(homes.state, configs, { server, tools }),
    fetch: proxiedFetch(proxyFromEnvironment(environment), fetch),
    logins: createLoginStore(homes, now),
  });
}

/** That prompts can be completed is a comfort: where it cannot be written down, nothing is lost. */
function keepOffers(
  stateFolder: string,
  configs: readonly McpServerConfig[],
  { server, tools }: { readonly server: string; readonly tools: readonly McpTool[] },
): void {
  const config = configs.find(({ name }) => name === server);
  if (config === undefined) return;
  try {
    rememberPrompts(stateFolder, config, tools);
  } catch {}
}

interface ProjectServers {
  readonly servers: readonly DeclaredServer[];
  readonly notes: readonly string[];
}

/** A candidate of an exploration works in a copy of the folder, which nobody was asked about: there the repository's stay off. */
async function projectServers({ parts, connection, workspace }: Ingredients): Promise<ProjectServers> {
  const { root } = workspace;
  const isOff = !parts.settings.projectMcpServers || parts.parentScope !== undefined;
  const declares = !isOff && readProjectDeclarations(root).items.some((item) => item.kind === 'mcp-server');
  if (!declares) return { servers: [], notes: [] };
  const { gate, signal } = connection;
  const trust = await decideTrust({ root, stateFolder: parts.homes.state, gate, signal, now: parts.now });
  if (trust.kind === 'nothing') return { servers: [], notes: [] };
  if (trust.kind === 'untrusted') return { servers: [], notes: [trust.note] };
  return { servers: trust.declared.items.filter((item) => item.kind === 'mcp-server'), notes: [] };
}

/** Without a form to fill in a person can only agree to what the form proposes by itself. */
function elicitBy({ elicit, gate }: RunConnection): McpParts['elicit'] {
  if (elicit !== undefined) return elicit;
  return async ({ server, message, form, url }, signal): Promise<ElicitationAnswer> => {
    const proposed = form === undefined ? {} : defaultsOf(form);
    if (!gate.available || proposed === undefined) return { action: 'decline' };
    const filled = form === undefined || Object.keys(proposed).length === 0 ? '' : ` ${JSON.stringify(proposed)}`;
    const grants = [`${message}${url === undefined ? filled : ` (open ${url} in your browser)`}`];
    const question = { callId: 'elicitation', tool: `mcp__${server}`, grants, reason: `the MCP server ${server} asks` };
    const answer = await gate.ask(question, { signal });
    if (answer.kind === 'answered') return { action: 'accept', content: proposed };
    return { action: answer.kind === 'denied' ? 'decline' : 'cancel' };
  };
}

type Form = Readonly<Record<string, string | number | boolean | string[]>>;

/** What a form proposes; undefined when it demands something that it does not propose. */
function defaultsOf(form: Readonly<Record<string, unknown>>): Form | undefined {
  const { properties = {}, required = [] } = form as {
    properties?: Record<string, { default?: Form[string] }>;
    required?: readonly string[];
  };
  const proposed = Object.entries(properties).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const names = proposed.map(([name]) => name);
  return required.every((name) => names.includes(name)) ? Object.fromEntries(proposed) : undefined;
}

const secretName = /key|token|secret|password|passwd|auth|credential|cookie/i;

/** Header values, and the values of variables that sound like secrets. */
export function secretsOf(configs: readonly McpServerConfig[]): string[] {
  return configs.flatMap((config) => {
    if (config.kind === 'local')
      return Object.entries(config.env).flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
    const secret = config.oauth?.clientSecret;
    return [
      ...Object.values(config.headers).flatMap((value) => [value, value.replace(/^\w+\s+/, '')]),
      ...(secret === undefined ? [] : [secret]),
    ];
  });
}
