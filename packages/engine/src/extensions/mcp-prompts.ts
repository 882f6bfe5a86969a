// Prompts of MCP servers as commands, `/mcp__server__prompt`: what servers offered when they last listed it is kept, so that they can be
// completed without starting anything; a server starts when one of its prompts is called.
import { answerText, createRedactor, type McpServerConfig, type McpTool } from '@monkey-coder/agents';
import { MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { readProjectDeclarations } from '../config/project-declarations.ts';
import { createTrustStore } from '../config/trust.ts';
import { createServers, readServers, type ServerWorld, secretsOf } from './mcp.ts';
import { type McpPrompt, promptOf, promptsOf } from './mcp-prompt-store.ts';

/** Characters of a prompt that go to the model at most. */
const maxPromptChars = 100_000;
/** How long a server may take with a prompt, in milliseconds. */
const longestMs = 120_000;

/** The prompts that are known of the servers that may be used in a folder. Starts none. */
export function knownMcpPrompts(world: ServerWorld, root: string): McpPrompt[] {
  return usableServers(world, root).flatMap((config) => promptsOf(world.homes.state, config));
}

/**
 * The text of `/mcp__server__prompt arguments`; its server is started for it. Arguments are given in order, `name=value`, or in quotes.
 * Throws MonkeyError `usage.invalid`.
 */
export async function expandMcpPrompt(world: ServerWorld, root: string, line: string): Promise<string> {
  const [, name = '', words = ''] = /^\/(mcp__\S+)\s*([\s\S]*)$/.exec(line) ?? [];
  const configs = usableServers(world, root);
  const config = configs.find((one) => name.startsWith(`mcp__${one.name}__`));
  if (config === undefined) throw unknown(`there is no MCP server for /${name}`, 'See `monkey mcp list`.');
  const servers = createServers(world, root, { configs: [config], elicit: async () => ({ action: 'decline' }) });
  try {
    const signal = AbortSignal.timeout(longestMs);
    const [offers] = await servers.offers(signal);
    if (offers?.problem !== undefined) throw unknown(offers.problem, 'See `monkey mcp tools`.');
    const tool = offers?.tools.find((one) => one.kind === 'prompt' && promptOf(one).name === name);
    if (tool === undefined) throw noPrompt(config.name, name, offers?.tools ?? []);
    const args = argumentsOf(promptOf(tool), words);
    const result = await servers.call(tool.fullName, args, {
      signal,
      onProgress: () => undefined,
      knowsOfChange: false,
    });
    if (result.kind === 'failed') throw unknown(result.problem, `Arguments: ${usageOf(promptOf(tool))}`);
    return createRedactor(secretsOf([config])).redact(answerText(result.answer, maxPromptChars));
  } finally {
    await servers.close();
  }
}

/** The arguments of a prompt as they are shown: `<file> [tone]`. */
export function usageOf({ arguments: given }: McpPrompt): string {
  return given.map(({ name, isRequired }) => (isRequired ? `<${name}>` : `[${name}]`)).join(' ');
}

/** Servers of the user, and those that a trusted folder declares. */
function usableServers(world: ServerWorld, root: string): readonly McpServerConfig[] {
  const declared = readProjectDeclarations(root);
  const isTrusted =
    world.settings.projectMcpServers && createTrustStore(world.homes.state).verdict(declared) === 'trusted';
  const others = isTrusted ? declared.items.filter(({ kind }) => kind === 'mcp-server') : [];
  return readServers(world, others).configs;
}

/** `name=value` where the prompt has such an argument; the others in order, the last one with all that is left. */
function argumentsOf(prompt: McpPrompt, line: string): Record<string, string> {
  const names = prompt.arguments.map(({ name }) => name);
  const given: Record<string, string> = {};
  const free: string[] = [];
  for (const word of line.match(/[^\s"']*"[^"]*"|[^\s"']*'[^']*'|\S+/g) ?? []) {
    const [, name = '', value = ''] = /^([\w.-]+)=([\s\S]*)$/.exec(word) ?? [];
    if (names.includes(name)) given[name] = unquoted(value);
    else free.push(unquoted(word));
  }
  const open = names.filter((name) => given[name] === undefined);
  for (const [index, name] of open.entries()) {
    const words = index === open.length - 1 ? free.slice(index) : free.slice(index, index + 1);
    if (words.length > 0) given[name] = words.join(' ');
  }
  const missing = prompt.arguments.filter(({ name, isRequired }) => isRequired && given[name] === undefined);
  if (missing.length === 0) return given;
  throw unknown(
    `/${prompt.name} needs ${missing.map(({ name }) => name).join(', ')}`,
    `Usage: /${prompt.name} ${usageOf(prompt)}`,
  );
}

function unquoted(word: string): string {
  return /^(["'])([\s\S]*)\1$/.exec(word)?.[2] ?? word;
}

function noPrompt(server: string, name: string, tools: readonly McpTool[]): MonkeyError {
  const names = tools.flatMap((tool) => (tool.kind === 'prompt' ? [promptOf(tool).name] : []));
  const near = nearestNames(name, names);
  const guess = near.length > 0 ? `; did you mean /${near.join(' or /')}?` : '';
  const advice = names.length === 0 ? 'It has none.' : `It has /${names.join(', /')}.`;
  return unknown(`the MCP server ${server} has no prompt /${name}${guess}`, advice);
}

function unknown(message: string, advice: string): MonkeyError {
  return new MonkeyError('usage.invalid', message, { advice });
}
