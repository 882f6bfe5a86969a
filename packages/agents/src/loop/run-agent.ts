// The loop of one agent: ask the model, run its calls, again, until there is nothing left to do or a limit is met.
//
// Order of a turn: limits → what changed outside → steering → `model.started` → stream → `model.ended` → calls one after the other (permission →
// snapshot → `tool.started` → run → `file.changed` → `tool.ended`) → their results as one message. The history only grows.
import { type Message, type ModelFailure, messageText, toolCalls, userMessage } from '@monkey-coder/protocol';
import { nestedInstructions } from '../context/nested-instructions.ts';
import { toolDeclarations } from '../tools/json-schema.ts';
import type { AgentOptions, AgentResult, AgentStop } from './agent.ts';
import { goOnBy } from './hook-step.ts';
import { askModel, type Turn } from './model-turn.ts';
import { outsideNote } from './outside-changes.ts';
import { makeRoom } from './relieve-step.ts';
import { finishOpenCalls } from './resume.ts';
import { createRunContext, notice, type RunContext } from './run-context.ts';
import { runCalls } from './tool-batch.ts';

/** Denials in a row, without any success between, after which going on is pointless. */
const maxDenials = 5;

/** Runs one agent until it stops. Throws only for bugs and for a log that cannot be written. */
export async function runAgent(options: AgentOptions): Promise<AgentResult> {
  const clock = new AbortController();
  const left = options.startedAt + options.limits.maxDurationMs - options.now();
  const timer = setTimeout(() => clock.abort(), Math.min(Math.max(0, left), 2 ** 31 - 1));
  timer.unref();
  try {
    return await new AgentLoop(options, AbortSignal.any([options.signal, clock.signal])).run();
  } finally {
    clearTimeout(timer);
  }
}

/** One run; owns the growing history. */
class AgentLoop {
  readonly #options: AgentOptions;
  readonly #run: RunContext;
  readonly #tools: ReturnType<typeof toolDeclarations>;
  #messages: readonly Message[];
  #turns: number;
  #nudged = false;
  /** How often hooks did not let it stop. */
  #objections = 0;
  readonly #visited = new Set<string>();

  constructor(options: AgentOptions, signal: AbortSignal) {
    this.#options = options;
    this.#run = createRunContext(options, signal);
    this.#tools = toolDeclarations(options.tools);
    this.#messages = options.state.messages;
    this.#turns = options.state.turns;
  }

  async run(): Promise<AgentResult> {
    this.#messages = await finishOpenCalls(this.#run, this.#messages);
    let stop = this.#run.signal.aborted ? this.#aborted() : this.#alreadyFinished();
    while (stop === undefined) stop = await this.#step();
    const { seen, noted, todos, grantedRules, pins, tokenFactor } = this.#run;
    const kept = { seen, noted, todos, grantedRules, pins, tokenFactor };
    return { stop, state: { messages: this.#messages, openCalls: [], turns: this.#turns, ...kept } };
  }

  /** A history that ends with an answer without calls has nothing left to ask. */
  #alreadyFinished(): AgentStop | undefined {
    const last = this.#messages.at(-1);
    if (last?.role !== 'assistant' || toolCalls(last).length > 0) return undefined;
    return this.#finish(last);
  }

  async #step(): Promise<AgentStop | undefined> {
    const limit = this.#limit();
    if (limit !== undefined) return limit;
    await this.#tellOutsideChanges();
    this.#steer();
    const turn = await this.#ask();
    if (turn.kind === 'failed') return this.#failed(turn.failure);
    if (turn.message.parts.length > 0) this.#messages = [...this.#messages, turn.message];
    const calls = toolCalls(turn.message);
    if (calls.length === 0) return this.#answered(turn);
    this.#messages = [...this.#messages, await runCalls(this.#run, calls)];
    await this.#addNestedInstructions();
    return this.#afterCalls();
  }

