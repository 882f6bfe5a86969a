// Reads answers of Cohere's POST /v2/chat, streamed and whole.
import type { FinishReason, JsonObject, JsonValue } from '@monkey-coder/protocol';
import { modelFailure } from '../../transport/failures.ts';
import { Answer } from '../answer.ts';
import { classifyFailure } from '../classify.ts';
import type { WireDecoder, WireResponseHead } from '../dialect.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { createResponseDecoder, type ResponseGrammar } from '../response-decoder.ts';

/** Makes the decoder of one response. */
export function createCohereDecoder(head: WireResponseHead, options: { readonly model: string }): WireDecoder {
  return createResponseDecoder(head, new CohereGrammar(options.model));
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
  ERROR_TOXIC: 'content-filter',
};

class CohereGrammar implements ResponseGrammar {
  readonly answer: Answer;
  #plan = '';
  #hasThoughts = false;

  constructor(model: string) {
    this.answer = new Answer('cohere', model);
  }

  onWord(word: string): boolean {
    return word === '[DONE]';
  }

  onEvent(name: string, data: JsonValue): void {
    const event = asObject(data);
    if (event === undefined) return;
    const type = asText(event['type']) ?? name;
    const index = asNumber(event['index']) ?? 0;
    const delta = asObject(event['delta']);
    const message = asObject(delta?.['message']);
    switch (type) {
      case 'message-start':
        this.answer.start(undefined, asText(event['id']));
        return;
      case 'content-start':
        this.answer.closePart();
        this.#content(asObject(message?.['content']));
        return;
      case 'content-delta':
        this.#content(asObject(message?.['content']));
        return;
      case 'content-end':
        this.answer.closePart();
        return;
      case 'tool-plan-delta':
        this.#plan += asString(message?.['tool_plan']) ?? '';
        return;
      case 'tool-call-start':
      case 'tool-call-delta':
        this.#call(index, asObject(message?.['tool_calls']) ?? asObject(asList(message?.['tool_calls'])[0]));
        return;
      case 'tool-call-end':
        this.answer.endCall(index);
        return;
      case 'message-end':
        this.#end(delta ?? {});
        return;
      default:
        if (isFailure(type, event)) this.answer.fail(classifyFailure({ body: event }));
    }
  }

  onDocument(document: JsonValue): void {
    const body = asObject(document);
    const message = asObject(body?.['message']);
    if (body === undefined || message === undefined) {
      this.answer.fail(classifyFailure({ body: document }));
      return;
    }
    this.answer.start(undefined, asText(body['id']));
    const content = message['content'];
    if (typeof content === 'string') this.answer.text(content);
    for (const part of asList(content)) {
      this.answer.closePart();
      this.#content(asObject(part));
    }
    this.#plan = asString(message['tool_plan']) ?? '';
    asList(message['tool_calls']).forEach((call, index) => {
      this.#call(index, asObject(call));
    });
    this.#end(body);
  }

  /** Only `message-end` makes an answer whole. */
  onStreamEnd(): void {}

  #content(content: JsonObject | undefined): void {
    const thinking = asText(content?.['thinking']);
    if (thinking !== undefined) {
      this.#hasThoughts = true;
      this.answer.reasoning(thinking);
    }
    this.answer.text(asString(content?.['text']) ?? '');
  }

  #call(index: number, value: JsonObject | undefined): void {
    const fn = asObject(value?.['function']);
    const given = fn?.['arguments'];
    this.answer.call(index, asText(value?.['id']), asText(fn?.['name']));
    this.answer.callArguments(index, typeof given === 'string' ? given : asObject(given) ? JSON.stringify(given) : '');
  }

  #end(end: JsonObject): void {
    const { answer } = this;
    this.#usage(asObject(end['usage']));
    const finish = asText(end['finish_reason']);
    if (finish === 'ERROR' || finish === 'TIMEOUT' || asText(end['error']) !== undefined) {
      answer.fail(
        asText(end['error']) === undefined
          ? modelFailure('server', `the provider ended the answer with ${finish ?? 'an error'} and no message`)
          : classifyFailure({ body: end }),
      );
      return;
    }
    if (this.#hasThoughts) answer.attachToReasoning({ own: true });
    if (this.#plan !== '') answer.opaque({ plan: this.#plan });
    answer.end(finishReasons[finish ?? ''] ?? 'other', finish);
  }

  /** `tokens` is what the model read and wrote, `billed_units` leaves out what Cohere adds to the prompt. */
  #usage(usage: JsonObject | undefined): void {
    const counts = asObject(usage?.['tokens']) ?? asObject(usage?.['billed_units']);
    if (usage === undefined || counts === undefined) return;
    this.answer.usage({
      inputTokens: asNumber(counts['input_tokens']) ?? 0,
      outputTokens: asNumber(counts['output_tokens']) ?? 0,
      cachedInputTokens: asNumber(usage['cached_tokens']) ?? asNumber(counts['cached_tokens']) ?? 0,
      cacheWriteTokens: 0,
      reasoningTokens: asNumber(counts['reasoning_tokens']) ?? 0,
    });
  }
}

/** An error inside a stream is a bare message, or has a type or field that says so. */
function isFailure(type: string, event: JsonObject): boolean {
  return type === 'error' || (event['error'] ?? null) !== null || (type === '' && typeof event['message'] === 'string');
}
