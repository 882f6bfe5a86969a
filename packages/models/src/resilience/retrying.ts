// Retries around a model: full jitter (Brooker, AWS 2015), the provider's Retry-After in full, never past the deadline.
import type {
  ModelErrorCode,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ModelTerminalEvent,
} from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';

/** How to retry. Times in milliseconds. */
export interface RetryOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Waits; resolves early, without throwing, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** Calls in all, the first included; default 4. */
  readonly maxAttempts?: number;
  /** Moment (of `now`) after which no attempt starts; a function when it moves. */
  readonly deadline?: number | (() => number | undefined);
  /** Longest single wait, also inside the deadline; default 10 minutes when there is no deadline. */
  readonly maxWaitMs?: number;
  /** When the provider takes calls again, as its headers told (of `now`): a rate limit without a Retry-After is waited out until then. */
  readonly notBefore?: () => number;
  /** Failures that are not waited out because somebody else can be asked. */
  readonly giveUpOn?: readonly ModelErrorCode[];
  /** What to do when content came already: ask again after a `restart` event (agent turns), or fail. Default `restart`. */
  readonly afterContent?: 'restart' | 'fail';
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;
const defaultAttempts = 4;
const defaultMaxWaitMs = 600_000;

/** Repeats failed calls that may succeed later. Each new attempt is announced by a `restart` event before the wait. */
export function retrying(options: RetryOptions): ModelDecorator {
  return (inner) => ({
    identity: inner.identity,
    stream: (request, { signal }) => runRetrying(inner, request, signal, options),
  });
}

async function* runRetrying(
  inner: LanguageModel,
  request: ModelRequest,
  signal: AbortSignal,
  options: RetryOptions,
): AsyncGenerator<ModelEvent> {
  let paid: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const { failed, hadContent } = yield* runOnce(inner.stream(request, { signal }), paid);
    if (failed === undefined) return;
    const decision = decideRetry(failed.failure, { attempt, hadContent, now: options.now() }, options);
    if (decision.kind === 'give-up') {
      yield withCost({ ...failed, failure: decision.failure }, paid);
      return;
    }
    if (failed.costMicroUsd !== undefined) paid = (paid ?? 0) + failed.costMicroUsd;
    yield { type: 'restart', failure: failed.failure, attempt: attempt + 1, delayMs: decision.delayMs };
    await options.sleep(decision.delayMs, signal);
    if (signal.aborted) {
      yield withCost(cancelled(), paid);
      return;
    }
  }
}

interface AttemptOutcome {
  readonly failed: Extract<ModelEvent, { type: 'error' }> | undefined;
  readonly hadContent: boolean;
}

/** Passes on one attempt, all but its failure. */
async function* runOnce(
  events: AsyncIterable<ModelEvent>,
  paid: number | undefined,
): AsyncGenerator<ModelEvent, AttemptOutcome> {
  let hadContent = false;
  let failed: AttemptOutcome['failed'];
  for await (const event of events) {
    if (event.type === 'error') failed = event;
    else if (event.type === 'end') yield withCost(event, paid);
    else {
      hadContent ||= event.type !== 'start' && event.type !== 'restart';
      yield event;
    }
  }
  return { failed, hadContent };
}

function withCost(event: ModelTerminalEvent, paid: number | undefined): ModelTerminalEvent {
  return paid === undefined ? event : { ...event, costMicroUsd: (event.costMicroUsd ?? 0) + paid };
}

function cancelled(): ModelTerminalEvent {
  const failure = modelFailure('cancelled', 'the call was cancelled while waiting to try again');
  return { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage };
}

/** Whether to try again, and after how long. */
export type RetryDecision =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'give-up'; readonly failure: ModelFailure };

/** Decides about one failure; pure but for `random`. */
export function decideRetry(
  failure: ModelFailure,
  state: { readonly attempt: number; readonly hadContent: boolean; readonly now: number },
  options: RetryOptions,
): RetryDecision {
  const giveUp = (why: string): RetryDecision => ({
    kind: 'give-up',
    failure: why === '' ? failure : { ...failure, message: `${failure.message} (${why})` },
  });
  if (!failure.retry || options.giveUpOn?.includes(failure.code)) return giveUp('');
  if (state.hadContent && options.afterContent === 'fail') return giveUp('');
  if (state.attempt >= (options.maxAttempts ?? defaultAttempts))
    return giveUp(`given up after ${state.attempt} attempts`);
  const delayMs = Math.max(delayOf(failure, state.attempt, options.random), toldMs(failure, state.now, options));
  const deadline = typeof options.deadline === 'function' ? options.deadline() : options.deadline;
  const patience = options.maxWaitMs ?? (deadline === undefined ? defaultMaxWaitMs : Number.POSITIVE_INFINITY);
  const latest = Math.min(deadline ?? Number.POSITIVE_INFINITY, state.now + patience);
  if (state.now + delayMs <= latest) return { kind: 'retry', delayMs };
  const until = new Date(state.now + delayMs).toISOString();
  return giveUp(`the next try would be in ${Math.ceil(delayMs / 1000)} s, at ${until}, past the time limit`);
}

function toldMs(failure: ModelFailure, now: number, { notBefore }: RetryOptions): number {
  const isOpen = failure.code === 'rate_limit' && failure.retryAfterMs === undefined;
  return isOpen && notBefore !== undefined ? Math.ceil(notBefore() - now) : 0;
}

/** Full jitter under a doubling bound; a Retry-After is waited in full, with up to a tenth (1 s at most) on top. */
function delayOf(failure: ModelFailure, attempt: number, random: () => number): number {
  const asked = failure.retryAfterMs;
  if (asked !== undefined) return Math.round(asked + random() * Math.min(1000, asked / 10));
  return Math.round(random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)));
}

/** Waits on a timer; resolves early when the signal aborts. The usual `sleep` of composition. */
export function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
