// Our events to Cohere's events, a whole answer, or an error body: the server half.
import type {
  FinishReason,
  JsonObject,
  JsonValue,
  Message,
  ModelEvent,
  ModelFailure,
  ModelTerminalEvent,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialect.ts';
import { failureHeaders, failureStatus } from '../failure-status.ts';
import { asObject, asText } from '../json-read.ts';

type EncoderOptions = Parameters<Dialect['createEncoder']>[0];
type Kind = 'text' | 'thinking';

const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  'content-filter': 'ERROR_TOXIC',
  other: 'COMPLETE',
};

/** Writes one stream of events, ending with `message-end`. */
export function createCohereEncoder(options: EncoderOptions): WireEncoder {
  return new CohereEncoder(options);
}

class CohereEncoder implements WireEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8';
  readonly #responseId: string;
  readonly #calls = new Map<string, number>();
  #started = false;
  #open: Kind | undefined;
  #index = -1;

  constructor(options: EncoderOptions) {
    this.#responseId = options.responseId;
  }

  encode(event: ModelEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start();
      case 'text.delta':
        return this.#say('text', event.text);
      case 'reasoning.delta':
        return this.#say('thinking', event.text);
      case 'tool-call.started':
        return this.#startCall(event.id, event.name);
      case 'tool-call.delta':
        return this.#call(event.id, 'tool-call-delta', { function: { arguments: event.arguments } });
      case 'tool-call.ended':
        return write('tool-call-end', { index: this.#calls.get(event.id) ?? 0 });
      case 'restart':
        return '';
      case 'end':
        return this.#end({ finish_reason: finishWords[event.finishReason], ...counts(event.usage) });
      case 'error':
        return this.#end({ finish_reason: 'ERROR', error: event.failure.message });
    }
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] };
    return write('message-start', { id: this.#responseId, delta: { message } });
  }

  #say(kind: Kind, text: string): string {
    if (text === '') return '';
    let before = '';
    if (this.#open !== kind) {
      before = this.#start() + this.#close();
      this.#index++;
      this.#open = kind;
      before += this.#content('content-start', { type: kind, [kind]: '' });
    }
    return before + this.#content('content-delta', { [kind]: text });
  }

  #content(name: string, content: JsonObject): string {
    return write(name, { index: this.#index, delta: { message: { content } } });
  }

  #close(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
    return write('content-end', { index: this.#index });
  }

  #startCall(id: string, name: string): string {
    const before = this.#start() + this.#close();
    this.#calls.set(id, this.#calls.size);
    return before + this.#call(id, 'tool-call-start', { id, type: 'function', function: { name, arguments: '' } });
  }

  #call(id: string, event: string, call: JsonObject): string {
    return write(event, { index: this.#calls.get(id) ?? 0, delta: { message: { tool_calls: call } } });
  }

  #end(delta: JsonObject): string {
    return this.#start() + this.#close() + write('message-end', { delta });
  }
}

function write(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function counts(usage: Usage): JsonObject {
  if (usage.estimated) return {};
  const { inputTokens, outputTokens, reasoningTokens } = usage;
  return {
    usage: {
      billed_units: { input_tokens: inputTokens, output_tokens: outputTokens },
      tokens: { input_tokens: inputTokens, output_tokens: outputTokens, reasoning_tokens: reasoningTokens },
      cached_tokens: usage.cachedInputTokens,
    },
  };
}

/** A whole answer, or the error body. */
export function encodeCohereDocument(
  event: ModelTerminalEvent,
  options: Parameters<Dialect['encodeDocument']>[1],
): JsonValue {
  if (event.type === 'error') return { message: event.failure.message };
  return {
    id: options.responseId,
    message: encodeMessage(event.message),
    finish_reason: finishWords[event.finishReason],
    ...counts(event.usage),
  };
}

function encodeMessage(message: Message): JsonObject {
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const plan = message.parts
    .map((part) => (part.type === 'text' ? asText(asObject(part.providerData?.['cohere'])?.['plan']) : undefined))
    .find((one) => one !== undefined);
  const content = message.parts.flatMap(encodeContent);
  return {
    role: 'assistant',
    ...(content.length === 0 ? {} : { content }),
    ...(plan === undefined ? {} : { tool_plan: plan }),
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

function encodeContent(part: Part): JsonValue[] {
  if (part.type === 'reasoning') return part.text === '' ? [] : [{ type: 'thinking', thinking: part.text }];
  return part.type === 'text' && part.text !== '' ? [{ type: 'text', text: part.text }] : [];
}

/** A failure before the first byte, in Cohere's shape: a bare message. */
export function encodeCohereFailure(failure: ModelFailure): ReturnType<Dialect['encodeFailure']> {
  const body = { message: failure.message };
  return { status: failureStatus(failure), headers: failureHeaders(failure), body };
}
