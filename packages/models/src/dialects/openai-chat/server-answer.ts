// Our events to chat completion chunks, a whole completion, or an error body: the server half.
import type {
  FinishReason,
  JsonObject,
  JsonValue,
  Message,
  ModelEvent,
  ModelFailure,
  ModelTerminalEvent,
  Usage,
} from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialect.ts';
import { failureHeaders, failureStatus } from '../failure-status.ts';
import { asObject, asText } from '../json-read.ts';
import { openaiErrorBody } from '../openai-error.ts';

type EncoderOptions = Parameters<Dialect['createEncoder']>[0];
type DocumentOptions = Parameters<Dialect['encodeDocument']>[1];

const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'stop',
};

/** Writes one stream of `chat.completion.chunk` events, ending with usage and `[DONE]`. */
export function createOpenaiChatEncoder(options: EncoderOptions): WireEncoder {
  return new OpenaiChatEncoder(options);
}

class OpenaiChatEncoder implements WireEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8';
  readonly #head: JsonObject;
  readonly #indexes = new Map<string, number>();
  #opened = false;

  constructor(options: EncoderOptions) {
    this.#head = {
      id: options.responseId,
      object: 'chat.completion.chunk',
      created: options.createdAt,
      model: options.model,
    };
  }

  encode(event: ModelEvent): string {
    switch (event.type) {
      case 'start':
        return this.#open();
      case 'text.delta':
        return this.#delta({ content: event.text });
      case 'reasoning.delta':
        return event.text === '' ? '' : this.#delta({ reasoning_content: event.text });
      case 'tool-call.started':
        return this.#startCall(event.id, event.name);
      case 'tool-call.delta':
        return this.#callDelta(event.id, event.arguments);
      case 'tool-call.ended':
      case 'restart':
        return '';
      case 'end':
        return this.#end(event.finishReason, event.usage);
      case 'error':
        return data(openaiErrorBody(event.failure));
    }
  }

  #open(): string {
    if (this.#opened) return '';
    this.#opened = true;
    return this.#chunk({ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null });
  }

  #delta(delta: JsonObject): string {
    return this.#open() + this.#chunk({ index: 0, delta, finish_reason: null });
  }

  #startCall(id: string, name: string): string {
    const index = this.#indexes.size;
    this.#indexes.set(id, index);
    return this.#delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
  }

  #callDelta(id: string, text: string): string {
    const index = this.#indexes.get(id) ?? 0;
    return this.#delta({ tool_calls: [{ index, function: { arguments: text } }] });
  }

  #end(reason: FinishReason, usage: Usage): string {
    const finish = this.#chunk({ index: 0, delta: {}, finish_reason: finishWords[reason] });
    const counts = usage.estimated ? '' : data({ ...this.#head, choices: [], usage: encodeUsage(usage) });
    return `${this.#open()}${finish}${counts}data: [DONE]\n\n`;
  }

  #chunk(choice: JsonObject): string {
    return data({ ...this.#head, choices: [choice] });
  }
}

function data(value: JsonValue): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function encodeUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** A whole `chat.completion`, or the error body. */
export function encodeOpenaiChatDocument(event: ModelTerminalEvent, options: DocumentOptions): JsonValue {
  if (event.type === 'error') return openaiErrorBody(event.failure);
  return {
    id: options.responseId,
    object: 'chat.completion',
    created: options.createdAt,
    model: event.model,
    choices: [{ index: 0, message: encodeMessage(event.message), finish_reason: finishWords[event.finishReason] }],
    ...(event.usage.estimated ? {} : { usage: encodeUsage(event.usage) }),
  };
}

function encodeMessage(message: Message): JsonObject {
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const refusal = message.parts
    .map((part) => (part.type === 'text' ? asObject(part.providerData?.['openai-chat'])?.['refusal'] : undefined))
    .find((said) => said !== undefined);
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: refusal ?? null,
    ...encodeReasoning(message),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  };
}

/** Reasoning in the field it came in, with the details of hosts that sign it. */
function encodeReasoning(message: Message): JsonObject {
  const parts = message.parts.filter((part) => part.type === 'reasoning');
  const text = parts.map((part) => part.text).join('');
  const data = parts.map((part) => asObject(part.providerData?.['openai-chat'])).find((one) => one !== undefined);
  const field = asText(data?.['field']) ?? 'reasoning_content';
  return {
    ...(text === '' ? {} : { [field]: text }),
    ...(data?.['details'] === undefined ? {} : { reasoning_details: data['details'] }),
  };
}

/** A failure before the first byte, in OpenAI's shape. */
export function encodeOpenaiChatFailure(failure: ModelFailure): ReturnType<Dialect['encodeFailure']> {
  return { status: failureStatus(failure), headers: failureHeaders(failure), body: openaiErrorBody(failure) };
}
