// How a response object says that and why it ended, and what it counted.
import type { FinishReason, JsonObject, Usage } from '@monkey-coder/protocol';
import { asNumber, asObject, asText } from '../json-read.ts';

const incompleteReasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  content_filter: 'content-filter',
};

/** Finish reason of a response, and the provider's own word for it. */
export function finishOf(response: JsonObject): { readonly finish: FinishReason; readonly raw: string | undefined } {
  const status = asText(response['status']);
  if (status === 'completed') return { finish: 'stop', raw: status };
  const reason = asText(asObject(response['incomplete_details'])?.['reason']);
  return { finish: incompleteReasons[reason ?? ''] ?? 'other', raw: reason ?? status };
}

/** Reads a usage object. */
export function readResponsesUsage(usage: JsonObject): Omit<Usage, 'estimated'> {
  const input = asObject(usage['input_tokens_details']);
  return {
    inputTokens: asNumber(usage['input_tokens']) ?? 0,
    outputTokens: asNumber(usage['output_tokens']) ?? 0,
    cachedInputTokens: asNumber(input?.['cached_tokens']) ?? 0,
    cacheWriteTokens: asNumber(input?.['cache_write_tokens']) ?? 0,
    reasoningTokens: asNumber(asObject(usage['output_tokens_details'])?.['reasoning_tokens']) ?? 0,
  };
}
