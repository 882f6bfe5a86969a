// Reads answers of Gemini's generateContent, streamed and whole.
import type { FinishReason, JsonObject, JsonValue } from '@monkey-coder/protocol';
import { Answer } from '../answer.ts';
import { classifyFailure } from '../classify.ts';
import type { WireDecoder, WireResponseHead } from '../dialect.ts';
import { asList, asNumber, asObject, asText } from '../json-read.ts';
import { createResponseDecoder, type ResponseGrammar } from '../response-decoder.ts';

/** Makes the decoder of one response. */
export function createGeminiDecoder(head: WireResponseHead, options: { readonly model: string }): WireDecoder {
  return createResponseDecoder(head, new GeminiGrammar(options.model));
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
};

class GeminiGrammar implements ResponseGrammar {
  readonly answer: Answer;
  #finish: string | undefined;
  #isBlocked = false;
  #calls = 0;
  #candidate: number | undefined;
  #counts: JsonObject = {};

  constructor(model: string) {
    this.answer = new Answer('gemini', model);
  }

  onWord(word: string): boolean {
    return word === '[DONE]';
  }

  onEvent(_name: string, data: JsonValue): void {
    const event = asObject(data);
    if (event !== undefined) this.#chunk(event);
  }

  /** Without `alt=sse` a stream is one list of chunks. */
  onDocument(document: JsonValue): void {
    const chunks = Array.isArray(document) ? asList(document) : [document];
    for (const value of chunks) {
      const chunk = asObject(value);
      if (chunk === undefined || !isChunk(chunk)) {
        this.answer.fail(classifyFailure({ body: value }));
        return;
      }
      this.#chunk(chunk);
    }
    this.#end();
  }

  /** There is no last event: the answer is whole when it has said why it ended. */
  onStreamEnd(): void {
    if (this.#finish !== undefined) this.#end();
  }

  #chunk(chunk: JsonObject): void {
    if ((chunk['error'] ?? '') !== '') {
      this.answer.fail(classifyFailure({ body: chunk }));
      return;
    }
    this.answer.start(asText(chunk['modelVersion']), asText(chunk['responseId']));
    this.#usage(asObject(chunk['usageMetadata']));
    const blocked = asText(asObject(chunk['promptFeedback'])?.['blockReason']);
    if (blocked !== undefined) {
      this.#isBlocked = true;
      this.#finish = blocked;
    }
    const candidate = this.#ownCandidate(asList(chunk['candidates']));
    for (const part of asList(asObject(candidate?.['content'])?.['parts'])) this.#part(asObject(part));
    this.#finish = asText(candidate?.['finishReason']) ?? this.#finish;
  }

  /** Of several candidates the first to speak is the answer. */
  #ownCandidate(candidates: readonly JsonValue[]): JsonObject | undefined {
    const all = candidates.map(asObject);
    this.#candidate ??= all[0] === undefined ? undefined : (asNumber(all[0]['index']) ?? 0);
    return all.find((one) => (asNumber(one?.['index']) ?? 0) === this.#candidate);
  }

  #part(part: JsonObject | undefined): void {
    if (part === undefined) return;
    const signature = asText(part['thoughtSignature']) ?? asText(part['thought_signature']);
    const call = asObject(part['functionCall']);
    if (call !== undefined) this.#call(call, signature);
    else if (typeof part['text'] === 'string') this.#text(part['text'], part['thought'] === true, signature);
    else if (Object.keys(part).length > 0) this.answer.opaque({ part });
  }

  /** A signature belongs to exactly its part, which may have no text at all. */
  #text(text: string, isThought: boolean, signature: string | undefined): void {
    const { answer } = this;
    if (signature !== undefined) answer.closePart();
    if (isThought) answer.reasoning(text);
    else answer.text(text);
    if (signature === undefined) return;
    if (isThought) answer.reasoningData({ thoughtSignature: signature });
    else answer.textData({ thoughtSignature: signature });
    answer.closePart();
  }

  /** Calls come whole, several in a chunk, mostly without an id; the answer makes one of the response's. */
  #call(call: JsonObject, signature: string | undefined): void {
    const key = this.#calls++;
    const args = asObject(call['args']) ?? asText(call['args']);
    this.answer.call(key, asText(call['id']), asText(call['name']));
    if (signature !== undefined) this.answer.callData(key, { thoughtSignature: signature });
    this.answer.callArguments(key, typeof args === 'string' ? args : JSON.stringify(args ?? {}));
    this.answer.endCall(key);
  }

  /** Counts are cumulative: the last ones told stand. Prompts of built-in tools are input, thoughts are output. */
  #usage(usage: JsonObject | undefined): void {
    if (usage === undefined) return;
    this.#counts = { ...this.#counts, ...usage };
    const count = (name: string): number => asNumber(this.#counts[name]) ?? 0;
    this.answer.usage({
      inputTokens: count('promptTokenCount') + count('toolUsePromptTokenCount'),
      outputTokens: count('candidatesTokenCount') + count('thoughtsTokenCount'),
      cachedInputTokens: count('cachedContentTokenCount'),
      cacheWriteTokens: 0,
      reasoningTokens: count('thoughtsTokenCount'),
    });
  }

  #end(): void {
    const mapped = finishReasons[this.#finish ?? ''] ?? 'other';
    this.answer.end(this.#isBlocked ? 'content-filter' : mapped, this.#finish);
  }
}

function isChunk(chunk: JsonObject): boolean {
  return ['candidates', 'usageMetadata', 'promptFeedback', 'modelVersion'].some((name) => chunk[name] !== undefined);
}
