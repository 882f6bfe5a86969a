// A chain of models behind one face: when one fails, the next one answers.
//
// Each call begins with the first candidate that may be asked now. A failure that another model may not share moves on to the
// next; after the last the chain is gone through again, with full jitter or as long as a provider asked, until the rounds, the
// deadline or the candidates are used up. What had streamed is thrown away with a `restart` event, or the call fails, or (plain
// text, where that is declared and the next one takes it) the next one is handed the beginning and goes on: two answers are never
// spliced. A candidate whose failure will not go away (a wrong key, a prompt too long) is not asked again.
import type { ModelEvent, ModelFailure, ModelRequest, ModelTerminalEvent } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel, ModelIdentity } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';
import { Continuation } from './continuation.ts';

/** One model of a chain, with its own retry, budget and breaker around it. */
export interface Candidate {
  readonly model: LanguageModel;
  /** How it is told apart in messages, `openai/gpt-5 (key …ab12)`. */
  readonly name: string;
  /** When it may be asked (milliseconds since 1970): a breaker is open or a rate limit used up until then. Absent: always. */
  readonly availableAt?: (request: ModelRequest) => number;
  /** It goes on with an answer whose beginning it is given as the last message (prefill). */
  readonly canContinue?: boolean;
}

/** Another candidate than before answers. */
export interface TakeOver {
  readonly from: string;
  readonly to: string;
  readonly identity: ModelIdentity;
  /** Why the first choice did not answer; undefined when it was not asked. */
  readonly failure: ModelFailure | undefined;
  /** It went on with what another had begun to say. */
  readonly isContinuation: boolean;
}

/** How to fail over. Times in milliseconds. */
export interface FailoverOptions {
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Waits; resolves early, without throwing, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How often the chain is gone through; default 4. */
  readonly rounds?: number;
  /** Moment (of `now`) after which nobody is asked again; default ten minutes from the beginning of the call. */
  readonly deadline?: number;
  /**
   * What to do when content came already: ask the next after a `restart` event (agent turns), fail (somebody else's stream that
   * is passed on), or let the next one go on where it takes plain text to go on from, else `restart`. Default `restart`.
   */
  readonly afterContent?: 'restart' | 'fail' | 'continue';
  /** Hears when the one that answers changes. */
  readonly onTakeOver?: (takeOver: TakeOver) => void;
}

const defaultRounds = 4;
const defaultPatienceMs = 600_000;
const firstDelayMs = 500;

/** Puts a chain behind one face; `identity` is the first one's. `end.model` names who answered. */
export function failingOver(candidates: readonly [Candidate, ...Candidate[]], options: FailoverOptions): LanguageModel {
  let answering: Candidate = candidates[0];
  const onAnswer: ChainOptions['onAnswer'] = (candidate, failure, isContinuation) => {
    if (candidate === answering && !isContinuation) return;
    options.onTakeOver?.({
      from: answering.name,
      to: candidate.name,
      identity: candidate.model.identity,
      failure: candidate === candidates[0] ? undefined : failure,
      isContinuation,
    });
    answering = candidate;
  };
  return {
    identity: candidates[0].model.identity,
    stream: (request, { signal }) => new ChainCall(candidates, request, signal, { ...options, onAnswer }).events(),
  };
}

interface ChainOptions extends FailoverOptions {
  readonly onAnswer: (candidate: Candidate, failure: ModelFailure | undefined, isContinuation: boolean) => void;
}

interface Failed {
  readonly failure: ModelFailure;
  readonly at: number;
  readonly event: Extract<ModelEvent, { type: 'error' }>;
}

type Step =
  | { readonly kind: 'ask'; readonly candidate: Candidate }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'stop'; readonly event: ModelTerminalEvent };

const stop = (event: ModelTerminalEvent): Step => ({ kind: 'stop', event });

