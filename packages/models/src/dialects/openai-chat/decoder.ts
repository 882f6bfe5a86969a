// Reads answers of POST /chat/completions, from OpenAI and from the many hosts that are nearly compatible.
import type { FinishReason, JsonObject, JsonValue } from '@monkey-coder/protocol';
import { modelFailure } from '../../transport/failures.ts';
import { Answer } from '../answer.ts';
import { classifyFailure } from '../classify.ts';
import type { DialectQuirks, WireDecoder, WireResponseHead } from '../dialect.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { createResponseDecoder, type ResponseGrammar } from '../response-decoder.ts';
import { readOpenaiUsage } from './usage.ts';

/** Makes the decoder of one response. */
export function createOpenaiChatDecoder(
  head: WireResponseHead,
  options: { readonly model: string; readonly quirks: DialectQuirks },
): WireDecoder {
  return createResponseDecoder(head, new OpenaiChatGrammar(options.model, options.quirks));
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  refusal: 'content-filter',
};

class OpenaiChatGrammar implements ResponseGrammar {
  readonly answer: Answer;
  readonly #quirks: DialectQuirks;
  #finish: string | undefined;
  #complete = false;
  #choiceIndex: number | undefined;
  #refusal = '';
  #reasoningField: string | undefined;
  #details: Record<string, JsonValue>[] = [];
  #lastCall: string | undefined;
  #callCount = 0;
  readonly #callKeys = new Map<number, string>();

  constructor(model: string, quirks: DialectQuirks) {
    this.answer = new Answer('openai-chat', model);
    this.#quirks = quirks;
  }

  onWord(word: string): boolean {
    if (word !== '[DONE]') return false;
    this.#complete = true;
    this.#end();
    return true;
  }

  onEvent(name: string, data: JsonValue): void {
    const event = asObject(data);
    if (event === undefined) return;
    if (this.#failed(name, event)) return;
    this.answer.start(asText(event['model']), asText(event['id']));
    for (const choice of asList(event['choices'])) this.#choice(asObject(choice), 'delta');
    this.#usage(event);
  }

  onDocument(document: JsonValue): void {
    const body = asObject(document);
    if (body === undefined || this.#failed('', body)) return;
    this.answer.start(asText(body['model']), asText(body['id']));
    const [choice] = asList(body['choices']);
    if (choice === undefined) {
      this.answer.fail(classifyFailure({ body }));
      return;
    }
    this.#choice(asObject(choice), 'message');
    this.#usage(body);
    this.#complete = true;
    this.#end();
  }

  /** Without `[DONE]` a finish reason must have been seen; without either something was lost. */
  onStreamEnd(): void {
    if (this.#complete || this.#finish) this.#end();
  }

  #failed(name: string, event: JsonObject): boolean {
    const error = event['error'];
    const isError =
      (error !== undefined && error !== null && error !== '') || name === 'error' || event['object'] === 'error';
    if (isError) this.answer.fail(classifyFailure({ body: event }));
    return isError;
  }

  #usage(event: JsonObject): void {
    const usage = asObject(event['usage']) ?? asObject(asObject(event['x_groq'])?.['usage']);
    if (usage !== undefined) this.answer.usage(readOpenaiUsage(usage, this.#quirks));
  }

  #choice(choice: JsonObject | undefined, field: 'delta' | 'message'): void {
    if (choice === undefined || this.#isOtherChoice(choice)) return;
    const delta = asObject(choice[field]) ?? asObject(choice['delta']) ?? asObject(choice['message']);
    if (delta !== undefined) this.#delta(delta);
    else this.answer.text(asString(choice['text']) ?? '');
    const error = asObject(choice['error']);
    if (error !== undefined) this.answer.fail(classifyFailure({ body: { error } }));
    const finish = asText(choice['finish_reason']);
    if (finish !== undefined) this.#finish = finish;
  }

  /** Of several choices the first to speak is the answer. */
  #isOtherChoice(choice: JsonObject): boolean {
    this.#choiceIndex ??= asNumber(choice['index']);
    return asNumber(choice['index']) !== this.#choiceIndex && choice['index'] !== undefined;
  }

  #delta(delta: JsonObject): void {
    this.#reasoning(delta);
    this.#content(delta['content']);
    const refusal = asText(delta['refusal']);
    if (refusal !== undefined) this.#refusal += refusal;
    for (const call of asList(delta['tool_calls'])) this.#call(asObject(call));
    const legacy = asObject(delta['function_call']);
    if (legacy !== undefined) this.#call({ index: 0, function: legacy });
  }

  #content(content: JsonValue | undefined): void {
    if (typeof content === 'string') {
      this.answer.text(content);
      return;
    }
    for (const item of asList(content)) {
      const part = asObject(item);
      const thinking = part?.['thinking'];
      if (thinking === undefined) this.answer.text(asString(part?.['text']) ?? '');
      else this.#thinking(thinking);
    }
  }

