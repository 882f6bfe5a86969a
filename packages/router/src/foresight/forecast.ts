// What a chain is expected to do on a task: success, cost and time with 90 % intervals, by seeded simulation of the belief.
//
// The interval of success is that of the chance itself (how little we know); those of cost and time are what one run will take.
import type { Forecast, Interval } from '@monkey-coder/protocol';
import { valueChains } from '../chains/chain-value.ts';
import { amountLine, amountMoments, expectedAmount } from '../evidence/amount-belief.ts';
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { meanCorrelation, successAt } from '../evidence/correlation.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { type EvidenceContext, skillLine } from '../evidence/skill-belief.ts';
import { cholesky, jointMoments } from '../numbers/gaussian.ts';
import { drawNormal, type Random } from '../numbers/random.ts';

const runs = 200;

/** Forecasts a chain of models (names). The evidence must be prepared for them. */
export function forecastChain(
  evidence: Evidence,
  chain: readonly string[],
  context: EvidenceContext,
  random: Random,
): Forecast {
  const { mean, covariance } = jointMoments(
    evidence.skill,
    chain.map((model) => skillLine(model, context)),
  );
  const lower = cholesky(covariance, chain.length);
  const correlation = meanCorrelation(evidence.correlation);
  const rates = { acceptRate: acceptRate(evidence.rates), rejectRate: rejectRate(evidence.rates) };
  const amounts = chain.map((model, index) => {
    const line = amountLine(model, context, index > 0);
    return {
      cost: amountMoments(evidence.cost, line),
      time: amountMoments(evidence.time, line),
      expectedCost: expectedAmount(evidence.cost, line),
      expectedTime: expectedAmount(evidence.time, line),
    };
  });
  const chains = [chain.map((_, index) => index)];
  const valued = (probits: readonly number[], costs: readonly number[]) =>
    valueChains(chains, { probits, costs, laterCosts: costs, correlation, ...rates });
  const success: number[] = [];
  const costs: number[] = [];
  const times: number[] = [];
  const expected = { cost: 0, time: 0 };
  for (let run = 0; run < runs; run++) {
    const noise = chain.map(() => drawNormal(random));
    const probits = chain.map((_, row) => {
      let value = mean[row] ?? 0;
      for (let column = 0; column <= row; column++)
        value += (lower[row * chain.length + column] ?? 0) * (noise[column] ?? 0);
      return value;
    });
    const withCosts = valued(
      probits,
      amounts.map((one) => one.expectedCost),
    );
    const withTimes = valued(
      probits,
      amounts.map((one) => one.expectedTime),
    );
    success.push(withCosts.success[0] ?? 0);
    expected.cost += (withCosts.cost[0] ?? 0) / runs;
    expected.time += (withTimes.cost[0] ?? 0) / runs;
    const reached = stagesReached(probits, correlation, rates, random);
    const draw = (of: 'cost' | 'time'): number =>
      amounts
        .slice(0, reached)
        .reduce((sum, one) => sum + Math.exp(one[of].mean + Math.sqrt(one[of].variance) * drawNormal(random)), 0);
    costs.push(draw('cost'));
    times.push(draw('time'));
  }
  // The same expectation that chains are compared by: the mean of a simulated skewed amount would say how little is known, not what is expected.
  return {
    success: intervalOf(success),
    costMicroUsd: { ...intervalOf(costs), mean: expected.cost },
    durationMs: { ...intervalOf(times), mean: expected.time },
  };
}

/** Stages that run in one simulated run. */
function stagesReached(
  probits: readonly number[],
  correlation: number,
  rates: { readonly acceptRate: number; readonly rejectRate: number },
  random: Random,
): number {
  const ease = drawNormal(random);
  for (const [stage, probit] of probits.slice(0, -1).entries()) {
    const isRight = random() < successAt(probit, correlation, ease);
    if (random() < (isRight ? rates.acceptRate : 1 - rates.rejectRate)) return stage + 1;
  }
  return probits.length;
}

/** Mean and the middle 90 %. */
export function intervalOf(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
    low: at(0.05),
    high: at(0.95),
  };
}
