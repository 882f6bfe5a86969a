// One conversation with an editor: its folder, its mode and model, and at most one run at a time.
import {
  type AgentContext,
  type AvailableCommand,
  type ClientCapabilities,
  methods,
  type PromptResponse,
  RequestError,
  type SessionConfigOption,
  type SessionModeState,
  type SessionUpdate,
  type StopReason,
} from '@agentclientprotocol/sdk';
import type { Engine, LoadedSettings } from '@monkey-coder/engine';
import {
  type Event,
  formatMicroUsd,
  MonkeyError,
  type Outcome,
  type PermissionMode,
  type RunStatus,
  type Task,
} from '@monkey-coder/protocol';
import { editorGate } from './ask-editor.ts';
import { askPlan } from './ask-plan.ts';
import { editorFiles } from './editor-files.ts';
import { SessionUpdates } from './session-updates.ts';

/** What a conversation is made of. */
export interface EditorSessionParts {
  readonly id: string;
  readonly client: AgentContext;
  /** What the editor said that it can do. */
  readonly capabilities: ClientCapabilities;
  readonly engine: Engine;
  readonly loaded: LoadedSettings;
  /** The task of a prompt, with the settings of the folder. */
  readonly taskOf: (prompt: string) => Task;
  /** The task with the text of the custom command that its prompt calls, if it calls one. */
  readonly expanded: (task: Task, hasModel: boolean) => Promise<Task>;
  /** Custom commands and skills that can be called here. */
  readonly commands: () => Promise<readonly AvailableCommand[]>;
  /** Names of models that can be chosen, `provider/model`. */
  readonly models: readonly string[];
  /** Tokens a model can hold, `provider/model`; undefined where that is not known. */
  readonly windowOf: (model: string) => number | undefined;
  /** Whether the editor may choose the mode that asks for nothing. */
  readonly mayBypass: boolean;
}

const modes: readonly { readonly id: PermissionMode; readonly name: string; readonly description: string }[] = [
  { id: 'plan', name: 'Plan', description: 'reads only' },
  { id: 'default', name: 'Ask', description: 'asks before edits and commands' },
  { id: 'acceptEdits', name: 'Accept edits', description: 'asks before commands' },
  { id: 'auto', name: 'Auto', description: 'allows what the sandbox bounds, asks for the rest' },
  { id: 'dontAsk', name: "Don't ask", description: 'denies what no rule allows' },
  { id: 'bypassPermissions', name: 'Full', description: 'allows all but the destructive' },
];
/** Value of the model option for what the settings say. */
const CONFIGURED = 'configured';

/** A conversation that an editor drives. */
export class EditorSession {
  readonly #parts: EditorSessionParts;
  readonly #updates: SessionUpdates;
  #mode: PermissionMode;
  #model: string | null = null;
  #running: AbortController | null = null;
  #work: Promise<unknown> = Promise.resolve();
  /** Updates go out one after another. */
  #sent: Promise<void> = Promise.resolve();

  constructor(parts: EditorSessionParts) {
    this.#parts = parts;
    this.#mode = parts.loaded.settings.permissions.mode;
    this.#updates = new SessionUpdates(parts.taskOf('').cwd, parts.windowOf);
  }

