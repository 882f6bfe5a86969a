// What a request is cut down to when its cap pays for an answer, but not for the longest one.
import type { ModelRequest } from '@monkey-coder/protocol';
import { type EffectivePrice, worstCaseMicroUsd } from '../catalogue/price.ts';
import { inputTokensUpperBound } from '../catalogue/token-estimate.ts';
import type { BudgetRefusal } from './ledger.ts';

/** Output tokens below which a call is not worth its price. */
const leastOutputTokens = 2000;

/** The request with as many output tokens as what is left pays for; undefined when those are too few. Pure. */
export function shorterAnswer(
  request: ModelRequest,
  known: {
    readonly price: EffectivePrice;
    readonly refusal: BudgetRefusal;
    readonly outputLimit: (request: ModelRequest) => number;
  },
): ModelRequest | undefined {
  const { price, refusal, outputLimit } = known;
  const left = refusal.limitMicroUsd - refusal.spentMicroUsd - refusal.reservedMicroUsd;
  const input = inputTokensUpperBound(request);
  const limit = outputLimit(request);
  const free = worstCaseMicroUsd(price, input, 0);
  const perToken = (worstCaseMicroUsd(price, input, limit) - free) / limit;
  // One less, for what was rounded.
  const maxOutputTokens = Math.min(limit, Math.floor((left - free) / perToken)) - 1;
  if (!(maxOutputTokens >= leastOutputTokens)) return undefined;
  const shorter = { ...request, maxOutputTokens };
  return outputLimit(shorter) <= maxOutputTokens ? shorter : undefined;
}
