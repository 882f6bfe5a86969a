// One MCP server: connected when first used, bounded in time, started again once when it crashes, closed with the run.
//
// States: `not started`, `ready`, `failed` (with the reason) and `needs-login`. A start that fails is tried again at the next use,
// twice in all; a server that ended while it was ready counts as a failed start. Its list of tools is kept until the server
// says that it changed, and is read again only when somebody wants it: a server that says so all the time costs nothing.
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport, SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { errorMessage } from '@monkey-coder/protocol';
import { authorizedFetch } from './authorized-fetch.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { CallAnswer } from './call-result.ts';
import { oneLine } from './call-result.ts';
import { answerServerQuestions, clientCapabilities } from './client-duties.ts';
import type { McpParts, McpServerState, McpTool, SchemaProblem } from './mcp-client.ts';
import { readOffers } from './read-offers.ts';
import type { McpServerConfig, RemoteServer } from './server-config.ts';
import { StdioTransport } from './stdio-transport.ts';

/** Starts of one server in a run. */
const maxStarts = 2;

/** Lines of progress of one call that are shown. */
const maxProgressLines = 200;

/** A server is not there, or needs something; the message is for the model and for people. */
export class McpServerError extends Error {
  readonly needsLogin: boolean;

  constructor(message: string, needsLogin = false) {
    super(message);
    this.needsLogin = needsLogin;
  }
}

/** What a call is made with. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

interface Session {
  readonly client: Client;
  readonly lastWords: () => string;
}

/** A connection to one server. */
export class ServerConnection {
  readonly #config: McpServerConfig;
  readonly #parts: McpParts;
  readonly #schemaProblem: SchemaProblem;
  #session: Promise<Session> | undefined;
  #tools: Promise<readonly McpTool[]> | undefined;
  #known: readonly McpTool[] = [];
  #starts = 0;
  #problem: { readonly text: string; readonly needsLogin: boolean } | undefined;
  #isClosed = false;
  #calls = 0;
  #callMs = 0;
  #startMs = 0;

  constructor(config: McpServerConfig, parts: McpParts, schemaProblem: SchemaProblem) {
    this.#schemaProblem = schemaProblem;
    this.#config = config;
    this.#parts = parts;
  }

