// How many tokens a provider counts for one that is estimated by characters / 4; learnt from its own counts, the newest most.
import type { Usage } from '@monkey-coder/protocol';

/** Before anything was counted. */
export const firstTokenFactor = 1;

/** The factor after an answer; unchanged where the provider did not count. */
export function learntFactor(factor: number, usage: Usage, estimatedInputTokens: number): number {
  if (usage.estimated || usage.inputTokens === 0 || estimatedInputTokens === 0) return factor;
  const ratio = usage.inputTokens / estimatedInputTokens;
  return Math.min(3, Math.max(0.5, factor * 0.3 + ratio * 0.7));
}
