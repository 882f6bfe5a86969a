// A circuit breaker around a model, and the measure of each call: when the first token came, how fast the rest, how it ended.
import type { ModelErrorCode, ModelEvent, ModelRequest, ModelTerminalEvent } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/** What one call said about the health of who answered. */
export interface CallSample {
  /** End of the call, milliseconds since 1970. */
  readonly at: number;
  /** `ok`, or why it failed. */
  readonly code: ModelErrorCode | 'ok';
  /** Milliseconds until content came; null when none came. */
  readonly firstTokenMs: number | null;
  /** Milliseconds from the first content to the end. */
  readonly streamMs: number;
  readonly outputTokens: number;
}

/** What the decorator needs. */
export interface BreakingOptions {
  readonly now: () => number;
  /** Absent: nothing is refused, calls are only measured. */
  readonly breaker?: CircuitBreaker;
  /** Hears every call that ended by itself: not those its caller cancelled or left. */
  readonly onCall?: (sample: CallSample) => void;
}

/** Refuses calls while the breaker is open, with the failure that opened it, and reports how calls ended. */
export function breaking(options: BreakingOptions): ModelDecorator {
  return (inner) => ({
    identity: inner.identity,
    stream: (request, { signal }) => runBreaking(inner, request, signal, options),
  });
}

async function* runBreaking(
  inner: LanguageModel,
  request: ModelRequest,
  signal: AbortSignal,
  options: BreakingOptions,
): AsyncGenerator<ModelEvent> {
  const { now, breaker } = options;
  const admission = signal.aborted ? undefined : breaker?.admit(now());
  if (admission?.kind === 'refused') {
    yield refused(inner, admission, now());
    return;
  }
  const watch = new CallWatch({ ...options, ...(admission === undefined ? {} : { admittedBy: breaker }) });
  try {
    for await (const event of inner.stream(request, { signal })) {
      watch.see(event);
      yield event;
    }
  } finally {
    watch.leave();
  }
}

type WatchOptions = Pick<BreakingOptions, 'now' | 'onCall'> & { readonly admittedBy?: CircuitBreaker | undefined };

/** Measures one call, and tells the breaker that admitted it how it ended. */
class CallWatch {
  readonly #options: WatchOptions;
  readonly #startedAt: number;
  #firstAt: number | undefined;
  #isOver = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  see(event: ModelEvent): void {
    if (this.#firstAt === undefined && event.type !== 'start') this.#firstAt = this.#options.now();
    if (event.type === 'end' || event.type === 'error') this.#end(event);
  }

  /** The reader left before the end: nothing was learnt. */
  leave(): void {
    if (!this.#isOver) this.#options.admittedBy?.abandoned();
  }

  #end(event: ModelTerminalEvent): void {
    this.#isOver = true;
    const { now, onCall, admittedBy } = this.#options;
    const at = now();
    if (!isSilent(event)) onCall?.(sampleOf(event, { startedAt: this.#startedAt, firstAt: this.#firstAt, at }));
    report(admittedBy, event, at);
  }
}

/** Says nothing about the provider: the caller, or the purse, ended the call. */
function isSilent(event: ModelTerminalEvent): boolean {
  return event.type === 'error' && (event.failure.code === 'cancelled' || event.failure.code === 'budget');
}

function report(breaker: CircuitBreaker | undefined, event: ModelTerminalEvent, at: number) {
  if (event.type === 'end') breaker?.succeeded(at);
  else if (isSilent(event)) breaker?.abandoned();
  else breaker?.failed(event.failure, at);
}

function sampleOf(
  event: ModelTerminalEvent,
  times: { readonly startedAt: number; readonly firstAt: number | undefined; readonly at: number },
): CallSample {
  const { startedAt, firstAt, at } = times;
  const isOk = event.type === 'end';
  const hasContent = firstAt !== undefined && (isOk || event.partial.parts.length > 0);
  return {
    at,
    code: isOk ? 'ok' : event.failure.code,
    firstTokenMs: hasContent ? firstAt - startedAt : null,
    streamMs: hasContent ? at - firstAt : 0,
    outputTokens: event.usage.outputTokens,
  };
}

function refused(
  { identity }: LanguageModel,
  open: { readonly until: number; readonly code: ModelErrorCode; readonly message: string },
  now: number,
): ModelEvent {
  const waitMs = Math.max(0, Math.round(open.until - now));
  const message = `${identity.provider}/${identity.model} is not asked for ${Math.ceil(waitMs / 1000)} s: ${open.message}`;
  const failure = modelFailure(open.code, message, { retryAfterMs: waitMs });
  return {
    type: 'error',
    failure,
    partial: { role: 'assistant', parts: [] },
    usage: noUsage,
    costMicroUsd: 0,
  };
}