/** One call going through the chain. */
class ChainCall {
  readonly #candidates: readonly [Candidate, ...Candidate[]];
  readonly #request: ModelRequest;
  readonly #signal: AbortSignal;
  readonly #options: ChainOptions;
  readonly #deadline: number;
  readonly #failed = new Map<Candidate, Failed>();
  #alive: Candidate[];
  #untried: Candidate[];
  #round = 1;
  #attempt = 1;
  #paid: number | undefined;
  #unannounced: ModelFailure | undefined;
  readonly #said = new Continuation();

  constructor(
    candidates: readonly [Candidate, ...Candidate[]],
    request: ModelRequest,
    signal: AbortSignal,
    options: ChainOptions,
  ) {
    this.#candidates = candidates;
    this.#request = request;
    this.#signal = signal;
    this.#options = options;
    this.#alive = [...candidates];
    this.#untried = [...candidates];
    this.#deadline = options.deadline ?? options.now() + defaultPatienceMs;
  }

  async *events(): AsyncGenerator<ModelEvent> {
    for (;;) {
      const step = this.#signal.aborted ? stop(cancelled()) : this.#next();
      if (step.kind === 'stop') {
        yield this.#withCost(step.event);
        return;
      }
      yield* this.#announce(step);
      if (step.kind === 'wait') await this.#options.sleep(step.ms, this.#signal);
      else if (yield* this.#ask(step.candidate)) return;
    }
  }

  /** What was said so far is thrown away before somebody else is asked, unless that one goes on with it. */
  *#announce(step: Step): Generator<ModelEvent> {
    const failure = this.#unannounced;
    if (failure === undefined || (step.kind === 'ask' && this.#goesOn(step.candidate))) return;
    this.#unannounced = undefined;
    this.#said.reset();
    yield this.#restart(failure, step.kind === 'wait' ? step.ms : 0);
  }

  #goesOn(candidate: Candidate): boolean {
    const isWanted = this.#options.afterContent === 'continue' && candidate.canContinue === true;
    return isWanted && this.#unannounced !== undefined && this.#said.isPossible;
  }

  /** What comes next. Nobody is asked before their time while somebody else may be asked now. */
  #next(): Step {
    const now = this.#options.now();
    const candidate = this.#untried.find((one) => this.#availableAt(one) <= now);
    if (candidate !== undefined) return { kind: 'ask', candidate };
    const isLastRound = this.#round >= (this.#options.rounds ?? defaultRounds);
    if (this.#alive.length === 0 || isLastRound) return stop(this.#lastWord());
    const at = Math.min(...this.#alive.map((one) => this.#readyAt(one)));
    if (at > this.#deadline) return stop(this.#lastWord());
    this.#round += 1;
    this.#untried = [...this.#alive];
    return { kind: 'wait', ms: Math.max(0, Math.ceil(at - now)) };
  }

  #availableAt(candidate: Candidate): number {
    return candidate.availableAt?.(this.#request) ?? Number.NEGATIVE_INFINITY;
  }

  /** When a candidate is worth asking again: as it or its provider said, else after a delay with full jitter. */
  #readyAt(candidate: Candidate): number {
    const available = this.#availableAt(candidate);
    const failed = this.#failed.get(candidate);
    if (failed === undefined) return Math.max(available, this.#options.now());
    const backoff = this.#options.random() * firstDelayMs * 2 ** (this.#round - 1);
    return Math.max(available, failed.at + (failed.failure.retryAfterMs ?? backoff), this.#options.now());
  }

  /** Asks one candidate and passes on what it says; true when the call is over. */
  async *#ask(candidate: Candidate): AsyncGenerator<ModelEvent, boolean> {
    this.#untried = this.#untried.filter((one) => one !== candidate);
    const isContinuation = this.#goesOn(candidate);
    this.#unannounced = undefined;
    const own = { ...this.#request, model: candidate.model.identity.model };
    const request = isContinuation ? this.#said.continued(own) : own;
    let hadContent = false;
    for await (const event of candidate.model.stream(request, { signal: this.#signal })) {
      if (event.type === 'end' || event.type === 'error') {
        const isOver = this.#hear(candidate, event, { hadContent, isContinuation });
        if (isOver) yield this.#withCost(this.#said.whole(event));
        return isOver;
      }
      hadContent ||= event.type !== 'start' && event.type !== 'restart';
      yield* this.#passOn(event);
    }
    throw new Error('a model stream ended without a terminal event');
  }

  *#passOn(event: ModelEvent): Generator<ModelEvent> {
    if (event.type === 'restart') {
      this.#said.reset();
      yield this.#restart(event.failure, event.delayMs);
      return;
    }
    const passed = this.#said.pass(event);
    if (passed !== undefined) yield passed;
  }

  /** Takes note of how a candidate ended; true when the call is over with that. */
  #hear(
    candidate: Candidate,
    event: ModelTerminalEvent,
    { hadContent, isContinuation }: { readonly hadContent: boolean; readonly isContinuation: boolean },
  ): boolean {
    if (event.type === 'end') {
      this.#options.onAnswer(candidate, this.#failed.get(this.#candidates[0])?.failure, isContinuation);
      return true;
    }
    if (this.#isOver(candidate, event.failure, hadContent)) return true;
    this.#said.brokeOff(event);
    this.#noteFailure(candidate, { failure: event.failure, at: this.#options.now(), event });
    return false;
  }

  /** A stand-in that cannot pay or cannot take the request does not end what the first choice began. */
  #isOver(candidate: Candidate, failure: ModelFailure, hadContent: boolean): boolean {
    if (failure.code === 'cancelled') return true;
    if (hadContent && this.#options.afterContent === 'fail') return true;
    return !failure.failover && (candidate === this.#candidates[0] || this.#candidates.length === 1);
  }

  #noteFailure(candidate: Candidate, failed: Failed): void {
    const { costMicroUsd } = failed.event;
    if (costMicroUsd !== undefined) this.#paid = (this.#paid ?? 0) + costMicroUsd;
    this.#failed.set(candidate, failed);
    this.#unannounced = failed.failure;
    if (!failed.failure.retry) this.#alive = this.#alive.filter((one) => one !== candidate);
  }

  #restart(failure: ModelFailure, delayMs: number): ModelEvent {
    this.#attempt += 1;
    return { type: 'restart', failure, attempt: this.#attempt, delayMs };
  }

  /** The first choice's failure speaks for the chain; what the others said is added. */
  #lastWord(): ModelTerminalEvent {
    const all = this.#candidates.flatMap((candidate) => {
      const failed = this.#failed.get(candidate);
      return failed === undefined ? [] : [{ name: candidate.name, ...failed }];
    });
    const [first, ...others] = all;
    if (first === undefined) return errorEvent(this.#nobody());
    const rest = others.map(({ name, failure }) => `${name}: ${failure.message}`).join('; ');
    const message = rest === '' ? first.failure.message : `${first.name}: ${first.failure.message}; ${rest}`;
    const partial = all.reduce((latest, one) => (one.at >= latest.at ? one : latest), first).event;
    const { costMicroUsd: _counted, ...bare } = partial;
    return { ...bare, failure: { ...first.failure, message: message.slice(0, 2000) } };
  }

  #nobody(): ModelFailure {
    const at = Math.min(...this.#candidates.map((one) => this.#availableAt(one)));
    const retryAfterMs = Math.max(0, Math.ceil(at - this.#options.now()));
    const names = this.#candidates.map((one) => one.name).join(', ');
    const when = new Date(this.#options.now() + retryAfterMs).toISOString();
    return modelFailure('overloaded', `none of ${names} may be asked before ${when}`, { retryAfterMs });
  }

  #withCost(event: ModelTerminalEvent): ModelTerminalEvent {
    return this.#paid === undefined ? event : { ...event, costMicroUsd: (event.costMicroUsd ?? 0) + this.#paid };
  }
}

function cancelled(): ModelTerminalEvent {
  return errorEvent(modelFailure('cancelled', 'the call was cancelled'));
}

function errorEvent(failure: ModelFailure): ModelTerminalEvent {
  return { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage };
}