  /** Mistral: the content turns into a list of typed parts while it thinks. */
  #thinking(thinking: JsonValue): void {
    const pieces =
      typeof thinking === 'string' ? [thinking] : asList(thinking).map((one) => asString(asObject(one)?.['text']));
    for (const piece of pieces) this.answer.reasoning(piece ?? '');
  }

  /** The same reasoning may stand in two fields: the first that has text is taken, details are kept for replay. */
  #reasoning(delta: JsonObject): void {
    const field = ['reasoning_content', 'reasoning', 'thinking'].find((name) => asText(delta[name]) !== undefined);
    if (field !== undefined) {
      this.#reasoningField ??= field;
      this.answer.reasoning(asText(delta[field]) ?? '');
    }
    const details = asList(delta['reasoning_details']);
    if (field !== undefined || details.length > 0) this.#keepForReplay(details, field === undefined);
  }

  #keepForReplay(details: readonly JsonValue[], show: boolean): void {
    for (const value of details) {
      const detail = asObject(value);
      if (detail === undefined) continue;
      if (show) this.answer.reasoning(asText(detail['text']) ?? asText(detail['summary']) ?? '');
      this.#mergeDetail(detail);
    }
  }

  #mergeDetail(detail: JsonObject): void {
    const last = this.#details.at(-1);
    if (last === undefined || last['index'] !== detail['index'] || last['type'] !== detail['type']) {
      this.#details.push({ ...detail });
      return;
    }
    for (const [name, value] of Object.entries(detail)) {
      const before = last[name];
      const grows = name === 'text' || name === 'summary' || name === 'data';
      last[name] = grows && typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
  }

  #call(call: JsonObject | undefined): void {
    if (call === undefined) return;
    const fn = asObject(call['function']);
    const id = asText(call['id']);
    const name = asText(fn?.['name']);
    const key = this.#callKey(asNumber(call['index']), id, name);
    this.answer.call(key, id, name);
    const given = fn?.['arguments'];
    this.answer.callArguments(key, typeof given === 'string' ? given : asObject(given) ? JSON.stringify(given) : '');
  }

  /** The index tells calls apart, except at hosts that give all of them the same or none: there a new id and name do. */
  #callKey(index: number | undefined, id: string | undefined, name: string | undefined): string {
    const known = index === undefined ? this.#lastCall : this.#callKeys.get(index);
    const open = known === undefined ? undefined : this.answer.openCall(known);
    const isOther =
      open !== undefined &&
      name !== undefined &&
      open.name !== '' &&
      (id === undefined ? index === undefined : open.id !== id);
    const key = known === undefined || isOther ? `call ${this.#callCount++}` : known;
    if (index !== undefined) this.#callKeys.set(index, key);
    this.#lastCall = key;
    return key;
  }

  #end(): void {
    const { answer } = this;
    if (answer.isTerminal) return;
    if (this.#finish === 'error') {
      answer.fail(modelFailure('server', 'the provider ended the answer with an error and no message'));
      return;
    }
    if (this.#reasoningField !== undefined || this.#details.length > 0) {
      answer.attachToReasoning({
        ...(this.#reasoningField === undefined ? {} : { field: this.#reasoningField }),
        ...(this.#details.length === 0 ? {} : { details: this.#details }),
      });
    }
    if (this.#refusal !== '') answer.opaque({ refusal: this.#refusal });
    const mapped = finishReasons[this.#finish ?? ''] ?? 'other';
    answer.end(this.#refusal !== '' ? 'content-filter' : mapped, this.#finish);
  }
}
