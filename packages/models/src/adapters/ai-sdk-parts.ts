// Reads the parts of an AI SDK stream into an answer.
import type { LanguageModelV3StreamPart, SharedV3ProviderMetadata } from '@ai-sdk/provider';
import type { JsonObject } from '@monkey-coder/protocol';
import type { Answer } from '../dialects/answer.ts';
import { modelFailure } from '../transport/failures.ts';

type PartOf<T extends LanguageModelV3StreamPart['type']> = Extract<LanguageModelV3StreamPart, { type: T }>;

/** Takes parts in order. Ids tell texts apart, which may follow each other without an end. */
export class AiSdkParts {
  readonly #answer: Answer;
  readonly #provider: string;
  readonly #onNote: (note: string) => void;
  readonly #metadata = new Map<string, SharedV3ProviderMetadata>();
  /** Calls the provider runs itself. */
  readonly #theirs = new Set<string>();
  /** Calls whose deltas are not JSON. */
  readonly #plain = new Set<string>();
  #current = '';

  constructor(answer: Answer, provider: string, onNote: (note: string) => void) {
    this.#answer = answer;
    this.#provider = provider;
    this.#onNote = onNote;
  }

  take(part: LanguageModelV3StreamPart): void {
    switch (part.type) {
      case 'text-start':
      case 'text-delta':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        this.#piece(part);
        return;
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-call':
        this.#call(part);
        return;
      case 'response-metadata':
        this.#answer.start(part.modelId, part.id);
        return;
      case 'finish':
        this.#finish(part);
        return;
      case 'stream-start':
        for (const warning of part.warnings) this.#onNote(`${this.#provider}: ${JSON.stringify(warning)}`);
        return;
      case 'file':
        this.#onNote(`${this.#provider} sent a file of type ${part.mediaType}; it was left out`);
        return;
      default:
        return;
    }
  }

  #piece(part: PartOf<`${'text' | 'reasoning'}-${'start' | 'delta' | 'end'}`>): void {
    const answer = this.#answer;
    const isText = part.type.startsWith('text');
    const key = `${isText ? 'text' : 'reasoning'} ${part.id}`;
    if (this.#current !== key) answer.closePart();
    this.#current = key;
    if (part.providerMetadata !== undefined) this.#remember(key, part.providerMetadata);
    if ('delta' in part && isText) answer.text(part.delta);
    else if ('delta' in part) answer.reasoning(part.delta);
    if (!part.type.endsWith('-end')) return;
    const metadata = this.#metadata.get(key);
    if (metadata !== undefined && isText) answer.textData(this.#kept(metadata));
    else if (metadata !== undefined) answer.reasoningData(this.#kept(metadata));
    answer.closePart();
    this.#metadata.delete(key);
    this.#current = '';
  }

  #remember(key: string, metadata: SharedV3ProviderMetadata): void {
    const before = this.#metadata.get(key) ?? {};
    const merged = Object.entries(metadata).map(([name, value]) => [name, { ...before[name], ...value }]);
    this.#metadata.set(key, { ...before, ...Object.fromEntries(merged) });
  }

  #kept(metadata: SharedV3ProviderMetadata): JsonObject {
    return { provider: this.#provider, metadata: metadata as JsonObject };
  }

  #call(part: PartOf<'tool-input-start' | 'tool-input-delta' | 'tool-call'>): void {
    const answer = this.#answer;
    if (part.type === 'tool-input-delta') {
      if (!this.#theirs.has(part.id) && !this.#plain.has(part.id)) answer.callArguments(part.id, part.delta);
      return;
    }
    const id = part.type === 'tool-call' ? part.toolCallId : part.id;
    if (part.providerExecuted) this.#theirs.add(id);
    if (this.#theirs.has(id)) return;
    if (part.type === 'tool-input-start' && part.inputEncoding === 'text') this.#plain.add(id);
    answer.call(id, id, part.toolName);
    if (part.type === 'tool-input-start') return;
    if (answer.openCall(id)?.arguments === '') answer.callArguments(id, part.input);
    if (part.providerMetadata !== undefined) answer.callData(id, this.#kept(part.providerMetadata));
    answer.endCall(id);
  }

  #finish({ usage, finishReason }: PartOf<'finish'>): void {
    const { inputTokens, outputTokens } = usage;
    if (inputTokens?.total !== undefined || outputTokens?.total !== undefined) {
      this.#answer.usage({
        inputTokens: inputTokens.total ?? 0,
        outputTokens: outputTokens.total ?? 0,
        cachedInputTokens: inputTokens.cacheRead ?? 0,
        cacheWriteTokens: inputTokens.cacheWrite ?? 0,
        reasoningTokens: outputTokens.reasoning ?? 0,
      });
    }
    const { unified, raw } = finishReason;
    if (unified === 'error') {
      this.#answer.fail(modelFailure('server', `the provider ended the answer with an error${raw ? ` (${raw})` : ''}`));
    } else if (unified === 'other' && raw === undefined) {
      this.#answer.fail(modelFailure('truncated', 'the answer ended without the provider saying why'));
    } else {
      this.#answer.end(unified, raw);
    }
  }
}
