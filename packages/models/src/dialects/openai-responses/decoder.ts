// Reads answers of POST /responses, streamed and whole.
import type { JsonObject, JsonValue } from '@monkey-coder/protocol';
import { Answer } from '../answer.ts';
import { classifyFailure } from '../classify.ts';
import type { WireDecoder, WireResponseHead } from '../dialect.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { createResponseDecoder, type ResponseGrammar } from '../response-decoder.ts';
import { finishOf, readResponsesUsage } from './ending.ts';

/** Makes the decoder of one response. */
export function createResponsesDecoder(head: WireResponseHead, options: { readonly model: string }): WireDecoder {
  return createResponseDecoder(head, new ResponsesGrammar(options.model));
}

/** What was seen of one output item while it streams. */
interface OpenItem {
  /** Text came in deltas: the finished item says it again. */
  hasText: boolean;
  /** Where its reasoning comes from: a summary or the thoughts themselves, which repeat each other. */
  reasoning?: 'summary' | 'thoughts';
  /** Index of the summary part that is being read. */
  summaryIndex: number;
  isDone: boolean;
}

class ResponsesGrammar implements ResponseGrammar {
  readonly answer: Answer;
  readonly #items = new Map<number, OpenItem>();
  readonly #numbers = new Map<string, number>();
  #refusal = '';

  constructor(model: string) {
    this.answer = new Answer('openai-responses', model);
  }

  onWord(word: string): boolean {
    return word === '[DONE]';
  }

  onEvent(name: string, data: JsonValue): void {
    const event = asObject(data);
    if (event === undefined) return;
    const type = asText(event['type']) ?? name;
    const index = this.#indexOf(event);
    switch (type) {
      case 'response.output_item.added':
        this.#begin(index, asObject(event['item']));
        return;
      case 'response.output_item.done':
        this.#finishItem(index, asObject(event['item']));
        return;
      case 'response.function_call_arguments.delta':
        this.answer.callArguments(index, asString(event['delta']) ?? '');
        return;
      case 'response.function_call_arguments.done':
        this.#wholeArguments(index, event['arguments']);
        return;
      default:
        if (!this.#text(type, index, event)) this.#response(type, event);
    }
  }

  onDocument(document: JsonValue): void {
    const body = asObject(document);
    if (body === undefined || !Array.isArray(body['output'])) {
      this.answer.fail(classifyFailure({ body: document }));
      return;
    }
    this.#end(body);
  }

  /** Only the provider's last event makes an answer whole. */
  onStreamEnd(): void {}

  /** Deltas of text, reasoning and refusal; false for another kind of event. */
  #text(type: string, index: number, event: JsonObject): boolean {
    const delta = asString(event['delta']) ?? '';
    switch (type) {
      case 'response.output_text.delta':
        this.#item(index).hasText = true;
        this.answer.text(delta);
        return true;
      case 'response.refusal.delta':
        this.#item(index).hasText = true;
        this.#refusal += delta;
        return true;
      case 'response.reasoning_summary_text.delta':
        this.#reasoning(index, 'summary', asNumber(event['summary_index']) ?? 0, delta);
        return true;
      case 'response.reasoning_text.delta':
        this.#reasoning(index, 'thoughts', asNumber(event['content_index']) ?? 0, delta);
        return true;
      default:
        return false;
    }
  }