  /** Modes and options as the editor is told of them. */
  state(): { modes: SessionModeState; configOptions: SessionConfigOption[] } {
    const availableModes = modes.filter(({ id }) => id !== 'bypassPermissions' || this.#parts.mayBypass);
    return { modes: { currentModeId: this.#mode, availableModes: [...availableModes] }, configOptions: this.options() };
  }

  /** The options that can be set. */
  options(): SessionConfigOption[] {
    const { models, loaded } = this.#parts;
    const named = loaded.settings.model;
    const options = [
      { value: CONFIGURED, name: named === undefined ? 'chosen by the router' : `${named} (from the settings)` },
      ...models.map((model) => ({ value: model, name: model })),
    ];
    return [
      {
        id: 'model',
        name: 'Model',
        category: 'model',
        type: 'select',
        currentValue: this.#model ?? CONFIGURED,
        options,
      },
    ];
  }

  setMode(id: string): void {
    const mode = modes.find((one) => one.id === id && (one.id !== 'bypassPermissions' || this.#parts.mayBypass));
    if (mode === undefined) throw RequestError.invalidParams({ modeId: id }, `there is no mode ${id}`);
    this.#mode = mode.id;
  }

  setOption(id: string, value: unknown): SessionConfigOption[] {
    const isKnown = id === 'model' && (value === CONFIGURED || this.#parts.models.some((model) => model === value));
    if (!isKnown) throw RequestError.invalidParams({ configId: id }, `there is no ${id} ${String(value)}`);
    this.#model = value === CONFIGURED ? null : String(value);
    return this.options();
  }

  /** Tells the editor which commands there are; not waited for. */
  announceCommands(): void {
    this.#parts.commands().then(
      (availableCommands) => {
        if (availableCommands.length > 0)
          this.#tell([{ sessionUpdate: 'available_commands_update', availableCommands: [...availableCommands] }]);
      },
      // A command that cannot be read is told of when it is called.
      () => undefined,
    );
  }

  /** Takes in what the editor knows already: what it cost counts on. */
  recall(events: readonly Event[]): void {
    for (const event of events) this.#updates.of(event);
  }

  /** Tells the editor what was said before. */
  async replay(events: readonly Event[]): Promise<void> {
    for (const event of events) this.#tell(this.#updates.of(event));
    await this.#sent;
  }

  /** Stops the run, if one is at work, and waits until it has written down its end. */
  async stop(): Promise<void> {
    this.cancel();
    await this.#work;
  }

  /** Runs a prompt to its end. */
  prompt(prompt: string): Promise<PromptResponse> {
    const answer = this.#answer(prompt);
    // Whoever prompts while a run is at work is refused: that run is still what there is to wait for.
    if (this.#running !== null) {
      const before = this.#work;
      this.#work = Promise.allSettled([before, answer]);
    }
    return answer;
  }

  async #answer(prompt: string): Promise<PromptResponse> {
    if (this.#running !== null) throw RequestError.invalidRequest({}, 'a prompt is still being worked on');
    if (prompt.trim() === '') throw RequestError.invalidParams({}, 'the prompt is empty');
    const stop = new AbortController();
    this.#running = stop;
    try {
      const outcome = await this.#run(prompt, stop.signal);
      this.#tell([ending(outcome)]);
      await this.#sent;
      return { stopReason: stop.signal.aborted ? 'cancelled' : stopReasonOf(outcome.status), _meta: metaOf(outcome) };
    } catch (error) {
      if (stop.signal.aborted) return { stopReason: 'cancelled' };
      throw asRequestError(error);
    } finally {
      this.#running = null;
    }
  }

  /** Stops the run; everything done by then is recorded. */
  cancel(): void {
    this.#running?.abort(new MonkeyError('command.failed', 'cancelled in the editor'));
  }

  async #run(prompt: string, signal: AbortSignal): Promise<Outcome> {
    const { id, client, engine, taskOf, expanded } = this.#parts;
    const chosen = this.#model === null ? {} : { model: this.#model };
    const task = await expanded({ ...taskOf(prompt), permissionMode: this.#mode, ...chosen }, this.#model !== null);
    const editor = editorFiles(client, id, this.#parts.capabilities);
    const tell = async (updates: readonly SessionUpdate[]): Promise<void> => {
      this.#tell(updates);
      await this.#sent;
    };
    const report = await engine.run(
      task,
      { kind: 'resume', sessionId: id },
      {
        // The editor knows what was typed.
        onEvent: (event) => {
          if (event.type !== 'message.added') this.#tell(this.#updates.of(event));
        },
        gate: editorGate({ client, sessionId: id, updates: this.#updates, tell }),
        signal,
        permissionMode: () => this.#mode,
        approvePlan: async () => {
          const mode = await askPlan({ client, sessionId: id, tell, signal });
          this.#mode = mode ?? this.#mode;
          return mode === undefined ? 'not-now' : 'carry-out';
        },
        ...(editor === undefined ? {} : { editor }),
      },
    );
    return report.outcome;
  }

  #tell(updates: readonly SessionUpdate[]): void {
    const { client, id } = this.#parts;
    for (const update of updates)
      this.#sent = this.#sent
        .then(() => client.notify(methods.client.session.update, { sessionId: id, update }))
        // The editor is gone: the run ends by the connection's own end.
        .catch(() => undefined);
  }
}

const stops: Partial<Readonly<Record<RunStatus, StopReason>>> = {
  interrupted: 'cancelled',
  limit: 'max_turn_requests',
  'out-of-budget': 'max_turn_requests',
};

function stopReasonOf(status: RunStatus): StopReason {
  return stops[status] ?? 'end_turn';
}

/** How it ended, as the last words in the conversation. */
function ending(outcome: Outcome): SessionUpdate {
  const cost = outcome.costMicroUsd === null ? '' : ` · ${formatMicroUsd(outcome.costMicroUsd)}`;
  const files = outcome.changes.length === 0 ? '' : ` · ${outcome.changes.length} files changed`;
  const words = `\n\n**${outcome.status}**: ${outcome.reason}${files}${cost}`;
  return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: words } };
}

function metaOf({ status, reason, costMicroUsd, changes, receipts }: Outcome): Record<string, unknown> {
  return { monkey: { status, reason, costMicroUsd, changes, receipts } };
}

/** A failure in the protocol's words: a missing key asks to sign in, the rest says what to do. */
export function asRequestError(error: unknown): unknown {
  if (!(error instanceof MonkeyError)) return error;
  const { code, message, advice } = error;
  const data = { code, advice };
  const words = advice === '' ? message : `${message}. ${advice}`;
  if (code === 'auth.missing-key') return RequestError.authRequired(data, words);
  if (code === 'session.not-found') return new RequestError(-32002, words, data);
  return RequestError.invalidRequest(data, words);
}