  /** Makes room first where it is needed, and once more where the provider finds the request too long all the same. */
  async #ask(): Promise<Turn> {
    this.#turns += 1;
    const input = { tools: this.#tools, turn: this.#turns };
    const reason = this.#options.takeReliefRequest?.() ? 'asked' : 'window';
    this.#messages = await makeRoom(this.#run, { ...input, messages: this.#messages }, reason);
    const turn = await askModel(this.#run, { ...input, messages: this.#messages });
    if (turn.kind === 'answered' || turn.failure.code !== 'context_length') return turn;
    const relieved = await makeRoom(this.#run, { ...input, messages: this.#messages }, 'overflow');
    if (relieved === this.#messages) return turn;
    this.#messages = relieved;
    return askModel(this.#run, { ...input, messages: relieved });
  }

  #limit(): AgentStop | undefined {
    const { limits, startedAt, now } = this.#options;
    if (this.#run.signal.aborted) return this.#aborted();
    if (now() - startedAt >= limits.maxDurationMs) return { kind: 'time-limit' };
    return this.#turns >= limits.maxTurns ? { kind: 'turn-limit' } : undefined;
  }

  #aborted(): AgentStop {
    return this.#options.signal.aborted ? { kind: 'interrupted' } : { kind: 'time-limit' };
  }

  #failed(failure: ModelFailure): AgentStop {
    if (this.#run.signal.aborted) return this.#aborted();
    if (failure.code === 'budget') return { kind: 'budget', message: failure.message };
    return { kind: 'model-failed', code: failure.code, message: failure.message };
  }

  #steer(): boolean {
    const texts = this.#options.takeSteering();
    for (const text of texts) this.#add(userMessage(text, 'steering'), 'steering');
    return texts.length > 0;
  }

  async #tellOutsideChanges(): Promise<void> {
    const note = await outsideNote(this.#run);
    if (note !== undefined) this.#add(userMessage(note.text, 'system'), 'system', { noted: { ...note.noted } });
  }

  #add(message: Message, origin: 'steering' | 'system', more: { noted?: Record<string, string | null> } = {}): void {
    this.#options.record({ type: 'message.added', message, origin, ...more });
    this.#messages = [...this.#messages, message];
  }

  /** An answer without calls: finished, unless it was cut, empty, or the user typed something meanwhile. */
  async #answered(turn: Extract<Turn, { kind: 'answered' }>): Promise<AgentStop | undefined> {
    if (turn.finishReason === 'content-filter') {
      return { kind: 'model-failed', code: 'content_policy', message: 'the provider withheld the answer' };
    }
    const isEmpty = messageText(turn.message).trim() === '';
    const isCut = turn.finishReason === 'length';
    if ((isCut || isEmpty) && !this.#nudged) {
      this.#nudged = true;
      this.#add(userMessage(isCut ? cutNudge : emptyNudge, 'system'), 'system');
      return undefined;
    }
    if (isCut) this.#options.record(notice('answer.cut', 'The answer was cut at the output limit.'));
    if (this.#steer()) return undefined;
    const objection = await goOnBy(this.#run, this.#objections);
    if (objection === undefined) return this.#finish(turn.message);
    this.#objections += 1;
    this.#add(userMessage(objection, 'system'), 'system');
    return undefined;
  }

  #finish(message: Message): AgentStop {
    return { kind: 'finished', text: messageText(message) };
  }

  async #addNestedInstructions(): Promise<void> {
    const touched = [...this.#run.touched];
    this.#run.touched.clear();
    const { workspace, system } = this.#options;
    const found = await nestedInstructions({
      workspace,
      system,
      messages: this.#messages,
      touched,
      visited: this.#visited,
    });
    for (const text of found.notices) this.#options.record(notice('instructions', text));
    if (found.text !== undefined) this.#add(userMessage(found.text, 'system'), 'system');
  }

  #afterCalls(): AgentStop | undefined {
    const { loop, denials, lastDenial, signal } = this.#run;
    if (signal.aborted) return this.#aborted();
    if (loop !== undefined)
      return { kind: 'loop', message: `the same call gave the same result again and again: ${loop}` };
    if (denials >= maxDenials) return { kind: 'denied', message: lastDenial };
    return undefined;
  }
}

const cutNudge = 'Your answer was cut off at the output limit. Go on exactly where it stopped.';
const emptyNudge = 'Your answer was empty. Go on with the task, or say what came of it.';
