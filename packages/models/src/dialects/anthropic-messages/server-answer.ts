// Our events to Anthropic's message events, a whole message, or an error body: the server half.
import type {
  FinishReason,
  JsonObject,
  JsonValue,
  ModelEvent,
  ModelFailure,
  ModelTerminalEvent,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import { noUsage, parseJson } from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialect.ts';
import { failureHeaders, failureStatus } from '../failure-status.ts';
import { asObject } from '../json-read.ts';

type EncoderOptions = Parameters<Dialect['createEncoder']>[0];
type DocumentOptions = Parameters<Dialect['encodeDocument']>[1];
type BlockKind = 'text' | 'thinking' | 'tool_use';

const stopWords: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  other: 'end_turn',
};

/** Writes one stream of message events. Input counts come with `message_delta`, which may correct those of the start. */
export function createAnthropicEncoder(options: EncoderOptions): WireEncoder {
  return new AnthropicEncoder(options);
}

class AnthropicEncoder implements WireEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8';
  readonly #options: EncoderOptions;
  #started = false;
  #index = -1;
  #open: BlockKind | undefined;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  encode(event: ModelEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start();
      case 'text.delta':
        return this.#into('text') + this.#delta({ type: 'text_delta', text: event.text });
      case 'reasoning.delta':
        return this.#reasoning(event.text, asObject(event.providerData?.['anthropic-messages']));
      case 'tool-call.started':
        return this.#begin('tool_use', { type: 'tool_use', id: event.id, name: event.name, input: {} });
      case 'tool-call.delta':
        return this.#delta({ type: 'input_json_delta', partial_json: event.arguments });
      case 'tool-call.ended':
        return this.#close();
      case 'restart':
        return '';
      case 'end':
        return this.#end(event.finishReason, event.usage);
      case 'error':
        return write('error', errorBody(event.failure));
    }
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const message = {
      id: this.#options.responseId,
      type: 'message',
      role: 'assistant',
      model: this.#options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage(noUsage),
    };
    return write('message_start', { type: 'message_start', message });
  }

  #reasoning(text: string, data: JsonObject | undefined): string {
    if (typeof data?.['redacted'] === 'string') {
      const block = { type: 'redacted_thinking', data: data['redacted'] };
      return this.#begin('thinking', block) + this.#close();
    }
    const told = text === '' ? '' : this.#delta({ type: 'thinking_delta', thinking: text }, 'thinking');
    if (typeof data?.['signature'] !== 'string') return told;
    return told + this.#delta({ type: 'signature_delta', signature: data['signature'] }, 'thinking') + this.#close();
  }

  #into(kind: 'text' | 'thinking'): string {
    if (this.#open === kind) return '';
    return this.#begin(
      kind,
      kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' },
    );
  }

  #begin(kind: BlockKind, block: JsonObject): string {
    const before = this.#start() + this.#close();
    this.#index++;
    this.#open = kind;
    return (
      before + write('content_block_start', { type: 'content_block_start', index: this.#index, content_block: block })
    );
  }

  #delta(delta: JsonObject, kind?: 'thinking'): string {
    const opened = kind === undefined ? '' : this.#into(kind);
    return opened + write('content_block_delta', { type: 'content_block_delta', index: this.#index, delta });
  }

  #close(): string {
    if (this.#open === undefined) return '';
    this.#open = undefined;
    return write('content_block_stop', { type: 'content_block_stop', index: this.#index });
  }

  #end(reason: FinishReason, usage: Usage): string {
    const delta = { stop_reason: stopWords[reason], stop_sequence: null };
    return (
      this.#start() +
      this.#close() +
      write('message_delta', { type: 'message_delta', delta, usage: encodeUsage(usage) }) +
      write('message_stop', { type: 'message_stop' })
    );
  }
}

function write(name: string, value: JsonValue): string {
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
}

function encodeUsage(usage: Usage): JsonObject {
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    ...(usage.reasoningTokens === 0 ? {} : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
  };
}

/** A whole message, or the error body. */
export function encodeAnthropicDocument(event: ModelTerminalEvent, options: DocumentOptions): JsonValue {
  if (event.type === 'error') return errorBody(event.failure);
  return {
    id: options.responseId,
    type: 'message',
    role: 'assistant',
    model: event.model,
    content: event.message.parts.flatMap(encodePart),
    stop_reason: stopWords[event.finishReason],
    stop_sequence: null,
    usage: encodeUsage(event.usage),
  };
}

function encodePart(part: Part): JsonValue[] {
  if (part.type === 'tool-call') {
    return [{ type: 'tool_use', id: part.id, name: part.name, input: parseJson(part.arguments) ?? {} }];
  }
  if (part.type !== 'text' && part.type !== 'reasoning') return [];
  const data = asObject(part.providerData?.['anthropic-messages']);
  if (part.type === 'text') return [asObject(data?.['block']) ?? { type: 'text', text: part.text }];
  if (typeof data?.['redacted'] === 'string') return [{ type: 'redacted_thinking', data: data['redacted'] }];
  const signature = typeof data?.['signature'] === 'string' ? data['signature'] : '';
  return [{ type: 'thinking', thinking: part.text, signature }];
}

/** A failure before the first byte, in Anthropic's shape. Overload has a status of its own, 529. */
export function encodeAnthropicFailure(failure: ModelFailure): ReturnType<Dialect['encodeFailure']> {
  const status = failure.code === 'overloaded' ? 529 : failureStatus(failure);
  return { status, headers: failureHeaders(failure), body: errorBody(failure) };
}

const errorTypes: Partial<Record<ModelFailure['code'], string>> = {
  auth: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  rate_limit: 'rate_limit_error',
  quota: 'billing_error',
  overloaded: 'overloaded_error',
  content_policy: 'invalid_request_error',
  context_length: 'invalid_request_error',
  invalid_request: 'invalid_request_error',
  unsupported: 'invalid_request_error',
  budget: 'billing_error',
  'timeout.first_token': 'timeout_error',
  'timeout.idle': 'timeout_error',
};

function errorBody(failure: ModelFailure): JsonObject {
  return { type: 'error', error: { type: errorTypes[failure.code] ?? 'api_error', message: failure.message } };
}
