// What a call of an AI SDK model is made of.
import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider';
import type { ModelRequest } from '@monkey-coder/protocol';
import type { WatchdogLimits } from '../transport/watchdogs.ts';

/** How an AI SDK model is called. */
export interface AiSdkOptions {
  /** Id the model gets here; default: what the AI SDK calls its provider. */
  readonly provider?: string;
  readonly watchdogs?: WatchdogLimits;
  /** Options only its provider knows, per request: the place for reasoning effort and cache marks. */
  readonly providerOptions?: (request: ModelRequest) => LanguageModelV3CallOptions['providerOptions'];
  /** Hears warnings of the provider and what was left out. */
  readonly onNote?: (note: string) => void;
}

/** What one call needs. */
export interface AiSdkCall {
  readonly model: LanguageModelV3;
  readonly options: AiSdkOptions;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
}
