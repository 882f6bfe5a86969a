// All MCP servers of a run: none is connected before somebody looks for a tool or uses one.
import { createHash } from 'node:crypto';
import type { CallAnswer } from './call-result.ts';
import type { McpParts, McpServerState, McpTool } from './mcp-client.ts';
import type { McpServerConfig } from './server-config.ts';
import type { CallOptions, ServerConnection } from './server-connection.ts';

/** A server and its tools, or why there are none. */
export interface ServerOffers {
  readonly server: string;
  readonly tools: readonly McpTool[];
  readonly problem?: string;
}

/** What became of a call. */
export type McpCallResult =
  | { readonly kind: 'answered'; readonly answer: CallAnswer }
  | { readonly kind: 'failed'; readonly problem: string };

/** The servers of one run. */
export class McpServers {
  readonly #configs: readonly McpServerConfig[];
  readonly #parts: McpParts;
  readonly #connections = new Map<string, Promise<ServerConnection>>();
  /** Hash of each tool as it was when it was first seen. */
  readonly #seen = new Map<string, string>();
  readonly #changed = new Set<string>();

  constructor(configs: readonly McpServerConfig[], parts: McpParts) {
    this.#configs = configs;
    this.#parts = parts;
  }

  get configs(): readonly McpServerConfig[] {
    return this.#configs;
  }

  /** The server of a tool's full name; nothing is connected for this. */
  configOf(fullName: string): McpServerConfig | undefined {
    return this.#configs.find(({ name }) => fullName.startsWith(`mcp__${name}__`));
  }

  /** Whether a tool's description or schema changed since it was first seen in this run. */
  hasChanged(fullName: string): boolean {
    return this.#changed.has(fullName);
  }

  /** What the servers offer, those of one name or all, asked side by side. Never rejects. */
  async offers(signal: AbortSignal, only?: string): Promise<ServerOffers[]> {
    const wanted = this.#configs.filter(({ name }) => only === undefined || name.toLowerCase() === only.toLowerCase());
    return Promise.all(wanted.map((config) => this.#offersOf(config, signal)));
  }

  /**
   * Calls a tool by its full name; one that changed only for somebody who knows that it did: it is the known one from then on.
   * Never rejects.
   */
  async call(
    fullName: string,
    args: Readonly<Record<string, unknown>>,
    options: CallOptions & { readonly knowsOfChange: boolean },
  ): Promise<McpCallResult> {
    const config = this.configOf(fullName);
    if (config === undefined)
      return failed(
        `There is no MCP server for ${fullName}. Servers: ${this.#configs.map(({ name }) => name).join(', ')}.`,
      );
    const { tools, problem } = await this.#offersOf(config, options.signal);
    if (problem !== undefined) return failed(problem);
    const tool = tools.find((one) => one.fullName === fullName);
    if (tool === undefined) return failed(`${config.name} has no tool ${fullName}: look for it with find_tools.`);
    if (this.#changed.has(fullName)) {
      if (!options.knowsOfChange)
        return failed(`${fullName} is not what it was when it was first seen: look at it with find_tools.`);
      this.#accept(tool);
    }
    const wrong = await this.#wrongArguments(tool, args);
    if (wrong !== undefined) return failed(wrong);
    try {
      const connection = await this.#connection(config);
      return { kind: 'answered', answer: await connection.call(tool, args, options) };
    } catch (error) {
      return failed(messageOf(error));
    }
  }

  /** How the servers stand. */
  async states(): Promise<McpServerState[]> {
    return Promise.all(this.#configs.map(async (config) => (await this.#connection(config)).state()));
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#connections.values()].map(async (connection) => (await connection).close()));
  }

  async #offersOf(config: McpServerConfig, signal: AbortSignal): Promise<ServerOffers> {
    try {
      const tools = await (await this.#connection(config)).tools(signal);
      for (const tool of tools) this.#compare(tool);
      this.#parts.onOffers?.(config.name, tools);
      return { server: config.name, tools };
    } catch (error) {
      return { server: config.name, tools: [], problem: messageOf(error) };
    }
  }

  #accept(tool: McpTool): void {
    this.#seen.set(tool.fullName, hashOf(tool));
    this.#changed.delete(tool.fullName);
  }

  #compare(tool: McpTool): void {
    const hash = hashOf(tool);
    const before = this.#seen.get(tool.fullName);
    if (before === undefined) this.#seen.set(tool.fullName, hash);
    else if (before !== hash) this.#changed.add(tool.fullName);
  }

  async #wrongArguments(tool: McpTool, args: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const schemaProblem = await this.#parts.loadSchemaProblem();
    const { problemOrNothing, withoutPatterns } = await import('./server-connection.ts');
    const problem = problemOrNothing(() => schemaProblem(args, withoutPatterns(tool.inputSchema)));
    if (problem === undefined) return undefined;
    return `Invalid arguments for ${tool.fullName}: ${problem}. Expected: ${JSON.stringify(tool.inputSchema).slice(0, 4000)}`;
  }

  async #connect(config: McpServerConfig): Promise<ServerConnection> {
    const { ServerConnection } = await import('./server-connection.ts');
    return new ServerConnection(config, this.#parts, await this.#parts.loadSchemaProblem());
  }

  #connection(config: McpServerConfig): Promise<ServerConnection> {
    const known = this.#connections.get(config.name);
    if (known !== undefined) return known;
    const made = this.#connect(config);
    this.#connections.set(config.name, made);
    return made;
  }
}

function hashOf({ name, description, inputSchema }: McpTool): string {
  return createHash('sha256')
    .update(JSON.stringify([name, description, inputSchema]))
    .digest('hex');
}

function failed(problem: string): McpCallResult {
  return { kind: 'failed', problem };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
