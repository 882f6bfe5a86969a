// Token counts as openai-chat hosts tell them.
import type { JsonObject, Usage } from '@monkey-coder/protocol';
import type { DialectQuirks } from '../dialect.ts';
import { asNumber, asObject } from '../json-read.ts';

/**
 * Reads a usage object. xAI leaves reasoning out of `completion_tokens`, which its total gives away; there, and where the
 * quirk says so, reasoning is added to the output. DeepSeek and Mistral have names of their own for cached input.
 */
export function readOpenaiUsage(usage: JsonObject, quirks: DialectQuirks): Partial<Omit<Usage, 'estimated'>> {
  const input = asNumber(usage['prompt_tokens']) ?? asNumber(usage['input_tokens']) ?? 0;
  const completion = asNumber(usage['completion_tokens']) ?? asNumber(usage['output_tokens']) ?? 0;
  const inputDetails = asObject(usage['prompt_tokens_details']);
  const reasoning =
    asNumber(asObject(usage['completion_tokens_details'])?.['reasoning_tokens']) ??
    asNumber(usage['reasoning_tokens']) ??
    0;
  const cached =
    asNumber(inputDetails?.['cached_tokens']) ??
    asNumber(usage['prompt_cache_hit_tokens']) ??
    asNumber(usage['num_cached_tokens']) ??
    0;
  const written = asNumber(inputDetails?.['cache_write_tokens']) ?? asNumber(usage['cache_creation_input_tokens']) ?? 0;
  const outside = reasoning > 0 && isOutside(usage, input + completion + reasoning, quirks);
  return {
    inputTokens: input,
    outputTokens: completion + (outside ? reasoning : 0),
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    reasoningTokens: reasoning,
  };
}

function isOutside(usage: JsonObject, sumWithReasoning: number, quirks: DialectQuirks): boolean {
  const total = asNumber(usage['total_tokens']);
  return total === undefined ? quirks.reasoningOutsideOutput === true : total === sumWithReasoning;
}
