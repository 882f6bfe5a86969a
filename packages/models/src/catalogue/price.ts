// Money of a call: which rates hold when, what a usage costs, and what a request can cost at most.
import type { Usage } from '@monkey-coder/protocol';
import type { ModelFacts, ModelPrice, Rates } from './model-facts.ts';

/** Rates that hold at one time; only the size of the request can still change them. */
export interface EffectivePrice extends Rates {
  readonly tiers?: ModelPrice['tiers'];
}

/** The price at a time (milliseconds since 1970); undefined where it is not known. Days and hours are UTC. */
export function priceOf(facts: ModelFacts | undefined, at: number): EffectivePrice | undefined {
  const price = facts?.price;
  if (price === undefined) return undefined;
  const iso = new Date(at).toISOString();
  const day = iso.slice(0, 10);
  const hour = iso.slice(11, 16);
  const { tiers, later, daily, ...base } = price;
  let rates: Rates = base;
  for (const { from, ...changed } of later ?? []) if (day >= from) rates = { ...rates, ...changed };
  for (const { fromUtc, toUtc, ...changed } of daily ?? []) {
    if (isWithin(hour, fromUtc, toUtc)) rates = { ...rates, ...changed };
  }
  return tiers === undefined ? rates : { ...rates, tiers };
}

/** A window may pass midnight. */
function isWithin(hour: string, from: string, to: string): boolean {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}

function ratesFor(price: EffectivePrice, inputTokens: number): Rates {
  let rates: Rates = price;
  for (const { above, ...changed } of price.tiers ?? []) if (inputTokens > above) rates = { ...rates, ...changed };
  return rates;
}

/** Cost of a call in micro-USD, rounded up. The tier is chosen by the whole input, cached part included. */
export function costMicroUsd(price: EffectivePrice, usage: Usage): number {
  const rates = ratesFor(price, usage.inputTokens);
  const plainInput = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const reasoning = rates.reasoning === undefined ? 0 : Math.min(usage.reasoningTokens, usage.outputTokens);
  const micro =
    plainInput * rates.input +
    usage.cachedInputTokens * (rates.cacheRead ?? rates.input) +
    usage.cacheWriteTokens * (rates.cacheWrite ?? rates.input) +
    (usage.outputTokens - reasoning) * rates.output +
    reasoning * (rates.reasoning ?? 0);
  return Math.ceil(micro / 1_000_000);
}

/**
 * The most a request can cost in micro-USD: all input at the dearest input rate, all output at the dearest output rate,
 * of any tier the input may reach.
 */
export function worstCaseMicroUsd(
  price: EffectivePrice,
  inputTokensUpperBound: number,
  maxOutputTokens: number,
): number {
  const reachable = [0, ...(price.tiers ?? []).map((tier) => tier.above + 1)].filter((t) => t <= inputTokensUpperBound);
  const worst = reachable.map((input) => {
    const rates = ratesFor(price, input);
    const dearestInput = Math.max(rates.input, rates.cacheRead ?? 0, rates.cacheWrite ?? 0);
    const dearestOutput = Math.max(rates.output, rates.reasoning ?? 0);
    return inputTokensUpperBound * dearestInput + maxOutputTokens * dearestOutput;
  });
  return Math.ceil(Math.max(0, ...worst) / 1_000_000);
}
