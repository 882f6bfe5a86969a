// One call of an AI SDK model: its parts become our events, whatever it does there is exactly one terminal event.
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider';
import type { ModelEvent, ModelFailure } from '@monkey-coder/protocol';
import { estimateTokens } from '../catalogue/token-estimate.ts';
import { Answer } from '../dialects/answer.ts';
import type { EventQueue } from '../transport/event-queue.ts';
import { modelFailure } from '../transport/failures.ts';
import { defaultWatchdogLimits, Watchdogs } from '../transport/watchdogs.ts';
import { failureOfAiSdk } from './ai-sdk-failure.ts';
import type { AiSdkCall } from './ai-sdk-options.ts';
import { AiSdkParts } from './ai-sdk-parts.ts';
import { aiSdkCallOptions } from './ai-sdk-request.ts';

/** Owns the upstream of one call: abort signal, reader and timers. */
export class AiSdkRun {
  readonly #call: AiSdkCall;
  readonly #events: EventQueue<ModelEvent>;
  readonly #answer: Answer;
  readonly #parts: AiSdkParts;
  readonly #upstream = new AbortController();
  readonly #watchdogs: Watchdogs;
  readonly #promptTokens: number;
  readonly #onAbort = (): void => this.#fail(modelFailure('cancelled', 'the call was cancelled'));
  #reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart> | undefined;
  #over = false;

  constructor(call: AiSdkCall, events: EventQueue<ModelEvent>, left: AbortSignal) {
    this.#call = call;
    this.#events = events;
    this.#answer = new Answer('ai-sdk', call.model.modelId);
    this.#parts = new AiSdkParts(this.#answer, call.model.provider, call.options.onNote ?? (() => undefined));
    this.#promptTokens = estimateTokens(call.request);
    const limits = call.options.watchdogs ?? defaultWatchdogLimits;
    this.#watchdogs = new Watchdogs(limits, this.#promptTokens, (failure) => this.#fail(failure));
    if (left.aborted) this.#release();
    else left.addEventListener('abort', () => this.#release(), { once: true });
  }

  start(): void {
    if (this.#over) return;
    if (this.#call.signal.aborted) {
      this.#onAbort();
      return;
    }
    this.#call.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#watchdogs.start();
    this.#read().catch((error: unknown) => this.#fail(failureOfAiSdk(error)));
  }

  async #read(): Promise<void> {
    const { model, request, options } = this.#call;
    const callOptions = aiSdkCallOptions(request, model.provider, options);
    const { stream } = await model.doStream({ ...callOptions, abortSignal: this.#upstream.signal });
    if (this.#over) {
      await stream.cancel();
      return;
    }
    this.#reader = stream.getReader();
    while (!this.#over) {
      const { value, done } = await this.#reader.read();
      if (this.#over) return;
      if (done) this.#fail(modelFailure('truncated', 'the answer broke off before its end'));
      else this.#take(value);
    }
  }

  #take(part: LanguageModelV3StreamPart): void {
    this.#watchdogs.alive();
    if (part.type === 'error') {
      this.#fail(failureOfAiSdk(part.error));
      return;
    }
    this.#parts.take(part);
    this.#deliver();
  }

  #fail(failure: ModelFailure): void {
    if (this.#over) return;
    this.#answer.fail(failure);
    this.#deliver();
  }

  #deliver(): void {
    const events = this.#answer.take();
    const last = events.at(-1);
    if (last === undefined) return;
    if (events.some((event) => event.type !== 'start')) this.#watchdogs.contentBegan();
    const isTerminal = last.type === 'end' || last.type === 'error';
    this.#events.push(isTerminal ? [...events.slice(0, -1), this.#withPromptEstimate(last)] : events);
    if (isTerminal) this.#release();
  }

  #withPromptEstimate(event: Extract<ModelEvent, { type: 'end' | 'error' }>): ModelEvent {
    const { usage } = event;
    if (!usage.estimated || (event.type === 'error' && usage.outputTokens === 0)) return event;
    return { ...event, usage: { ...usage, inputTokens: this.#promptTokens } };
  }

  /** Ends the upstream too: a provider that has said its last word may still hold a connection. */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watchdogs.stop();
    this.#call.signal.removeEventListener('abort', this.#onAbort);
    this.#events.close();
    this.#upstream.abort();
    this.#reader?.cancel().catch(() => undefined);
  }
}