  /** Its tools, from a fresh list where it changed. Throws McpServerError. */
  async tools(signal: AbortSignal): Promise<readonly McpTool[]> {
    const { client } = await this.#connected(signal);
    this.#tools ??= readOffers(client, this.#config, signal).then(
      (tools) => {
        this.#known = tools;
        this.#problem = undefined;
        return tools;
      },
      (error: unknown) => {
        this.#tools = undefined;
        if (isUnauthorized(error)) throw this.#loginNeeded();
        throw new McpServerError(`${this.#config.name} did not list its tools: ${said(error)}`);
      },
    );
    return this.#tools;
  }

  /** Calls a tool, reads a resource, gets a prompt. Throws McpServerError when the server cannot be reached. */
  async call(tool: McpTool, args: Readonly<Record<string, unknown>>, options: CallOptions): Promise<CallAnswer> {
    const { client } = await this.#connected(options.signal);
    const begun = this.#parts.now();
    this.#calls += 1;
    try {
      const answer = await this.#request(client, tool, { args, ...options });
      this.#problem = undefined;
      return answer;
    } catch (error) {
      if (isUnauthorized(error)) throw this.#loginNeeded();
      throw new McpServerError(`${this.#config.name}: ${said(error)}`);
    } finally {
      this.#callMs += this.#parts.now() - begun;
    }
  }

  state(): McpServerState {
    const { name, kind } = this.#config;
    const status =
      this.#problem?.needsLogin === true
        ? 'needs-login'
        : this.#problem
          ? 'failed'
          : this.#session
            ? 'ready'
            : 'not started';
    return {
      name,
      kind,
      status,
      ...(this.#problem === undefined ? {} : { problem: this.#problem.text }),
      tools: this.#known,
      tokens: Math.ceil(this.#known.reduce((sum, tool) => sum + declared(tool).length, 0) / 4),
      calls: this.#calls,
      callMs: this.#callMs,
      startMs: this.#startMs,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const session = await this.#session?.catch(() => undefined);
    await session?.client.close().catch(() => undefined);
  }

  async #request(
    client: Client,
    tool: McpTool,
    { args, signal, onProgress }: CallOptions & { args: Readonly<Record<string, unknown>> },
  ): Promise<CallAnswer> {
    const { callMs } = this.#config;
    let told = 0;
    const options = {
      signal,
      timeout: callMs,
      resetTimeoutOnProgress: true,
      maxTotalTimeout: callMs * 10,
      onprogress: (progress: Progress) => {
        told += 1;
        if (told <= maxProgressLines) onProgress(progressLine(progress));
      },
    };
    if (tool.kind === 'resource') {
      const { contents } = await client.readResource({ uri: String(args['uri']) }, options);
      return { content: contents.map((resource) => ({ type: 'resource', resource })) };
    }
    if (tool.kind === 'prompt') {
      const texts = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, String(value)]));
      const { messages } = await client.getPrompt({ name: tool.name, arguments: texts }, options);
      return { content: messages.map(({ content }) => content) };
    }
    return (await client.callTool({ name: tool.name, arguments: args }, undefined, options)) as CallAnswer;
  }

  async #connected(signal: AbortSignal): Promise<Session> {
    if (this.#isClosed) throw new McpServerError(`${this.#config.name} is closed`);
    if (this.#session === undefined) {
      if (this.#starts >= maxStarts)
        throw new McpServerError(`${this.#config.name} is not there: ${this.#problem?.text ?? 'it ended twice'}`);
      this.#starts += 1;
      this.#problem = undefined;
      this.#session = this.#start(signal).catch((error: unknown) => {
        this.#session = undefined;
        throw this.#failed(error);
      });
    }
    return this.#session;
  }

  async #start(signal: AbortSignal): Promise<Session> {
    const begun = this.#parts.now();
    const session =
      this.#config.kind === 'local' ? await this.#startLocal(signal) : await this.#startRemote(this.#config, signal);
    this.#startMs = this.#parts.now() - begun;
    return session;
  }

  async #startLocal(signal: AbortSignal): Promise<Session> {
    const { root, environment, stateFolder, newMarker } = this.#parts;
    const { command, env: given = {}, cwd = root } = this.#config as Extract<McpServerConfig, { kind: 'local' }>;
    const transport = new StdioTransport({ command, cwd, environment, given, stateFolder, marker: newMarker() });
    try {
      const client = await this.#open(transport, signal);
      return { client, lastWords: () => transport.lastWords() };
    } catch (error) {
      await transport.close();
      const words = oneLine(transport.lastWords(), 300);
      throw new McpServerError(`it did not start: ${said(error)}${words === '' ? '' : ` (it wrote: ${words})`}`);
    }
  }

  /** Servers of before 2025-03-26 answer the first request with an error of theirs; they are tried as such then. */
  async #startRemote(config: RemoteServer, signal: AbortSignal): Promise<Session> {
    const nothing = (): string => '';
    if (config.transport === 'sse') return { client: await this.#open(this.#sse(config), signal), lastWords: nothing };
    const transport = new StreamableHTTPClientTransport(new URL(config.url), this.#httpOptions(config));
    try {
      return { client: await this.#open(transport as Transport, signal), lastWords: nothing };
    } catch (error) {
      await transport.close();
      const isOld = error instanceof StreamableHTTPError && [400, 404, 405].includes(error.code ?? 0);
      if (!isOld) throw error;
      return { client: await this.#open(this.#sse(config), signal), lastWords: nothing };
    }
  }

  #sse(config: RemoteServer): Transport {
    return new SSEClientTransport(new URL(config.url), this.#httpOptions(config));
  }

  #httpOptions(config: RemoteServer) {
    const bounded = boundedFetch(this.#parts.fetch);
    return {
      requestInit: { headers: { ...config.headers } },
      fetch: authorizedFetch(config, this.#parts.logins, bounded),
    };
  }

  async #open(transport: Transport, signal: AbortSignal): Promise<Client> {
    const { productVersion } = this.#parts;
    const client = new Client(
      { name: 'monkey-coder', version: productVersion },
      { capabilities: clientCapabilities, jsonSchemaValidator: validatorOf(this.#schemaProblem) },
    );
    answerServerQuestions(client, this.#config.name, {
      root: this.#parts.root,
      elicit: this.#parts.elicit,
      onChange: () => {
        this.#tools = undefined;
      },
    });
    const { startMs } = this.#config;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
    const late = new Promise<never>((_resolve, reject) =>
      deadline.addEventListener(
        'abort',
        () => reject(new Error(signal.aborted ? 'cancelled' : `it said nothing for ${startMs / 1000} s`)),
        { once: true },
      ),
    );
    late.catch(() => undefined);
    await Promise.race([client.connect(transport, { timeout: startMs }), late]).catch(async (error: unknown) => {
      await client.close().catch(() => undefined);
      throw error;
    });
    client.onclose = () => this.#ended(client);
    return client;
  }

  #ended(client: Client): void {
    void this.#session?.then(
      (session) => {
        if (session.client !== client || this.#isClosed) return;
        const words = oneLine(session.lastWords(), 300);
        this.#session = undefined;
        this.#tools = undefined;
        this.#problem = { text: `it ended by itself${words === '' ? '' : ` (it wrote: ${words})`}`, needsLogin: false };
      },
      () => undefined,
    );
  }

  #failed(error: unknown): McpServerError {
    if (isUnauthorized(error)) {
      // Whoever logs in meanwhile is not refused for having tried before.
      this.#starts -= 1;
      return this.#loginNeeded();
    }
    const text = error instanceof McpServerError ? error.message : said(error);
    this.#problem = { text, needsLogin: false };
    return new McpServerError(`${this.#config.name}: ${text}`);
  }

  #loginNeeded(): McpServerError {
    const text = `it wants a login: the user can run \`monkey mcp auth ${this.#config.name}\``;
    this.#problem = { text, needsLogin: true };
    return new McpServerError(`${this.#config.name}: ${text}`, true);
  }
}