  #response(type: string, event: JsonObject): void {
    const response = asObject(event['response']);
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
      case 'response.queued':
        this.answer.start(asText(response?.['model']), asText(response?.['id']));
        return;
      case 'response.completed':
      case 'response.incomplete':
      case 'response.done':
      case 'response.failed':
      case 'response.cancelled':
        this.#end(response ?? {});
        return;
      default:
        if (type === 'error' || (event['error'] ?? null) !== null) this.answer.fail(classifyFailure({ body: event }));
    }
  }

  /** Hosts that do not number their items name them at least: new names get the next number. */
  #indexOf(event: JsonObject): number {
    const index = asNumber(event['output_index']);
    const id = asText(event['item_id']) ?? asText(asObject(event['item'])?.['id']);
    if (index !== undefined || id === undefined) return index ?? 0;
    const known = this.#numbers.get(id) ?? this.#numbers.size;
    this.#numbers.set(id, known);
    return known;
  }

  #item(index: number): OpenItem {
    const known = this.#items.get(index);
    if (known !== undefined) return known;
    const item: OpenItem = { hasText: false, summaryIndex: 0, isDone: false };
    this.#items.set(index, item);
    return item;
  }

  #begin(index: number, item: JsonObject | undefined): void {
    this.#item(index);
    this.answer.closePart();
    if (item?.['type'] === 'function_call') this.answer.call(index, callIdOf(item), asText(item['name']));
  }

  #reasoning(index: number, source: 'summary' | 'thoughts', part: number, text: string): void {
    const item = this.#item(index);
    item.reasoning ??= source;
    if (item.reasoning !== source) return;
    if (part !== item.summaryIndex) this.answer.reasoning('\n\n');
    item.summaryIndex = part;
    this.answer.reasoning(text);
  }

  #wholeArguments(index: number, given: JsonValue | undefined): void {
    const text = asText(given) ?? (asObject(given) === undefined ? undefined : JSON.stringify(given));
    if (text !== undefined && this.answer.openCall(index)?.arguments === '') this.answer.callArguments(index, text);
  }

  /** The finished item repeats what streamed; only what did not stream is taken from it. */
  #finishItem(index: number, item: JsonObject | undefined): void {
    if (item === undefined) return;
    const open = this.#item(index);
    open.isDone = true;
    switch (item['type']) {
      case 'message':
        this.#finishMessage(open, item);
        break;
      case 'reasoning':
        this.#finishReasoning(index, open, item);
        break;
      case 'function_call':
        this.answer.call(index, callIdOf(item), asText(item['name']));
        this.#wholeArguments(index, item['arguments']);
        this.answer.endCall(index);
        break;
      default:
        this.answer.opaque({ item });
    }
    this.answer.closePart();
  }

  #finishMessage(open: OpenItem, item: JsonObject): void {
    for (const value of open.hasText ? [] : asList(item['content'])) {
      const part = asObject(value);
      this.answer.text(asString(part?.['text']) ?? '');
      this.#refusal += asString(part?.['refusal']) ?? '';
    }
    const phase = asText(item['phase']);
    if (phase !== undefined) this.answer.textData({ phase });
  }

  #finishReasoning(index: number, open: OpenItem, item: JsonObject): void {
    if (open.reasoning === undefined) {
      const summary = textsOf(item['summary']);
      const texts = summary.some((text) => text !== '') ? summary : textsOf(item['content']);
      texts.forEach((text, part) => {
        this.#reasoning(index, 'summary', part, text);
      });
    }
    this.answer.reasoningData({ item: withoutStatus(item) });
  }

  /** An item that only the last event finishes: its data goes to the reasoning that stands where it was told. */
  #finishLate(index: number, item: JsonObject | undefined): void {
    const wasTold = this.#items.get(index)?.reasoning !== undefined;
    if (wasTold && item?.['type'] === 'reasoning') this.answer.attachToReasoning({ item: withoutStatus(item) });
    else this.#finishItem(index, item);
  }

  #end(response: JsonObject): void {
    const { answer } = this;
    answer.start(asText(response['model']), asText(response['id']));
    const usage = asObject(response['usage']);
    if (usage !== undefined) answer.usage(readResponsesUsage(usage));
    if (asObject(response['error']) !== undefined || response['status'] === 'failed') {
      answer.fail(classifyFailure({ body: response }));
      return;
    }
    asList(response['output']).forEach((item, index) => {
      if (!this.#items.get(index)?.isDone) this.#finishLate(index, asObject(item));
    });
    if (this.#refusal !== '') answer.opaque({ refusal: this.#refusal });
    const { finish, raw } = finishOf(response);
    answer.end(this.#refusal !== '' ? 'content-filter' : finish, raw);
  }
}

function withoutStatus(item: JsonObject): JsonObject {
  const { status: _status, ...kept } = item;
  return kept;
}

function callIdOf(item: JsonObject): string | undefined {
  return asText(item['call_id']) ?? asText(item['id']);
}

function textsOf(parts: JsonValue | undefined): string[] {
  return asList(parts).map((part) => asString(asObject(part)?.['text']) ?? '');
}
