// One call of the model: request, stream, recorded end.
import type {
  FinishReason,
  Message,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ToolDeclaration,
} from '@monkey-coder/protocol';
import { learntFactor } from '../context/token-factor.ts';
import type { RunContext } from './run-context.ts';

/** How a call of the model ended. */
export type Turn =
  | {
      readonly kind: 'answered';
      readonly message: Message;
      readonly finishReason: FinishReason;
    }
  | { readonly kind: 'failed'; readonly failure: ModelFailure };

/** What the call is about. */
export interface TurnInput {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDeclaration[];
  /** 1-based. */
  readonly turn: number;
  /** A call beside the turns; it may not call tools. */
  readonly purpose?: 'compaction';
  /** Less than the agent's own limit. */
  readonly maxOutputTokens?: number;
}

/** Small pieces of text are joined for at most this long before listeners see them. */
const deltaWindowMs = 16;

/** Asks the model once. Every byte that was paid for is recorded before it is acted on. */
export async function askModel(run: RunContext, input: TurnInput): Promise<Turn> {
  const { options } = run;
  const callId = options.newCallId();
  const beside = input.purpose === undefined ? {} : { purpose: input.purpose };
  const estimatedInputTokens = estimateTokens(options.system, input);
  options.record({
    type: 'model.started',
    callId,
    turn: input.turn,
    provider: options.model.identity.provider,
    model: options.modelName,
    estimatedInputTokens,
    ...beside,
  });
  const call = new TurnRecorder(run, { callId, estimatedInputTokens, ...beside });
  const request: ModelRequest = {
    callId,
    model: options.modelName,
    system: options.system,
    messages: input.messages,
    tools: input.tools,
    maxOutputTokens: Math.min(input.maxOutputTokens ?? options.maxOutputTokens, options.maxOutputTokens),
    cacheKey: options.cacheKey,
    ...(input.purpose !== undefined && input.tools.length > 0 ? { toolChoice: 'none' } : {}),
  };
  for await (const event of options.model.stream(request, { signal: run.signal })) {
    const turn = call.take(event);
    if (turn !== undefined) return turn;
  }
  throw new Error('a model stream ended without a terminal event');
}

/** Tokens by characters / 4. */
function estimateTokens(system: string, { messages, tools }: TurnInput): number {
  const parts = messages.flatMap((message) => message.parts);
  const text = parts.reduce((sum, part) => {
    if (part.type === 'text' || part.type === 'reasoning') return sum + part.text.length;
    if (part.type === 'tool-call') return sum + part.name.length + part.arguments.length;
    if (part.type === 'tool-result') return sum + part.output.length;
    return sum + 4_000;
  }, 0);
  return Math.ceil((system.length + JSON.stringify(tools).length + text) / 4);
}

interface RecordedCall {
  readonly callId: string;
  readonly estimatedInputTokens: number;
  readonly purpose?: 'compaction';
}

/** Turns the events of one model stream into recorded events. */
class TurnRecorder {
  readonly #run: RunContext;
  readonly #call: RecordedCall;
  readonly #callId: string;
  readonly #startedAt: number;
  #firstTokenMs: number | null = null;
  #pending: { type: 'text.delta' | 'reasoning.delta'; text: string } | undefined;
  #flushedAt = 0;

  constructor(run: RunContext, call: RecordedCall) {
    this.#run = run;
    this.#call = call;
    this.#callId = call.callId;
    this.#startedAt = run.options.now();
  }

  /** Handles one event; the turn when it was the terminal one. */
  take(event: ModelEvent): Turn | undefined {
    switch (event.type) {
      case 'text.delta':
      case 'reasoning.delta':
        this.#delta(event.type, event.text);
        return undefined;
      case 'tool-call.started':
        this.#token();
        return undefined;
      case 'restart':
        this.#retried(event);
        return undefined;
      case 'end':
      case 'error':
        this.#flush();
        return event.type === 'end' ? this.#ended(event) : this.#failed(event);
      default:
        return undefined;
    }
  }

  #token(): number {
    const now = this.#run.options.now();
    this.#firstTokenMs ??= now - this.#startedAt;
    return now;
  }

  #delta(type: 'text.delta' | 'reasoning.delta', text: string): void {
    const now = this.#token();
    if (this.#pending?.type !== type) this.#flush();
    this.#pending = { type, text: (this.#pending?.text ?? '') + text };
    if (now - this.#flushedAt < deltaWindowMs) return;
    this.#flushedAt = now;
    this.#flush();
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    // What is not said to the user is not shown while it comes.
    if (pending === undefined || this.#call.purpose !== undefined) return;
    this.#run.options.record({ ...pending, callId: this.#callId });
  }

  #retried(event: Extract<ModelEvent, { type: 'restart' }>): void {
    const { attempt, delayMs, failure } = event;
    this.#pending = undefined;
    this.#run.options.record({ type: 'model.retried', callId: this.#callId, attempt, delayMs, failure });
  }

  #ended(event: Extract<ModelEvent, { type: 'end' }>): Turn {
    const { message, finishReason, usage, model } = event;
    this.#run.options.record({
      type: 'model.ended',
      callId: this.#callId,
      message,
      finishReason,
      model,
      usage,
      costMicroUsd: event.costMicroUsd ?? null,
      durationMs: this.#run.options.now() - this.#startedAt,
      firstTokenMs: this.#firstTokenMs,
      ...(this.#call.purpose === undefined ? {} : { purpose: this.#call.purpose }),
    });
    this.#run.tokenFactor = learntFactor(this.#run.tokenFactor, usage, this.#call.estimatedInputTokens);
    return { kind: 'answered', message, finishReason };
  }

  #failed(event: Extract<ModelEvent, { type: 'error' }>): Turn {
    const { failure, partial, usage } = event;
    const costMicroUsd = event.costMicroUsd ?? null;
    this.#run.options.record({ type: 'model.failed', callId: this.#callId, failure, partial, usage, costMicroUsd });
    return { kind: 'failed', failure };
  }
}
