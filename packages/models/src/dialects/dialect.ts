// The seam of a wire format: a codec in both directions, without any I/O of its own.
import type {
  DialectName,
  JsonValue,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ModelTerminalEvent,
} from '@monkey-coder/protocol';

/** Traits of a host that calls itself compatible and is not quite. Data, never code. */
export interface DialectQuirks {
  /** Name of the output limit field in openai-chat. */
  readonly outputLimitField?: 'max_tokens' | 'max_completion_tokens';
  /** The host takes `prompt_cache_key`. */
  readonly promptCacheKey?: boolean;
  /** The host takes `stream_options.include_usage`. */
  readonly streamUsage?: boolean;
  /** Reasoning tokens are not part of the output count. */
  readonly reasoningOutsideOutput?: boolean;
  /** The host takes cache marks (anthropic-messages). */
  readonly cacheMarks?: boolean;
  /** The host wants the reasoning of earlier answers back, in the field it came in (openai-chat). */
  readonly replayReasoning?: boolean;
  /** Tool call ids must be nine letters or digits (openai-chat at Mistral). */
  readonly shortToolCallIds?: boolean;
  /**
   * The host goes on with an answer whose beginning is the last message: as it stands, or where that message says so with
   * `prefix` (openai-chat at Mistral). Absent: it answers anew or refuses.
   */
  readonly prefill?: 'as-is' | 'prefix-flag';
  /** How the model is told to think (not openai-chat): an effort word, a budget in tokens, or not at all. */
  readonly thinking?: 'effort' | 'budget' | 'none';
  /** The account may ask for summaries of reasoning (openai-responses): OpenAI refuses accounts it has not verified. */
  readonly reasoningSummary?: boolean;
}

/** An HTTP request as a dialect wants it; the provider adds address and authentication. */
export interface WireRequest {
  /** Path under the provider's base URL, `/chat/completions` for example. */
  readonly path: string;
  readonly body: JsonValue;
  /** What the model or host does not take and was dropped, one sentence each. */
  readonly notes: readonly string[];
}

/** Head of an HTTP response. Header names are lower case. */
export interface WireResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads one response, streamed or not, whatever the cutting of its bytes.
 * `push` and `finish` return events in order; exactly one terminal event comes out in all, at the latest from `finish`.
 * After the terminal event both return nothing. Neither throws.
 */
export interface WireDecoder {
  push(bytes: Uint8Array): ModelEvent[];
  /** The body ended (`failure` absent) or broke off (`failure` says how). */
  finish(failure?: ModelFailure): ModelEvent[];
}

/** Writes one streamed response: text for each event, `''` where the event has no counterpart on the wire. */
export interface WireEncoder {
  readonly contentType: string;
  encode(event: ModelEvent): string;
}

/** The client half of a wire format. Pure: the same input gives the same bytes. */
export interface ClientDialect {
  readonly name: DialectName;
  /** Our request to the wire. Byte-stable: equal requests give equal JSON text. */
  encodeRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest;
  /** A reader for one response. `model` is what was asked for, in case the reply does not say. */
  createDecoder(
    head: WireResponseHead,
    options: { readonly model: string; readonly quirks: DialectQuirks },
  ): WireDecoder;
}

/** A wire format in both directions. Pure like its half. */
export interface Dialect extends ClientDialect {
  /** Server half: whether a request to this path (query removed) is for this dialect. */
  matchesPath(path: string): boolean;
  /** Server half: the wire to our request; `stream` says which answer the client wants. Throws MonkeyError `usage.invalid`. */
  decodeRequest(body: JsonValue, path: string): { readonly request: ModelRequest; readonly stream: boolean };
  /** Server half: a writer for one streamed answer. */
  createEncoder(options: {
    readonly responseId: string;
    readonly createdAt: number;
    readonly model: string;
  }): WireEncoder;
  /** Server half: a whole answer as one document. */
  encodeDocument(
    event: ModelTerminalEvent,
    options: { readonly responseId: string; readonly createdAt: number },
  ): JsonValue;
  /** Server half: a failure before the first byte. */
  encodeFailure(failure: ModelFailure): {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonValue;
  };
}
