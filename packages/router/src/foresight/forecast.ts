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
import { cholesky, jointMoments, type Moments } from '../numbers/gaussian.ts';
import { drawNormal, type Random } from '../numbers/random.ts';

const runs = 200;

/** Forecasts a chain of models (names). The evidence must be prepared for them. */
export function forecastChain(
  evidence: Evidence,
  chain: readonly string[],
  context: EvidenceContext,
  random: Random,
): Forecast {
  const known = knownOf(evidence, chain, context);
  const simulated = Array.from({ length: runs }, () => simulateOnce(known, random));
  const mean = (of: (run: SimulatedRun) => number): number => simulated.reduce((sum, run) => sum + of(run), 0) / runs;
  // The expectation that chains are compared by: the mean of a simulated skewed amount would say how little is known, not what is expected.
  return {
    success: intervalOf(simulated.map((run) => run.success)),
    costMicroUsd: { ...intervalOf(simulated.map((run) => run.cost)), mean: mean((run) => run.expectedCost) },
    durationMs: { ...intervalOf(simulated.map((run) => run.time)), mean: mean((run) => run.expectedTime) },
  };
}

interface SimulatedRun {
  /** Chance of success in the drawn world; cost and time that are expected there, and those of one run. */
  readonly success: number;
  readonly expectedCost: number;
  readonly expectedTime: number;
  readonly cost: number;
  readonly time: number;
}

type Known = ReturnType<typeof knownOf>;

/** What of the evidence a simulation needs. */
function knownOf(evidence: Evidence, chain: readonly string[], context: EvidenceContext) {
  const lines = chain.map((model) => skillLine(model, context));
  const { mean, covariance } = jointMoments(evidence.skill, lines);
  const amountLines = chain.map((model, index) => amountLine(model, context, index > 0));
  return {
    mean,
    lower: cholesky(covariance, chain.length),
    correlation: meanCorrelation(evidence.correlation),
    rates: { acceptRate: acceptRate(evidence.rates), rejectRate: rejectRate(evidence.rates) },
    chains: [chain.map((_, index) => index)],
    cost: amountLines.map((line) => amountMoments(evidence.cost, line)),
    time: amountLines.map((line) => amountMoments(evidence.time, line)),
    expectedCosts: amountLines.map((line) => expectedAmount(evidence.cost, line)),
    expectedTimes: amountLines.map((line) => expectedAmount(evidence.time, line)),
  };
}

function simulateOnce(known: Known, random: Random): SimulatedRun {
  const { correlation, rates, chains } = known;
  const probits = drawnProbits(known, random);
  const valued = (costs: readonly number[]) =>
    valueChains(chains, { probits, costs, laterCosts: costs, correlation, ...rates });
  const withCosts = valued(known.expectedCosts);
  const reached = stagesReached(probits, correlation, rates, random);
  const sumOf = (amounts: readonly Moments[]): number =>
    amounts
      .slice(0, reached)
      .reduce((sum, one) => sum + Math.exp(one.mean + Math.sqrt(one.variance) * drawNormal(random)), 0);
  return {
    success: withCosts.success[0] ?? 0,
    expectedCost: withCosts.cost[0] ?? 0,
    expectedTime: valued(known.expectedTimes).cost[0] ?? 0,
    cost: sumOf(known.cost),
    time: sumOf(known.time),
  };
}

function drawnProbits({ mean, lower }: Known, random: Random): number[] {
  const size = mean.length;
  const noise = Array.from({ length: size }, () => drawNormal(random));
  return [...mean].map((value, row) =>
    noise.reduce((sum, one, column) => sum + (column <= row ? (lower[row * size + column] ?? 0) * one : 0), value),
  );
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
