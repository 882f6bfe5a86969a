// The exact response cache: the same request gets the same answer again, as a stream, for nothing.
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';
import { requestKey } from './request-key.ts';
import type { ResponseStore } from './response-store.ts';

/** What the decorator needs. */
export interface CacheOptions {
  readonly store: ResponseStore;
  /** What besides the request decides the answer: provider, model and address. */
  readonly place: string;
  /** Hears of an answer that was not asked for again. */
  readonly onHit?: (hit: { readonly callId: string }) => void;
}

/** Longest piece of text in a stored event. */
const pieceLength = 400;

/**
 * Answers from the store where it can. A replayed `end` has cost 0, no usage, and `isCached`. Only whole answers that ended by
 * themselves are stored: never failures, refusals, or answers cut by a limit. Put it outside the budget: a hit reserves nothing.
 */
export function cached(options: CacheOptions): ModelDecorator {
  return (inner) => ({
    identity: inner.identity,
    stream: (request, { signal }) => runCached(inner, request, signal, options),
  });
}

async function* runCached(
  inner: LanguageModel,
  request: ModelRequest,
  signal: AbortSignal,
  options: CacheOptions,
): AsyncGenerator<ModelEvent> {
  const key = requestKey(options.place, request);
  const stored = signal.aborted ? undefined : options.store.read(key);
  if (stored !== undefined) {
    options.onHit?.({ callId: request.callId });
    yield* replay(stored, signal);
    return;
  }
  let seen: ModelEvent[] = [];
  for await (const event of inner.stream(request, { signal })) {
    if (event.type === 'restart') seen = [];
    else remember(seen, event);
    if (event.type === 'end' && isWorthKeeping(event)) options.store.write(key, seen);
    yield event;
  }
}

function isWorthKeeping({ finishReason }: Extract<ModelEvent, { type: 'end' }>): boolean {
  return finishReason === 'stop' || finishReason === 'tool-calls';
}

/** Adds an event; neighbouring pieces of text become one, up to a length. */
function remember(events: ModelEvent[], event: ModelEvent): void {
  const last = events.at(-1);
  const isText = event.type === 'text.delta' || (event.type === 'reasoning.delta' && event.providerData === undefined);
  if (isText && last?.type === event.type && last.text.length < pieceLength && !('providerData' in last)) {
    events[events.length - 1] = { type: event.type, text: last.text + event.text };
  } else {
    events.push(event);
  }
}

async function* replay(events: readonly ModelEvent[], signal: AbortSignal): AsyncGenerator<ModelEvent> {
  for (const event of events) {
    if (signal.aborted) {
      const failure = modelFailure('cancelled', 'the call was cancelled');
      yield { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage, costMicroUsd: 0 };
      return;
    }
    yield event.type === 'end' ? { ...event, usage: noUsage, costMicroUsd: 0, isCached: true } : event;
  }
}
