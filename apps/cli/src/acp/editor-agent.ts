// `monkey acp`: this agent as an editor drives it, by the Agent Client Protocol version 1 over standard input and output.
import { Readable, Writable } from 'node:stream';
import {
  type AgentContext,
  type AgentRequestContext,
  type AvailableCommand,
  agent,
  type ClientCapabilities,
  type InitializeResponse,
  type McpServer,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import { type CustomCommand, findCommands } from '@monkey-coder/agents';
import {
  createEngine,
  createKeyStore,
  type Engine,
  extensionPlaces,
  firstKeys,
  knownKeys,
  userCatalogue,
} from '@monkey-coder/engine';
import { availableProviders, isAlive } from '@monkey-coder/models';
import { MonkeyError } from '@monkey-coder/protocol';
import type { Command, CommandContext } from '../configuration/command-context.ts';
import { commandSettings, realFolder } from '../configuration/command-settings.ts';
import { customTask } from '../run/custom-task.ts';
import { taskOf } from '../run/task.ts';
import { editorServers } from './editor-servers.ts';
import { asRequestError, EditorSession } from './editor-session.ts';
import { promptText } from './prompt-text.ts';

const SESSIONS_OF_A_PAGE = 50;

/** Serves one editor until its end of the line is closed. */
export const acp: Command = async (context) => {
  const { world } = context;
  const served = new EditorAgent(context);
  const input = Readable.toWeb(world.stdin) as ReadableStream<Uint8Array>;
  const output = Writable.toWeb(process.stdout) as WritableStream<Uint8Array>;
  const connection = served.app().connect(ndJsonStream(output, input));
  await connection.closed;
  await served.close();
  return 0;
};

/** What an editor says of a session. */
interface SessionWish {
  readonly cwd: string;
  readonly additionalDirectories?: readonly string[];
  readonly mcpServers?: readonly McpServer[];
}

class EditorAgent {
  readonly #context: CommandContext;
  readonly #sessions = new Map<string, EditorSession>();
  /** One for each folder, with that folder's settings. */
  readonly #engines = new Map<string, Engine>();
  readonly #own: Engine[] = [];
  #capabilities: ClientCapabilities = {};

  constructor(context: CommandContext) {
    this.#context = context;
  }

  app() {
    return agent({ name: 'monkey-coder' })
      .onRequest(methods.agent.initialize, ({ params }) => {
        this.#capabilities = params.clientCapabilities ?? {};
        return this.#initialize();
      })
      .onRequest(methods.agent.authenticate, () => ({}))
      .onRequest(methods.agent.session.new, async ({ params, client }) => {
        const { id, session } = this.#open(client, params, null);
        // After the answer: an editor does not know the session before.
        setImmediate(() => session.announceCommands());
        return { sessionId: id, ...session.state() };
      })
      .onRequest(methods.agent.session.load, (request) => this.#reopen(request, true))
      .onRequest(methods.agent.session.resume, (request) => this.#reopen(request, false))
      .onRequest(methods.agent.session.list, ({ params }) => this.#list(params.cwd ?? null, params.cursor ?? null))
      .onRequest(methods.agent.session.delete, ({ params }) => this.#delete(params.sessionId))
      .onRequest(methods.agent.session.close, ({ params }) => {
        this.#sessions.get(params.sessionId)?.cancel();
        this.#sessions.delete(params.sessionId);
        return {};
      })
      .onRequest(methods.agent.session.setMode, ({ params }) => {
        this.#known(params.sessionId).setMode(params.modeId);
        return {};
      })
      .onRequest(methods.agent.session.setConfigOption, ({ params }) => ({
        configOptions: this.#known(params.sessionId).setOption(params.configId, params.value),
      }))
      .onRequest(methods.agent.session.prompt, ({ params }) =>
        this.#known(params.sessionId).prompt(spoken(() => promptText(params.prompt))),
      )
      .onNotification(methods.agent.session.cancel, ({ params }) => this.#sessions.get(params.sessionId)?.cancel());
  }

  /** Stops what runs, then lets go of everything. */
  async close(): Promise<void> {
    for (const session of this.#sessions.values()) session.cancel();
    await Promise.all([...this.#engines.values(), ...this.#own].map((engine) => engine.close()));
  }

  #initialize(): InitializeResponse {
    return {
      protocolVersion: PROTOCOL_VERSION,
      agentInfo: { name: 'monkey-coder', title: 'Monkey Coder', version: this.#context.world.version },
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { embeddedContext: true, image: false, audio: false },
        mcpCapabilities: { http: true, sse: true },
        sessionCapabilities: { list: {}, delete: {}, resume: {}, close: {}, additionalDirectories: {} },
      },
      authMethods: [
        {
          id: 'monkey-login',
          type: 'terminal',
          name: 'Store a key',
          description: 'Asks for the key of a provider and keeps it in a file that only you can read.',
          args: ['login'],
        },
      ],
    };
  }

  #known(id: string): EditorSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw RequestError.sessionNotFound(id);
    return session;
  }

  /** A new conversation, or one that is on disk. Nothing is started for it yet, so that the editor need not wait. */
  #open(
    client: AgentContext,
    { cwd, additionalDirectories, mcpServers = [] }: SessionWish,
    known: string | null,
  ): { readonly id: string; readonly session: EditorSession } {
    return spoken(() => {
      const { world, line } = this.#context;
      const folder = realFolder(cwd, 'cwd');
      const loaded = commandSettings(world, line, folder);
      const engine = mcpServers.length === 0 ? this.#engineOf(folder, loaded) : this.#engineWith(mcpServers, loaded);
      const id = known ?? created(engine, folder);
      const addDirs = (additionalDirectories ?? []).map((path) => realFolder(path, 'additionalDirectories'));
      const session = new EditorSession({
        id,
        client,
        capabilities: this.#capabilities,
        engine,
        loaded,
        taskOf: (prompt) => ({ ...taskOf(world, line, loaded.settings, folder, prompt), addDirs }),
        expanded: (task, hasModel) =>
          customTask(task, world, { settings: loaded.settings, mustExist: false, hasModel }),
        commands: async () => (await findCommands(extensionPlaces(world, folder))).map(availableCommand),
        models: this.#models(loaded.settings),
        windowOf: this.#windows(loaded.settings),
        mayBypass: loaded.settings.permissions.mode === 'bypassPermissions',
      });
      this.#sessions.set(id, session);
      return { id, session };
    });
  }

  async #reopen(
    { params, client }: AgentRequestContext<SessionWish & { readonly sessionId: string }>,
    isReplayed: boolean,
  ) {
    const folder = spoken(() => realFolder(params.cwd, 'cwd'));
    const { sessions } = this.#engineOf(folder, commandSettings(this.#context.world, this.#context.line, folder));
    const summary = sessions.list().find(({ id }) => id === params.sessionId);
    if (summary === undefined) throw RequestError.sessionNotFound(params.sessionId);
    if (summary.cwd !== folder)
      throw RequestError.invalidParams({ cwd: params.cwd }, `the session belongs to ${summary.cwd}`);
    const { session } = this.#open(client, params, params.sessionId);
    const events = sessions.read(params.sessionId);
    if (isReplayed) await session.replay(events);
    else session.recall(events);
    setImmediate(() => session.announceCommands());
    return session.state();
  }

  #list(cwd: string | null, cursor: string | null) {
    const { engine } = this.#context;
    const from = Number(cursor ?? 0);
    if (!Number.isInteger(from) || from < 0) throw RequestError.invalidParams({ cursor }, 'there is no such page');
    const begun = engine()
      .sessions.list(cwd === null ? undefined : { cwd })
      .filter(({ runs, partOf }) => runs > 0 && partOf === undefined);
    const sessions = begun.slice(from, from + SESSIONS_OF_A_PAGE).map((one) => ({
      sessionId: one.id,
      cwd: one.cwd,
      title: one.title,
      updatedAt: new Date(one.updatedAt).toISOString(),
    }));
    const next = from + SESSIONS_OF_A_PAGE;
    return { sessions, ...(next < begun.length ? { nextCursor: String(next) } : {}) };
  }

  async #delete(id: string) {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    await session?.stop();
    try {
      this.#context.engine().sessions.remove(id);
    } catch (error) {
      throw asRequestError(error);
    }
    return {};
  }

  #engineOf(folder: string, { settings, warnings }: ReturnType<typeof commandSettings>): Engine {
    const { world } = this.#context;
    const known = this.#engines.get(folder);
    if (known !== undefined) return known;
    const engine = createEngine({ ...world, settings, warnings, productVersion: world.version });
    this.#engines.set(folder, engine);
    return engine;
  }

  /** A session with servers of its own has an engine of its own. */
  #engineWith(servers: readonly McpServer[], { settings, warnings }: ReturnType<typeof commandSettings>): Engine {
    const { world } = this.#context;
    const mcpServers = { ...settings.mcpServers, ...editorServers(servers) };
    const engine = createEngine({
      ...world,
      settings: { ...settings, mcpServers },
      warnings,
      productVersion: world.version,
    });
    this.#own.push(engine);
    return engine;
  }

  #windows(settings: ReturnType<typeof commandSettings>['settings']): (model: string) => number | undefined {
    const { models } = userCatalogue(settings, this.#context.world.homes.state);
    const windows = new Map(models.map(({ provider, id, context }) => [`${provider}/${id}`, context]));
    return (model) => windows.get(model);
  }

  #models(settings: ReturnType<typeof commandSettings>['settings']): string[] {
    const { world } = this.#context;
    const keys = firstKeys(knownKeys({ ...world, settings, keys: createKeyStore(world.homes.config).readAll }));
    const usable = new Set(availableProviders({ env: world.environment, keys }));
    return userCatalogue(settings, world.homes.state)
      .models.filter((model) => usable.has(model.provider) && isAlive(model, world.now()))
      .map((model) => `${model.provider}/${model.id}`);
  }
}

function availableCommand({ name, description, argumentHint }: CustomCommand): AvailableCommand {
  return { name, description, ...(argumentHint === undefined ? {} : { input: { hint: argumentHint } }) };
}

/** An empty session: the log begins now, the first run with the first prompt. */
function created(engine: Engine, cwd: string): string {
  const writer = engine.sessions.create({ cwd });
  writer.close();
  return writer.id;
}

/** Does the work; what is wrong with the request itself is told in the protocol's words. */
function spoken<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof MonkeyError ? asRequestError(error) : error;
  }
}
