// One task after another in one session, as the engine runs them: what is asked, what steers, what is allowed, what interrupts.
import type { Elicitation, ElicitationAnswer, Gate, GateAnswer, GateQuestion } from '@monkey-coder/agents';
import { type Engine, type RunReport, refuseBadSchema, type SessionChoice } from '@monkey-coder/engine';
import { type Event, exitCodeOf, exitCodes, type PermissionMode, type Task } from '@monkey-coder/protocol';

/** How the conversation tells what happens. */
export interface ConversationEvents {
  onEvent(event: Event): void;
  onReport(report: RunReport): void;
  onFailure(thrown: unknown): void;
  /** What was typed too late to steer is the next prompt. */
  onLatePrompt(text: string): void;
  /** Work began, ended, or something was queued. */
  onChange(): void;
  /** Asks a person; the signal says that nobody needs to answer any more. */
  ask(question: GateQuestion, signal: AbortSignal): Promise<GateAnswer>;
  /** Puts a form of an MCP server to the person. */
  elicit(question: Elicitation, signal: AbortSignal): Promise<ElicitationAnswer>;
  /** Asks in which mode the plan that was made is carried out; undefined: not now. */
  askPlan(signal: AbortSignal): Promise<PermissionMode | undefined>;
}

/** What it runs on. */
export interface ConversationOptions {
  readonly engine: Engine;
  readonly session: SessionChoice;
  readonly permissionMode: PermissionMode;
  readonly model: string | undefined;
  /** Makes the task of a prompt; mode and model are put in by the conversation. */
  readonly taskOf: (prompt: string, session: SessionChoice) => Promise<Task>;
  readonly events: ConversationEvents;
}

/** A conversation. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #gate: Gate;
  #session: SessionChoice;
  #steering: string[] = [];
  #controller: AbortController | undefined;
  #wantsRelief = false;
  mode: PermissionMode;
  model: string | undefined;
  exitCode = 0;
  /** When the run began; 0 when none is at work. */
  startedAt = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#session = options.session;
    this.mode = options.permissionMode;
    this.model = options.model;
    this.#gate = {
      available: true,
      ask: (question, { signal, deadlineMs }) =>
        options.events.ask(
          question,
          deadlineMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
        ),
    };
  }

  get isRunning(): boolean {
    return this.#controller !== undefined;
  }

  get session(): SessionChoice {
    return this.#session;
  }

  /** Id of the session; undefined before the first run. */
  get sessionId(): string | undefined {
    return 'sessionId' in this.#session ? this.#session.sessionId : undefined;
  }

  /** What was typed and not taken yet. */
  get queued(): readonly string[] {
    return this.#steering;
  }

  /** Goes on in another session. */
  use(session: SessionChoice): void {
    this.#session = session;
  }

  /** Room is made in the conversation before the next request to the model. */
  askRelief(): void {
    this.#wantsRelief = true;
  }

  /** Whether room was asked for and not made yet. */
  get isReliefAsked(): boolean {
    return this.#wantsRelief;
  }

  /** Text for the agent at work, taken before its next step. */
  steer(text: string): void {
    this.#steering.push(text);
    this.#options.events.onChange();
  }

  /** Takes back what was not taken yet, to be written anew. */
  takeQueued(): string {
    return this.#steering.splice(0).join('\n');
  }

  /** Stops the run with everything recorded; false when none is at work. */
  interrupt(): boolean {
    if (this.#controller === undefined || this.#controller.signal.aborted) return false;
    this.#controller.abort();
    return true;
  }

  /** Runs a prompt to its end, and then whatever was typed too late to steer. An empty prompt goes on where it was cut short. */
  async submit(prompt: string, startedAt: number): Promise<void> {
    let next: string | undefined = prompt;
    while (next !== undefined) {
      const wasAborted = await this.#run(next, startedAt);
      const late = wasAborted ? '' : this.takeQueued();
      if (late !== '') this.#options.events.onLatePrompt(late);
      next = late === '' ? undefined : late;
    }
  }

  /** Whether it was interrupted. */
  async #run(prompt: string, startedAt: number): Promise<boolean> {
    const { engine, events, taskOf } = this.#options;
    const controller = new AbortController();
    this.#controller = controller;
    this.startedAt = startedAt;
    events.onChange();
    try {
      const task = this.#task(await taskOf(prompt, this.#session));
      if (task.outputSchema) await refuseBadSchema(task.outputSchema);
      const report = await engine.run(task, this.#session, {
        onEvent: events.onEvent,
        gate: this.#gate,
        elicit: events.elicit,
        signal: controller.signal,
        takeSteering: () => this.#takeSteering(),
        permissionMode: () => this.mode,
        approvePlan: (_plan, signal) => this.#approvePlan(signal),
        takeReliefRequest: () => this.#takeReliefRequest(),
      });
      if (this.#session.kind !== 'ephemeral') this.#session = { kind: 'resume', sessionId: report.sessionId };
      this.exitCode = controller.signal.aborted ? exitCodes.interrupted : exitCodeOf(report.outcome.status);
      events.onReport(report);
    } catch (thrown) {
      events.onFailure(thrown);
    } finally {
      this.#controller = undefined;
      this.startedAt = 0;
      events.onChange();
    }
    return controller.signal.aborted;
  }

  #task(task: Task): Task {
    const model = this.model === undefined ? {} : { model: this.model };
    return { ...task, ...model, permissionMode: this.mode };
  }

  async #approvePlan(signal: AbortSignal): Promise<'carry-out' | 'not-now'> {
    const mode = await this.#options.events.askPlan(signal);
    if (mode === undefined || mode === 'plan') return 'not-now';
    this.mode = mode;
    return 'carry-out';
  }

  #takeSteering(): readonly string[] {
    const texts = this.#steering.splice(0);
    if (texts.length > 0) this.#options.events.onChange();
    return texts;
  }

  #takeReliefRequest(): boolean {
    const isAsked = this.#wantsRelief;
    this.#wantsRelief = false;
    return isAsked;
  }
}
