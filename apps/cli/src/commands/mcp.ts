// `monkey mcp`: adds, shows and removes MCP servers, shows what each offers and costs, and logs in at them.
import {
  createMcpTools,
  isServerName,
  type McpServerState,
  type McpServers,
  readMcpServer,
  toolDeclarations,
} from '@monkey-coder/agents';
import { createServers, createTrustStore, readProjectDeclarations, readServers } from '@monkey-coder/engine';
import { type JsonObject, MonkeyError } from '@monkey-coder/protocol';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { changeServer, type ServerScope, serverFile, serversOfFile } from './mcp-files.ts';
import { usageOfServers } from './mcp-usage.ts';

const usage = 'monkey mcp add NAME (URL | -- COMMAND …) | list | get NAME | remove NAME | tools [NAME] | auth NAME';

/** One of its actions; `list` without any. */
export const mcp: Command = async (context) => {
  const [action = 'list', name, ...rest] = context.line.operands;
  switch (action) {
    case 'list':
      return list(context);
    case 'add':
      return add(context, name, rest);
    case 'get':
      return show(context, needed(name));
    case 'remove':
      return remove(context, needed(name));
    case 'tools':
      return tools(context, name);
    case 'auth':
      return auth(context, needed(name));
    default:
      throw new MonkeyError('usage.invalid', usage);
  }
};

function needed(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new MonkeyError('usage.invalid', usage);
}

function fileOf({ world, cwd }: CommandContext, scope: ServerScope): string {
  return serverFile(scope, { config: world.homes.config, root: cwd() });
}

function scopeOf({ line }: CommandContext): ServerScope | undefined {
  return optionValue(line, 'scope') as ServerScope | undefined;
}

interface Named {
  readonly name: string;
  readonly scope: ServerScope;
  readonly entry: JsonObject;
  /** Whether it would be used here: one of the user's, or one of a trusted folder. */
  readonly isOn: boolean;
}

function named(context: CommandContext): Named[] {
  const { world } = context;
  const own = Object.entries(context.loaded().settings.mcpServers).map(([name, entry]) => ({
    name,
    scope: 'user' as const,
    entry: entry as JsonObject,
    isOn: true,
  }));
  const declared = readProjectDeclarations(context.cwd());
  const isTrusted = createTrustStore(world.homes.state).verdict(declared) === 'trusted';
  const others = declared.items.flatMap(({ kind, name, value }) =>
    kind === 'mcp-server' ? [{ name, scope: 'project' as const, entry: value, isOn: isTrusted }] : [],
  );
  return [...own, ...others];
}

function list(context: CommandContext): number {
  const all = named(context);
  const used = usageOfServers(context.engine().sessions, context.cwd());
  if (context.asJson)
    return printJson(context.world, { servers: all.map((one) => ({ ...one, ...used.get(one.name) })) });
  if (all.length === 0) {
    context.world.out(noServers);
    return 0;
  }
  const rows = all.map(({ name, scope, entry, isOn }) => {
    const { calls = 0, milliseconds = 0 } = used.get(name) ?? {};
    const spent = calls === 0 ? '' : `${calls} calls, ${(milliseconds / 1000).toFixed(1)} s`;
    return [
      name,
      scope,
      isOn ? problemOf(context, name, entry) : 'off: not trusted (monkey trust)',
      spent,
      lineOf(entry),
    ].map(printable);
  });
  context.world.out(`${formatTable([['NAME', 'SCOPE', 'STATE', 'USED HERE', 'RUNS'], ...rows])}\n`);
  return 0;
}

function problemOf({ world }: CommandContext, name: string, entry: JsonObject): string {
  const read = readMcpServer(name, entry, world.environment);
  if (read.kind === 'disabled') return 'disabled';
  return read.kind === 'wrong' ? read.problem : 'on';
}

function lineOf({ command, args, url }: JsonObject): string {
  return [command ?? url, ...(Array.isArray(args) ? args : [])].map(String).join(' ');
}

function add(context: CommandContext, name: string | undefined, words: readonly string[]): number {
  const { world, line } = context;
  if (name === undefined || words.length === 0) throw new MonkeyError('usage.invalid', usage);
  if (!isServerName(name))
    throw new MonkeyError('usage.invalid', 'a name has letters, digits, ".", "-" and single "_"');
  const entry = entryOf(line.options, words);
  const problem = readMcpServer(name, entry, withAny(world.environment));
  if (problem.kind === 'wrong') throw new MonkeyError('usage.invalid', problem.problem);
  const path = fileOf(context, scopeOf(context) ?? 'user');
  if (name in serversOfFile(path)) {
    throw new MonkeyError('usage.invalid', `there is a server ${name} already`, {
      advice: `Remove it first: monkey mcp remove ${name}.`,
    });
  }
  changeServer(path, name, entry);
  if (context.asJson) return printJson(world, { name, path, entry });
  world.out(`added ${name} to ${path}; see what it offers: monkey mcp tools ${name}\n`);
  return 0;
}