function isUnauthorized(error: unknown): boolean {
  if (error instanceof UnauthorizedError) return true;
  return (error instanceof StreamableHTTPError || error instanceof SseError) && error.code === 401;
}

function progressLine({ progress, total, message }: Progress): string {
  const done = total === undefined ? `${progress}` : `${progress}/${total}`;
  return `${done}${message === undefined ? '' : ` ${oneLine(message, 200)}`}\n`;
}

function said(error: unknown): string {
  return oneLine(errorMessage(error), 500);
}

function declared({ fullName, description, inputSchema }: McpTool): string {
  return JSON.stringify({ name: fullName, description, parameters: inputSchema });
}

function validatorOf(schemaProblem: SchemaProblem) {
  return {
    getValidator:
      <T>(schema: object) =>
      (input: unknown) => {
        const problem = problemOrNothing(() =>
          schemaProblem(input, withoutPatterns(schema as Record<string, unknown>)),
        );
        return problem === undefined
          ? { valid: true as const, data: input as T, errorMessage: undefined }
          : { valid: false as const, data: undefined, errorMessage: problem };
      },
  };
}

/** A schema without its regular expressions: one of a hostile server could keep us busy for years. The server judges by them itself. */
export function withoutPatterns(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    return typeof value === 'object' && value !== null ? withoutPatterns(value as Record<string, unknown>) : value;
  };
  const isOpen = 'patternProperties' in schema;
  const kept = Object.entries(schema).filter(([word, value]) => {
    // A property may be called "pattern": only a text is an expression.
    if (word === 'pattern') return typeof value !== 'string';
    return !isOpen || (word !== 'patternProperties' && word !== 'additionalProperties');
  });
  return Object.fromEntries(kept.map(([word, value]) => [word, inner(value)]));
}

/** A schema that cannot be read says nothing about values: the server judges them itself. */
export function problemOrNothing(look: () => string | undefined): string | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
