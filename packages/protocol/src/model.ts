// What is asked of a model and what comes back: requests, stream events, usage, failures.
import * as z from 'zod/mini';
import type { JsonObject, JsonSchema } from './json.ts';
import type { Message } from './message.ts';

/** Wire formats the product speaks. */
export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini' | 'cohere';

/** A tool as it is shown to a model. */
export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** How hard a model shall think; mapped per model, dropped where it cannot. */
export type ReasoningEffort = 'none' | 'low' | 'medium' | 'high';

/** One call of a model, independent of vendor and wire. */
export interface ModelRequest {
  /** Id of this call: idempotency key on the wire, key in ledger and journal. */
  readonly callId: string;
  /** The provider's own name of the model. */
  readonly model: string;
  /** System text; empty for none. */
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDeclaration[];
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string };
  /** Upper bound of the answer in tokens, reasoning included. */
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly reasoningEffort?: ReasoningEffort;
  /** The answer must be JSON of this schema. */
  readonly responseSchema?: { readonly name: string; readonly schema: JsonSchema };
  readonly stopSequences?: readonly string[];
  /** Stable per session: lets a provider reuse its prompt cache. */
  readonly cacheKey?: string;
}

/** Tokens of one call. `inputTokens` includes cached and cache-written ones, `outputTokens` includes reasoning. */
export const usageSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedInputTokens: z.number(),
  cacheWriteTokens: z.number(),
  reasoningTokens: z.number(),
  /** True when the provider did not say and the numbers are ours. */
  estimated: z.boolean(),
});
export type Usage = z.infer<typeof usageSchema>;

/** No tokens at all. */
export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

export const finishReasonSchema = z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'other']);
/** Why an answer ended in order. */
export type FinishReason = z.infer<typeof finishReasonSchema>;

export const modelErrorCodeSchema = z.enum([
  'auth',
  'permission',
  'not_found',
  'rate_limit',
  'quota',
  'overloaded',
  'server',
  'timeout.first_token',
  'timeout.idle',
  'network',
  'truncated',
  'malformed',
  'content_policy',
  'context_length',
  'invalid_request',
  'unsupported',
  'budget',
  'cancelled',
  'unknown',
]);
/** The one taxonomy of model failures. */
export type ModelErrorCode = z.infer<typeof modelErrorCodeSchema>;

/** Why a call of a model failed, and what that permits. */
export const modelFailureSchema = z.object({
  code: modelErrorCodeSchema,
  message: z.string(),
  /** HTTP status, where there was one. */
  status: z.optional(z.number()),
  /** The provider's own code or type. */
  providerCode: z.optional(z.string()),
  /** How long the provider asks to wait, in milliseconds. */
  retryAfterMs: z.optional(z.number()),
  /** The same request to the same model may succeed later. */
  retry: z.boolean(),
  /** Another model or provider may succeed now. */
  failover: z.boolean(),
  /** Says something about the provider's health. */
  countsAgainstHealth: z.boolean(),
});
export type ModelFailure = z.infer<typeof modelFailureSchema>;

/** One event of a model stream. Exactly one terminal event (`end` or `error`) closes it. */
export type ModelEvent =
  | { readonly type: 'start'; readonly model?: string; readonly responseId?: string }
  | { readonly type: 'text.delta'; readonly text: string }
  /** `providerData` (a signature) may come with an empty text, as the last delta of a piece of reasoning. */
  | { readonly type: 'reasoning.delta'; readonly text: string; readonly providerData?: JsonObject }
  | { readonly type: 'tool-call.started'; readonly id: string; readonly name: string }
  | { readonly type: 'tool-call.delta'; readonly id: string; readonly arguments: string }
  | {
      readonly type: 'tool-call.ended';
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
      /** What the vendor wants back with the call, a signature for one. */
      readonly providerData?: JsonObject;
    }
  /** A decorator threw away what came so far and asks again; consumers forget the partial answer. */
  | { readonly type: 'restart'; readonly failure: ModelFailure; readonly attempt: number; readonly delayMs: number }
  | {
      readonly type: 'end';
      readonly finishReason: FinishReason;
      /** The provider's own word. */
      readonly finishRaw?: string;
      readonly usage: Usage;
      /** Model the reply names, which is the one that is charged. */
      readonly model: string;
      /** The whole answer, in order, with provider data for replay. */
      readonly message: Message;
      /** What the call cost in micro-dollars; absent where the price is unknown. Set by the budget decorator. */
      readonly costMicroUsd?: number;
      /** The answer was not asked for again: it is a stored one. */
      readonly isCached?: boolean;
    }
  | {
      readonly type: 'error';
      readonly failure: ModelFailure;
      /** What had arrived before the failure. */
      readonly partial: Message;
      readonly usage: Usage;
      readonly costMicroUsd?: number;
    };

/** The terminal events of a model stream. */
export type ModelTerminalEvent = Extract<ModelEvent, { type: 'end' | 'error' }>;