/** A variable that is not set now may be when the server starts. */
function withAny(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return new Proxy(environment, { get: (own, key) => Reflect.get(own, key) ?? 'set-later' });
}

function entryOf(options: ReadonlyMap<string, readonly string[]>, words: readonly string[]): JsonObject {
  const [first = '', ...args] = words;
  const wanted = options.get('transport')?.at(-1);
  const isUrl = /^https?:\/\//.test(first) && wanted !== 'stdio';
  if (isUrl) {
    const headers = pairs(options.get('header'), ':', '--header NAME: VALUE');
    return { type: wanted ?? 'http', url: first, ...(Object.keys(headers).length === 0 ? {} : { headers }) };
  }
  if (wanted === 'http' || wanted === 'sse')
    throw new MonkeyError('usage.invalid', `--transport ${wanted} needs a URL`);
  const env = pairs(options.get('env'), '=', '--env NAME=VALUE');
  return { command: first, ...(args.length === 0 ? {} : { args }), ...(Object.keys(env).length === 0 ? {} : { env }) };
}

function pairs(values: readonly string[] = [], mark: string, form: string): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf(mark);
      if (at <= 0) throw new MonkeyError('usage.invalid', `expected ${form}, not "${value}"`);
      return [value.slice(0, at).trim(), value.slice(at + 1).trim()];
    }),
  );
}

function show(context: CommandContext, name: string): number {
  const found = named(context).find((one) => one.name === name);
  if (found === undefined) throw unknownServer(name);
  return printJson(context.world, { ...found, state: problemOf(context, name, found.entry) });
}

async function auth(context: CommandContext, name: string): Promise<number> {
  const found = named(context).find((one) => one.name === name && one.isOn);
  if (found === undefined) throw unknownServer(name);
  const { authenticate } = await import('./mcp-auth.ts');
  return authenticate(context, name, found.entry);
}

function remove(context: CommandContext, name: string): number {
  const wanted = scopeOf(context);
  const scopes: readonly ServerScope[] = wanted === undefined ? ['user', 'project'] : [wanted];
  const path = scopes.map((scope) => fileOf(context, scope)).find((file) => name in serversOfFile(file));
  if (path === undefined) throw unknownServer(name);
  changeServer(path, name, undefined);
  if (context.asJson) return printJson(context.world, { name, path });
  context.world.out(`removed ${name} from ${path}\n`);
  return 0;
}

function unknownServer(name: string): MonkeyError {
  return new MonkeyError('usage.invalid', `there is no MCP server ${JSON.stringify(name)}`, {
    advice: 'See `monkey mcp list`.',
  });
}

/** Starts the servers, shows what they offer and what that costs, and ends them. */
async function tools(context: CommandContext, only: string | undefined): Promise<number> {
  const { world } = context;
  const on = named(context).filter((one) => one.isOn && (only === undefined || one.name === only));
  if (only !== undefined && on.length === 0) throw unknownServer(only);
  if (on.length === 0 && !context.asJson) {
    world.out(noServers);
    return 0;
  }
  const mcpServers = Object.fromEntries(on.map(({ name, entry }) => [name, entry]));
  const settings = { ...context.loaded().settings, mcpServers, mcpSources: [] };
  const { configs, problems } = readServers({ ...world, settings }, []);
  const servers = createServers({ ...world, settings, productVersion: world.version }, context.cwd(), {
    configs,
    elicit: async () => ({ action: 'decline' }),
  });
  try {
    await servers.offers(AbortSignal.timeout(longestMs));
    const states = await servers.states();
    if (context.asJson) return printJson(world, { servers: states, problems });
    for (const problem of problems) world.err(`monkey: ${printable(problem)}\n`);
    for (const state of states) world.out(textOf(state));
    world.out(`find_tools and use_tool, which stand for all of them, take ${tokensOf(servers)} tokens\n`);
    return states.every((state) => state.status === 'ready') && problems.length === 0 ? 0 : 1;
  } finally {
    await servers.close();
  }
}

const longestMs = 120_000;
const noServers = 'no MCP servers; add one: monkey mcp add NAME -- COMMAND …, or monkey mcp add NAME URL\n';

function tokensOf(servers: McpServers): number {
  return Math.ceil(JSON.stringify(toolDeclarations(createMcpTools(servers))).length / 4);
}

function textOf({ name, status, problem, tools: offered, tokens, startMs }: McpServerState): string {
  if (status !== 'ready')
    return `${printable(name)}: ${status}${problem === undefined ? '' : `: ${printable(problem)}`}\n`;
  const head = `${name}: ${offered.length} tools, started in ${startMs} ms; declared in each request they would take ${tokens} tokens\n`;
  return (
    head +
    offered.map((tool) => `  ${printable(tool.fullName)}  ${printable(tool.description.slice(0, 100))}\n`).join('')
  );
}
