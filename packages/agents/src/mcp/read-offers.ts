// Reads what a server offers: tools, resources, prompts, page by page, bounded.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { oneLine } from './call-result.ts';
import type { McpTool } from './mcp-client.ts';
import type { McpServerConfig } from './server-config.ts';

const maxPages = 50;
const maxOffers = 2000;
const maxDescriptionChars = 4000;
/** A schema longer than this, as JSON, is shown to nobody. */
const maxSchemaChars = 20_000;

/** Everything a server offers under names that rules can be about. */
export async function readOffers(client: Client, config: McpServerConfig, signal: AbortSignal): Promise<McpTool[]> {
  const options = { signal, timeout: config.startMs };
  const can = client.getServerCapabilities() ?? {};
  const tools = can.tools
    ? await pages(
        (page) => client.listTools(page, options),
        (list) => list.tools,
      )
    : [];
  const resources = can.resources
    ? await pages(
        (page) => client.listResources(page, options),
        (list) => list.resources,
      )
    : [];
  const templates = can.resources ? await templatesOf(client, options) : [];
  const prompts = can.prompts
    ? await pages(
        (page) => client.listPrompts(page, options),
        (list) => list.prompts,
      )
    : [];
  const named = new Names(config.name);
  return [
    ...tools.map(
      (tool): McpTool => ({
        ...named.next(tool.name),
        kind: 'tool',
        description: oneLine(tool.description ?? tool.title ?? '', maxDescriptionChars),
        inputSchema: bounded(tool.inputSchema as Record<string, unknown>),
        saysReadOnly: tool.annotations?.readOnlyHint === true,
      }),
    ),
    ...(resources.length + templates.length === 0
      ? []
      : [resourceTool(named, [...resources.map(resourceLine), ...templates])]),
    ...prompts.map(
      (prompt): McpTool => ({
        ...named.next(prompt.name, 'prompt_'),
        kind: 'prompt',
        description: oneLine(`prompt: ${prompt.description ?? ''}`, maxDescriptionChars),
        inputSchema: promptSchema(prompt.arguments ?? []),
        saysReadOnly: true,
      }),
    ),
  ];
}

interface Page {
  readonly nextCursor?: string | undefined;
}

async function pages<List extends Page, Item>(
  read: (page: { cursor?: string }) => Promise<List>,
  itemsOf: (list: List) => readonly Item[],
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages && all.length < maxOffers; page++) {
    const list = await read(cursor === undefined ? {} : { cursor });
    all.push(...itemsOf(list));
    cursor = list.nextCursor;
    if (cursor === undefined) break;
  }
  return all.slice(0, maxOffers);
}

/** Many servers have resources and no templates, and say so with an error. */
async function templatesOf(client: Client, options: { signal: AbortSignal; timeout: number }): Promise<string[]> {
  try {
    const found = await pages(
      (page) => client.listResourceTemplates(page, options),
      (list) => list.resourceTemplates,
    );
    return found.map(({ uriTemplate, name }) => `${uriTemplate} (${name})`);
  } catch {
    return [];
  }
}

function resourceLine({
  uri,
  name,
  description,
}: {
  uri: string;
  name: string;
  description?: string | undefined;
}): string {
  return `${uri} (${name}${description ? `: ${description}` : ''})`;
}

function resourceTool(named: Names, lines: readonly string[]): McpTool {
  return {
    ...named.next('read_resource'),
    kind: 'resource',
    description: oneLine(`Read a resource: ${lines.join('; ')}`, maxDescriptionChars),
    inputSchema: { type: 'object', properties: { uri: { type: 'string' } }, required: ['uri'] },
    saysReadOnly: true,
  };
}

function promptSchema(
  args: readonly { name: string; description?: string | undefined; required?: boolean | undefined }[],
) {
  return {
    type: 'object',
    properties: Object.fromEntries(
      args.map(({ name, description }) => [name, { type: 'string', ...(description ? { description } : {}) }]),
    ),
    required: args.filter((one) => one.required === true).map((one) => one.name),
  };
}

function bounded(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.stringify(schema).length > maxSchemaChars
    ? { type: 'object', description: 'too long to be shown' }
    : schema;
}

/** Full names, each once; two that only differ in what a rule cannot say are told apart by a number. */
class Names {
  readonly #server: string;
  readonly #taken = new Set<string>();

  constructor(server: string) {
    this.#server = server;
  }

  next(name: string, prefix = ''): Pick<McpTool, 'fullName' | 'server' | 'name'> {
    const plain = `mcp__${this.#server}__${prefix}${name.replace(/[^\w.-]/g, '_').slice(0, 100)}`;
    let fullName = plain;
    for (let more = 2; this.#taken.has(fullName.toLowerCase()); more++) fullName = `${plain}_${more}`;
    this.#taken.add(fullName.toLowerCase());
    return { fullName, server: this.#server, name };
  }
}
