// Reads answers of POST /v1/messages, streamed and whole.
import type { FinishReason, JsonObject, JsonValue, Usage } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import { Answer } from '../answer.ts';
import { classifyFailure } from '../classify.ts';
import type { WireDecoder, WireResponseHead } from '../dialect.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { createResponseDecoder, type ResponseGrammar } from '../response-decoder.ts';

/** Makes the decoder of one response. */
export function createAnthropicDecoder(head: WireResponseHead, options: { readonly model: string }): WireDecoder {
  return createResponseDecoder(head, new AnthropicGrammar(options.model));
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

/** A block the provider deals with itself: kept whole for replay. */
interface OpaqueBlock {
  readonly block: Record<string, JsonValue>;
  input: string;
}

class AnthropicGrammar implements ResponseGrammar {
  readonly answer: Answer;
  readonly #opaque = new Map<number, OpaqueBlock>();
  readonly #wholeInputs = new Map<number, string>();
  #counts: Counts = {};
  #signature = '';
  #stop: string | undefined;

  constructor(model: string) {
    this.answer = new Answer('anthropic-messages', model);
  }

  onEvent(name: string, data: JsonValue): void {
    const event = asObject(data);
    if (event === undefined) return;
    const index = asNumber(event['index']) ?? 0;
    switch (asText(event['type']) ?? name) {
      case 'message_start':
        this.#begin(asObject(event['message']));
        return;
      case 'content_block_start':
        this.#startBlock(index, asObject(event['content_block']));
        return;
      case 'content_block_delta':
        this.#delta(index, asObject(event['delta']));
        return;
      case 'content_block_stop':
        this.#stopBlock(index);
        return;
      case 'message_delta':
        this.#stop = asText(asObject(event['delta'])?.['stop_reason']) ?? this.#stop;
        this.#usage(asObject(event['usage']));
        return;
      case 'message_stop':
        this.#end();
        return;
      case 'error':
        this.answer.fail(classifyFailure({ body: event }));
        return;
      default:
        if (event['error'] !== undefined) this.answer.fail(classifyFailure({ body: event }));
    }
  }

  onDocument(document: JsonValue): void {
    const body = asObject(document);
    const isPlain = typeof body?.['content'] === 'string' && body['type'] === 'message';
    if (body === undefined || !(isPlain || Array.isArray(body['content']))) {
      this.answer.fail(classifyFailure({ body: document }));
      return;
    }
    this.#begin(body);
    const content = isPlain ? [{ type: 'text', text: body['content'] ?? '' }] : asList(body['content']);
    content.forEach((block, index) => {
      this.#startBlock(index, asObject(block));
      this.#stopBlock(index);
    });
    this.#stop = asText(body['stop_reason']);
    this.#end();
  }

  /** With a stop reason the answer is whole, even where the host forgets `message_stop`. */
  onStreamEnd(): void {
    if (this.#stop !== undefined) this.#end();
  }

  #begin(message: JsonObject | undefined): void {
    this.answer.start(asText(message?.['model']), asText(message?.['id']));
    this.#usage(asObject(message?.['usage']));
  }

  #startBlock(index: number, block: JsonObject | undefined): void {
    if (block === undefined) return;
    this.answer.closePart();
    switch (block['type']) {
      case 'text':
        this.answer.text(asString(block['text']) ?? '');
        return;
      case 'thinking':
        this.#signature = asString(block['signature']) ?? '';
        this.answer.reasoning(asString(block['thinking']) ?? '');
        return;
      case 'redacted_thinking':
        this.answer.reasoningData({ redacted: asString(block['data']) ?? '' });
        this.answer.closePart();
        return;
      case 'tool_use': {
        this.answer.call(index, asText(block['id']), asText(block['name']));
        const input = asObject(block['input']);
        if (input !== undefined && Object.keys(input).length > 0) this.#wholeInputs.set(index, JSON.stringify(input));
        else if (asText(block['input']) !== undefined) this.#wholeInputs.set(index, asText(block['input']) ?? '');
        return;
      }
      default:
        this.#opaque.set(index, { block: { ...block }, input: '' });
    }
  }

  #delta(index: number, delta: JsonObject | undefined): void {
    switch (delta?.['type']) {
      case 'text_delta':
        this.answer.text(asString(delta['text']) ?? '');
        return;
      case 'thinking_delta':
        this.answer.reasoning(asString(delta['thinking']) ?? '');
        return;
      case 'signature_delta':
        this.#signature += asString(delta['signature']) ?? '';
        return;
      case 'input_json_delta':
        this.#inputDelta(index, asString(delta['partial_json']) ?? '');
        return;
      default:
        return;
    }
  }

  #inputDelta(index: number, text: string): void {
    const opaque = this.#opaque.get(index);
    if (opaque !== undefined) {
      opaque.input += text;
      return;
    }
    if (text !== '') this.#wholeInputs.delete(index);
    this.answer.callArguments(index, text);
  }

  #stopBlock(index: number): void {
    const whole = this.#wholeInputs.get(index);
    if (whole !== undefined) this.answer.callArguments(index, whole);
    this.answer.endCall(index);
    const opaque = this.#opaque.get(index);
    if (opaque !== undefined) this.#keep(opaque);
    this.#opaque.delete(index);
    if (this.#signature !== '') this.answer.reasoningData({ signature: this.#signature });
    this.#signature = '';
    this.answer.closePart();
  }

  #keep({ block, input }: OpaqueBlock): void {
    const parsed = input === '' ? undefined : parseJson(input);
    if (parsed !== undefined) block['input'] = parsed;
    this.answer.opaque({ block });
  }

  #usage(usage: JsonObject | undefined): void {
    if (usage === undefined) return;
    this.#counts = mergeCounts(this.#counts, usage);
    this.answer.usage(sumCounts(this.#counts));
  }

  #end(): void {
    this.answer.end(finishReasons[this.#stop ?? ''] ?? 'other', this.#stop);
  }
}

interface Counts {
  readonly input?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly output?: number;
  readonly thinking?: number;
}

/** Later events repeat and correct; what they leave out stands. */
function mergeCounts(counts: Counts, usage: JsonObject): Counts {
  const later = {
    input: asNumber(usage['input_tokens']),
    cacheRead: asNumber(usage['cache_read_input_tokens']),
    cacheWrite: asNumber(usage['cache_creation_input_tokens']),
    output: asNumber(usage['output_tokens']),
    thinking: asNumber(asObject(usage['output_tokens_details'])?.['thinking_tokens']),
  };
  const told = Object.entries(later).filter(([, value]) => value !== undefined);
  return { ...counts, ...(Object.fromEntries(told) as Counts) };
}

/** Anthropic tells three disjoint input counts; ours is their sum. */
function sumCounts(counts: Counts): Omit<Usage, 'estimated'> {
  const cachedInputTokens = counts.cacheRead ?? 0;
  const cacheWriteTokens = counts.cacheWrite ?? 0;
  return {
    inputTokens: (counts.input ?? 0) + cachedInputTokens + cacheWriteTokens,
    outputTokens: counts.output ?? 0,
    cachedInputTokens,
    cacheWriteTokens,
    reasoningTokens: counts.thinking ?? 0,
  };
}
