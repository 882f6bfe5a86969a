// The door to everything else: any model of an AI SDK provider as a LanguageModel. What does the work is loaded at the first call.
import type { LanguageModelV3 } from '@ai-sdk/provider';
import type { ModelEvent } from '@monkey-coder/protocol';
import { MonkeyError, noUsage } from '@monkey-coder/protocol';
import type { LanguageModel } from '../language-model.ts';
import { EventQueue } from '../transport/event-queue.ts';
import { modelFailure } from '../transport/failures.ts';
import type { AiSdkCall, AiSdkOptions } from './ai-sdk-options.ts';

/**
 * Wraps a model of specification v3 (https://ai-sdk.dev, `@ai-sdk/provider` 3). Throws MonkeyError `usage.invalid` for
 * another specification. Truth is added where the AI SDK has none: a stream that ends without a reason of the provider,
 * which providers report as reason `other` without a word of its own, is `truncated`.
 */
export function fromAiSdk(model: LanguageModelV3, options: AiSdkOptions = {}): LanguageModel {
  if (model.specificationVersion !== 'v3' || typeof model.doStream !== 'function') {
    const version = String((model as { specificationVersion?: unknown }).specificationVersion);
    throw new MonkeyError('usage.invalid', `fromAiSdk takes models of AI SDK specification v3, not ${version}`);
  }
  const identity = { provider: options.provider ?? model.provider, model: model.modelId };
  return {
    identity,
    stream: (request, { signal }) =>
      startCall({ model, options, request: { ...request, model: model.modelId }, signal }),
  };
}

function startCall(call: AiSdkCall): AsyncIterable<ModelEvent> {
  const left = new AbortController();
  const events: EventQueue<ModelEvent> = new EventQueue<ModelEvent>({
    onStart: () => {
      import('./ai-sdk-call.ts').then(
        ({ AiSdkRun }) => new AiSdkRun(call, events, left.signal).start(),
        (error: unknown) => {
          const failure = modelFailure('unknown', `the AI SDK adapter could not be loaded: ${String(error)}`);
          events.push([{ type: 'error', failure, partial: { role: 'assistant', parts: [] }, usage: noUsage }]);
          events.close();
        },
      );
    },
    onLeave: () => left.abort(),
  });
  return events;
}
