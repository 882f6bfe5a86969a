// What MCP servers last said of their prompts, kept so that they can be completed without starting anything.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServerConfig, McpTool } from '@monkey-coder/agents';
import { parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';

const promptSchema = z.object({
  name: z.string(),
  description: z.string(),
  arguments: z.array(z.object({ name: z.string(), isRequired: z.boolean() })),
});
/** A prompt of a server, by the name it is called with, without the slash. */
export type McpPrompt = z.infer<typeof promptSchema>;

const fileSchema = z.record(z.string(), z.object({ config: z.string(), prompts: z.array(promptSchema) }));
type PromptFile = z.infer<typeof fileSchema>;

/** Keeps what a server offered; nothing is written when it is known already. */
export function rememberPrompts(stateFolder: string, config: McpServerConfig, tools: readonly McpTool[]): void {
  const known = readFile(stateFolder);
  const entry = {
    config: hashOf(config),
    prompts: tools.flatMap((tool) => (tool.kind === 'prompt' ? [promptOf(tool)] : [])),
  };
  const before = known[config.name];
  if (before === undefined && entry.prompts.length === 0) return;
  if (JSON.stringify(before) === JSON.stringify(entry)) return;
  const path = pathIn(stateFolder);
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...known, [config.name]: entry }), { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}

/** What is known of a server as it is configured now; nothing where its entry changed since. */
export function promptsOf(stateFolder: string, config: McpServerConfig): readonly McpPrompt[] {
  const entry = readFile(stateFolder)[config.name];
  return entry?.config === hashOf(config) ? entry.prompts : [];
}

/** A prompt as a command. */
export function promptOf({ fullName, server, description, inputSchema }: McpTool): McpPrompt {
  const { properties = {}, required = [] } = inputSchema as { properties?: object; required?: readonly string[] };
  const start = `mcp__${server}__`;
  return {
    name: `${start}${fullName.slice(start.length).replace(/^prompt_/, '')}`,
    description: description.replace(/^prompt: /, ''),
    arguments: Object.keys(properties).map((name) => ({ name, isRequired: required.includes(name) })),
  };
}

function hashOf(config: McpServerConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}

function pathIn(stateFolder: string): string {
  return join(stateFolder, 'mcp-prompts.json');
}

/** A damaged file counts as empty: it is written anew when a server is listed. */
function readFile(stateFolder: string): PromptFile {
  try {
    return fileSchema.safeParse(parseJson(readFileSync(pathIn(stateFolder), 'utf8'))).data ?? {};
  } catch {
    return {};
  }
}
