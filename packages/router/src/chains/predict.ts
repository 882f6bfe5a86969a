// What the evidence expects of chains and of models: values in the mean, and 90 % intervals of them.
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { beliefAbout, type Evidence } from '../evidence/evidence.ts';
import { type EvidenceContext, skillLine } from '../evidence/skill-belief.ts';
import { lineMoments } from '../numbers/gaussian.ts';
import { type ChainValues, type IndexChain, valueChains } from './chain-value.ts';

/**
 * Expected success and cost (micro-dollars) of chains of indices into `models`. The rates of the checks are those learnt, unless given; waiting
 * costs nothing, unless said.
 */
export function valueChainsOf(
  evidence: Evidence,
  models: readonly string[],
  context: EvidenceContext,
  wanted: {
    readonly chains: readonly IndexChain[];
    readonly accept?: number;
    readonly reject?: number;
    readonly waitMicroUsd?: number;
  },
): ChainValues {
  const { mean, covariance, ...belief } = beliefAbout(evidence, models, context, wanted.waitMicroUsd);
  const probits = mean.map((value, index) => value / Math.sqrt(1 + (covariance[index * (models.length + 1)] ?? 0)));
  return valueChains(wanted.chains, {
    ...belief,
    probits,
    acceptRate: wanted.accept ?? acceptRate(evidence.rates),
    rejectRate: wanted.reject ?? rejectRate(evidence.rates),
  });
}

/** The belief about a model's rate of success: mean and standard deviation of its probit. */
export function skillInterval(
  evidence: Evidence,
  model: string,
  context: EvidenceContext,
): { readonly probit: number; readonly deviation: number } {
  const { mean, variance } = lineMoments(evidence.skill, skillLine(model, context));
  return { probit: mean, deviation: Math.sqrt(variance) };
}
