// At most so many calls at once: the others wait in a queue, first come, first served.
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { modelFailure } from '../transport/failures.ts';

/** Places for calls, shared by all models of a provider. */
export class CallQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `limit` is the number of calls at once, at least 1. */
  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Waits for a place; false when the signal aborted first, and then no place is held. */
  enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#running < this.#limit) {
      this.#running += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const take = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        const place = this.#waiting.indexOf(take);
        if (place !== -1) this.#waiting.splice(place, 1);
        resolve(false);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Gives a place back: the first in the queue has it at once. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

/** Lets a call begin when the queue has a place for it. */
export function limiting(queue: CallQueue): ModelDecorator {
  return (inner) => ({
    identity: inner.identity,
    stream: (request, { signal }) => runLimited(inner, request, signal, queue),
  });
}

async function* runLimited(
  inner: LanguageModel,
  request: ModelRequest,
  signal: AbortSignal,
  queue: CallQueue,
): AsyncGenerator<ModelEvent> {
  if (!(await queue.enter(signal))) {
    const failure = modelFailure('cancelled', 'the call was cancelled while waiting for its turn');
    yield { type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage };
    return;
  }
  try {
    yield* inner.stream(request, { signal });
  } finally {
    queue.leave();
  }
}
