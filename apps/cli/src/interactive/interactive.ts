// `monkey` without a prompt, at a terminal: begins, lets the person work, and gives the terminal back however it ends.
import type { GateAnswer, GateQuestion } from '@monkey-coder/agents';
import type { RunReport } from '@monkey-coder/engine';
import { type Event, exitCodes, type PermissionMode } from '@monkey-coder/protocol';
import { loadLexer } from '../screen/markdown.ts';
import { AppState } from './app.ts';
import { textBlock, userBlock } from './blocks.ts';
import { Conversation } from './conversation.ts';
import { askForm, showPanel } from './form-panel.ts';
import { type InteractiveHost, isTmux } from './host.ts';
import { KeyRouter } from './key-router.ts';
import { loadBranch, loadFiles, missingKey, windowOf } from './lookups.ts';
import { notification } from './notify.ts';
import { PermissionPanel } from './permission-panel.ts';
import { type Choice, createPicker } from './picker.ts';
import { ProposedDiffs } from './proposed-diff.ts';
import { showAgain } from './session-commands.ts';
import { SlashRunner } from './slash-runner.ts';
import { welcomeBlock } from './welcome.ts';

/** A person who typed so lately looks at the screen. */
const lookingMs = 8_000;
/** A run that is stopped by a signal may take so long to write down its end. */
const stopMs = 3_000;

const planChoices: readonly Choice<PermissionMode>[] = [
  { label: 'not yet', detail: 'go on planning', value: 'plan' },
  { label: 'yes, asking', detail: 'before edits and commands', value: 'default' },
  { label: 'yes, accept edits', detail: 'asking before commands', value: 'acceptEdits' },
  { label: 'yes, auto', detail: 'what the sandbox bounds', value: 'auto' },
];

/** Lets a person work until they leave; resolves to the exit code. */
export async function openInteractive(host: InteractiveHost): Promise<number> {
  const app = new InteractiveApp(host);
  return await app.run();
}

