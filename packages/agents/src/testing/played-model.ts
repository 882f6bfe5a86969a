// A language model for tests of the loop: plays a list of answers and keeps what it was asked.
import type { LanguageModel } from '@monkey-coder/models';
import {
  type FinishReason,
  type Message,
  type ModelEvent,
  type ModelFailure,
  type ModelRequest,
  noUsage,
  type Part,
} from '@monkey-coder/protocol';

/** One answer. */
export interface PlayedTurn {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown; readonly id?: string }[];
  readonly finishReason?: FinishReason;
  /** Ends with this failure instead. */
  readonly failure?: Partial<ModelFailure>;
  /** After its text it says nothing more until it is aborted. */
  readonly hangs?: boolean;
  /** Throws what came so far away once, and starts again. */
  readonly restarts?: boolean;
}

/** An answer, or what answers a request. */
export type PlayedStep = PlayedTurn | ((request: ModelRequest) => PlayedTurn);

/** A model that plays its steps in order, whichever conversation asks; keeps the requests. */
export interface PlayedModel extends LanguageModel {
  readonly requests: readonly ModelRequest[];
}

/** Plays answers by the number of answers already in the request, so that resume goes on at the right place. */
export function createPlayedModel(steps: readonly PlayedStep[]): PlayedModel {
  const requests: ModelRequest[] = [];
  return {
    identity: { provider: 'played', model: 'played-1' },
    requests,
    async *stream(request, { signal }) {
      requests.push(request);
      const index = request.messages.filter((message) => message.role === 'assistant').length;
      const step = steps[index] ?? { text: 'done' };
      yield* play(typeof step === 'function' ? step(request) : step, { index, signal });
    },
  };
}

async function* play(
  turn: PlayedTurn,
  { index, signal }: { readonly index: number; readonly signal: AbortSignal },
): AsyncGenerator<ModelEvent> {
  if (signal.aborted) return yield cancelled(turn);
  yield { type: 'start' };
  if (turn.restarts === true) {
    yield { type: 'text.delta', text: 'thrown away' };
    yield { type: 'restart', failure: failureOf({ code: 'network' }), attempt: 1, delayMs: 0 };
  }
  if (turn.text !== undefined) yield { type: 'text.delta', text: turn.text };
  if (turn.hangs === true) {
    await aborted(signal);
    return yield cancelled(turn);
  }
  if (turn.failure !== undefined) {
    return yield { type: 'error', failure: failureOf(turn.failure), partial: messageOf(turn, index), usage: noUsage };
  }
  const message = messageOf(turn, index);
  const finishReason = turn.finishReason ?? ((turn.calls?.length ?? 0) > 0 ? 'tool-calls' : 'stop');
  yield { type: 'end', finishReason, usage: noUsage, model: 'played-1', message };
}

function messageOf(turn: PlayedTurn, index: number): Message {
  const parts: Part[] = turn.text === undefined ? [] : [{ type: 'text', text: turn.text }];
  for (const [position, call] of (turn.calls ?? []).entries()) {
    const id = call.id ?? `call_${index}_${position}`;
    const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
    parts.push({ type: 'tool-call', id, name: call.name, arguments: text });
  }
  return { role: 'assistant', parts };
}

function cancelled(turn: PlayedTurn): ModelEvent {
  const partial: Message = {
    role: 'assistant',
    parts: turn.text === undefined ? [] : [{ type: 'text', text: turn.text }],
  };
  return { type: 'error', failure: failureOf({ code: 'cancelled' }), partial, usage: noUsage };
}

function failureOf(failure: Partial<ModelFailure>): ModelFailure {
  return {
    code: 'unknown',
    message: 'played failure',
    retry: false,
    failover: false,
    countsAgainstHealth: false,
    ...failure,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