class InteractiveApp {
  readonly #state: AppState;
  readonly #host: InteractiveHost;
  readonly #diffs: ProposedDiffs;
  readonly #slash: SlashRunner;
  readonly #router: KeyRouter;
  #leave: (code: number | undefined) => void = () => undefined;
  #ending: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(host: InteractiveHost) {
    this.#host = host;
    this.#diffs = new ProposedDiffs(host.cwd);
    this.#state = new AppState(host, (input) => this.#router.onInput(input));
    this.#state.conversation = this.#makeConversation();
    this.#slash = new SlashRunner(this.#state, () => this.#leave(undefined));
    this.#router = new KeyRouter(this.#state, {
      submit: (text) => this.#submit(text),
      leave: () => this.#leave(undefined),
    });
  }

  async run(): Promise<number> {
    const left = new Promise<number | undefined>((resolve) => {
      this.#leave = resolve;
    });
    const release = this.#hold();
    try {
      this.#begin();
      const code = await left;
      await this.#stop();
      return code ?? this.#ending ?? this.#state.conversation.exitCode;
    } finally {
      release();
    }
  }

  /** Takes the terminal; what is returned gives it back, and runs at any other end of the process too. */
  #hold(): () => void {
    const { stdout, world } = this.#host;
    const onResize = (): void => this.#state.resized();
    const onSignal = (): void => {
      this.#ending = exitCodes.terminated;
      this.#leave(exitCodes.terminated);
    };
    const onContinue = (): void => this.#router.resume();
    const restore = (): void => {
      this.#state.close();
      this.#state.terminal.release(this.#state.screen.leaving());
    };
    const onCrash = (): void => restore();
    stdout.on('resize', onResize);
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(name, onSignal);
    process.on('SIGCONT', onContinue);
    process.on('exit', restore);
    process.on('uncaughtExceptionMonitor', onCrash);
    world.stdin.once('end', onSignal);
    world.stdin.once('error', onSignal);
    this.#state.terminal.hold();
    return () => {
      restore();
      stdout.off('resize', onResize);
      for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.off(name, onSignal);
      process.off('SIGCONT', onContinue);
      process.off('exit', restore);
      process.off('uncaughtExceptionMonitor', onCrash);
    };
  }

  /** First the screen, then what is nice to know. */
  #begin(): void {
    const state = this.#state;
    const { host } = state;
    state.transcript.add(welcomeBlock(host));
    for (const problem of state.bindings.problems) state.transcript.add(textBlock(problem, 'warn'));
    if (host.session.kind === 'resume') this.#showOld(host.session.sessionId);
    if (host.settings.fullscreen) state.screen.switchTo('full');
    state.draw();
    setImmediate(() => void this.#lookUp());
    if (host.goesOn) this.#start('');
  }

  #showOld(id: string): void {
    const summary = this.#host.engine.sessions.list({ cwd: this.#host.cwd }).find((session) => session.id === id);
    if (summary) showAgain({ ...this.#slash.context(), engine: this.#host.engine }, summary);
  }

  /** None of it is waited for, and nothing of it is missed when it cannot be had. */
  async #lookUp(): Promise<void> {
    const state = this.#state;
    const { host } = state;
    const quietly = async (work: Promise<unknown>): Promise<void> => {
      await work.catch(() => undefined);
      state.later();
    };
    await Promise.all([
      quietly(loadLexer().then((lexer) => Object.assign(state.view, { lexer }))),
      quietly(loadBranch(host.cwd).then((branch) => Object.assign(state, { branch }))),
      quietly(loadFiles(host.cwd).then((files) => Object.assign(state, { files }))),
      quietly(host.slashSource.prompts().then((prompts) => Object.assign(state, { prompts }))),
      quietly(
        missingKey(host).then((text) => {
          if (text !== undefined) state.show(textBlock(text, 'warn'));
        }),
      ),
    ]);
  }

  #makeConversation(): Conversation {
    const { host } = this.#state;
    return new Conversation({
      engine: host.engine,
      session: host.session,
      permissionMode: host.permissionMode,
      model: undefined,
      taskOf: host.taskOf,
      events: {
        onEvent: (event) => this.#onEvent(event),
        onReport: (report) => this.#onReport(report),
        onFailure: (thrown) => {
          this.#state.view.settle();
          this.#state.fail(thrown);
        },
        onLatePrompt: (text) => this.#state.show(userBlock(text)),
        onChange: () => this.#state.later(),
        ask: (question, signal) => this.#ask(question, signal),
        askPlan: (signal) => this.#askPlan(signal),
        elicit: (question, signal) => {
          this.#notify(`${question.server} asks`);
          return askForm(this.#state, question, signal);
        },
      },
    });
  }

  #submit(text: string): void {
    const state = this.#state;
    if (/^\/[a-zA-Z]/.test(text) && this.#slash.knows(text)) {
      void this.#slash.run(text, (prompt, shown) => this.#say(prompt, shown));
      return;
    }
    if (text !== '') this.#say(text, text);
    state.draw();
  }

  #say(prompt: string, shown: string): void {
    const { conversation } = this.#state;
    if (conversation.isRunning) {
      conversation.steer(prompt);
      return;
    }
    this.#state.show(userBlock(shown));
    this.#start(prompt);
  }

  #start(prompt: string): void {
    const { conversation, host } = this.#state;
    this.#running = conversation.submit(prompt, host.world.now());
  }

  #onEvent(event: Event): void {
    const state = this.#state;
    this.#diffs.note(event);
    state.view.note(event);
    if (event.type === 'model.started' && event.parentCallId === undefined)
      void windowOf(this.#host, event.provider, event.model).then((tokens) => {
        state.windowTokens = tokens;
      });
    state.later();
  }

  #onReport(report: RunReport): void {
    const state = this.#state;
    state.view.finish(report);
    if (!this.#ending) this.#notify(`${report.outcome.status}: ${report.outcome.reason}`);
    void loadBranch(this.#host.cwd).then((branch) => {
      state.branch = branch;
      state.later();
    });
    void loadFiles(this.#host.cwd).then((files) => {
      state.files = files;
    });
  }

  /** A plan was made: whether it is carried out, and how much is allowed for that. */
  async #askPlan(signal: AbortSignal): Promise<PermissionMode | undefined> {
    this.#notify('the plan stands: carry it out?');
    const title = 'The plan stands. Carry it out?';
    const mode = await showPanel<PermissionMode>(this.#state, signal, (onDone) =>
      createPicker({ title, choices: planChoices, onDone }),
    );
    if (mode !== undefined && mode !== 'plan') this.#state.show(userBlock('Carry out the plan.'));
    return mode;
  }

  /** Questions are asked one after the other; one that nobody needs to answer any more goes away. */
  #ask(question: GateQuestion, signal: AbortSignal): Promise<GateAnswer> {
    const state = this.#state;
    return new Promise((resolve) => {
      const answer = (given: GateAnswer): void => {
        signal.removeEventListener('abort', onAbort);
        state.removePanel(panel);
        resolve(given);
        state.draw();
      };
      const onAbort = (): void => answer({ kind: 'expired' });
      const panel = new PermissionPanel({
        question,
        diff: this.#diffs.diffOf(question.callId),
        waiting: () => state.panels.length - 1,
        onAnswer: answer,
      });
      signal.addEventListener('abort', onAbort, { once: true });
      state.pushPanel(panel, false);
      this.#notify(`allow ${question.tool}?`);
      state.draw();
    });
  }

  #notify(text: string): void {
    const { world, settings, stdout } = this.#host;
    if (world.now() - this.#state.lastKeyAt < lookingMs) return;
    stdout.write(notification(text, settings.notifications, isTmux(world)));
  }

  /** A run at work writes down its end first. */
  async #stop(): Promise<void> {
    const { conversation } = this.#state;
    if (conversation.isRunning) {
      conversation.interrupt();
      this.#state.isInterrupting = true;
      this.#state.draw();
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, stopMs).unref());
      await Promise.race([this.#running, timeout]);
    }
    this.#state.completion.close();
    this.#state.panels.splice(0);
    this.#leaveLast();
  }

  /** What is finished is printed, the editor goes away, and how to come back stands last. */
  #leaveLast(): void {
    const state = this.#state;
    if (state.screen.mode === 'full') state.toggleFull();
    const id = state.conversation.sessionId;
    const printed = state.transcript.takeUnprinted({ ...state.drawing(), isExpanded: false });
    const last = id === undefined ? [] : ['', state.theme.paint('dim', `  monkey --resume ${id}`)];
    state.screen.show({ rows: [''] }, [...printed, ...last]);
  }
}
