// What a chain is expected to do on a task: success, cost and time with 90 % intervals, by seeded simulation of the belief.
//
// The interval of success is that of the chance itself (how little we know); those of cost and time are what one run will take.
// Once stages were rejected the same is asked of the rest: worlds and difficulties in which those rejections were probable count
// more (Bayes), and what is quoted is what is still to come.
import type { Forecast, Interval } from '@monkey-coder/protocol';
import { amountLine, amountMoments, expectedAmount } from '../evidence/amount-belief.ts';
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { difficultyNodes, difficultyWeights, meanCorrelation, successAt } from '../evidence/correlation.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { type EvidenceContext, skillLine } from '../evidence/skill-belief.ts';
import { cholesky, jointMoments, type Moments } from '../numbers/gaussian.ts';
import { drawIndex, drawNormal, type Random } from '../numbers/random.ts';

const runs = 200;

/** Forecasts a chain of models (names). The evidence must be prepared for them. */
export function forecastChain(
  evidence: Evidence,
  chain: readonly string[],
  context: EvidenceContext,
  random: Random,
): Forecast {
  return forecastRest(evidence, chain, context, { ended: [], random });
}

/**
 * Forecasts what is left of a chain whose first stages have `ended`, rejected by the checks or before these could say anything (`none`): its
 * success, and cost and time from now on.
 */
export function forecastRest(
  evidence: Evidence,
  chain: readonly string[],
  context: EvidenceContext,
  { ended, random }: { readonly ended: readonly ('rejected' | 'none')[]; readonly random: Random },
): Forecast {
  const known = knownOf(evidence, chain, context);
  const simulated = Array.from({ length: runs }, () => simulateOnce(known, ended, random));
  const total = simulated.reduce((sum, run) => sum + run.weight, 0);
  const mean = (of: (run: SimulatedRun) => number): number =>
    simulated.reduce((sum, run) => sum + run.weight * of(run), 0) / total;
  const interval = (of: (run: SimulatedRun) => number): Interval => ({ mean: mean(of), ...middleOf(simulated, of) });
  // The expectation that chains are compared by: the mean of a simulated skewed amount would say how little is known, not what is expected.
  return {
    success: interval((run) => run.success),
    costMicroUsd: { ...interval((run) => run.cost), mean: mean((run) => run.expectedCost) },
    durationMs: { ...interval((run) => run.time), mean: mean((run) => run.expectedTime) },
  };
}

/** Chance that a wrong result of a chain passes the checks and is taken for right. */
export function chanceOfUnnoticed(evidence: Evidence, chain: readonly string[], context: EvidenceContext): number {
  const known = knownOf(evidence, chain, context);
  const size = chain.length;
  const probits = chain.map((_, at) => (known.mean[at] ?? 0) / Math.sqrt(1 + (known.covariance[at * (size + 1)] ?? 0)));
  return playedOut(known, probits, []).unnoticed;
}

interface SimulatedRun {
  /** How probable the rejections so far were in the drawn world. */
  readonly weight: number;
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
  // A stage after the first goes on from what a rejected one left: what such stages took is learnt apart.
  const amountLines = chain.map((model, index) => amountLine(model, context, index > 0));
  return {
    mean,
    covariance,
    lower: cholesky(covariance, chain.length),
    correlation: meanCorrelation(evidence.correlation),
    accept: acceptRate(evidence.rates),
    reject: rejectRate(evidence.rates),
    cost: amountLines.map((line) => amountMoments(evidence.cost, line)),
    time: amountLines.map((line) => amountMoments(evidence.time, line)),
    expectedCosts: amountLines.map((line) => expectedAmount(evidence.cost, line)),
    expectedTimes: amountLines.map((line) => expectedAmount(evidence.time, line)),
  };
}

function simulateOnce(known: Known, ended: Ended, random: Random): SimulatedRun {
  const probits = drawnProbits(known, random);
  const { reached, success, expectedCost, expectedTime } = playedOut(known, probits, ended);
  const until = stagesReached(known, probits, ended, random);
  const sumOf = (amounts: readonly Moments[]): number =>
    amounts
      .slice(ended.length, until)
      .reduce((sum, one) => sum + Math.exp(one.mean + Math.sqrt(one.variance) * drawNormal(random)), 0);
  return { weight: reached, success, expectedCost, expectedTime, cost: sumOf(known.cost), time: sumOf(known.time) };
}

/** How the stages that are over ended. */
type Ended = readonly ('rejected' | 'none')[];

/** What the other stages lead to in a world, averaged over how hard the task may be after the rejections. */
function playedOut(known: Known, probits: readonly number[], ended: Ended) {
  const sum = { reached: 0, success: 0, expectedCost: 0, expectedTime: 0, unnoticed: 0 };
  for (const [at, node] of difficultyNodes.entries()) {
    let here = (difficultyWeights[at] ?? 0) * rejectionOf(known, probits, { ended, node });
    sum.reached += here;
    for (let stage = ended.length; stage < probits.length; stage++) {
      const chance = successAt(probits[stage] ?? 0, known.correlation, node);
      const isLast = stage === probits.length - 1;
      sum.success += here * chance * (isLast ? 1 : known.accept);
      sum.unnoticed += here * (1 - chance) * (1 - known.reject);
      sum.expectedCost += here * (known.expectedCosts[stage] ?? 0);
      sum.expectedTime += here * (known.expectedTimes[stage] ?? 0);
      here *= chance * (1 - known.accept) + (1 - chance) * known.reject;
    }
  }
  const { reached, success, expectedCost, expectedTime, unnoticed } = sum;
  return {
    reached,
    success: success / reached,
    expectedCost: expectedCost / reached,
    expectedTime: expectedTime / reached,
    unnoticed: unnoticed / reached,
  };
}

/** Chance that the checks reject those that they did reject, on a task of that ease. */
function rejectionOf(
  { correlation, accept, reject }: Known,
  probits: readonly number[],
  { ended, node }: { readonly ended: Ended; readonly node: number },
): number {
  return ended.reduce((product, verdict, stage) => {
    if (verdict === 'none') return product;
    const chance = successAt(probits[stage] ?? 0, correlation, node);
    return product * (chance * (1 - accept) + (1 - chance) * reject);
  }, 1);
}

function drawnProbits({ mean, lower }: Known, random: Random): number[] {
  const size = mean.length;
  const noise = Array.from({ length: size }, () => drawNormal(random));
  return [...mean].map((value, row) =>
    noise.reduce((sum, one, column) => sum + (column <= row ? (lower[row * size + column] ?? 0) * one : 0), value),
  );
}

/** Where one simulated run ends: the stages of the chain that have run by then. */
function stagesReached(known: Known, probits: readonly number[], ended: Ended, random: Random): number {
  const ease = ended.length === 0 ? drawNormal(random) : easeAfter(known, probits, ended, random);
  for (let stage = ended.length; stage < probits.length - 1; stage++) {
    const isRight = random() < successAt(probits[stage] ?? 0, known.correlation, ease);
    if (random() < (isRight ? known.accept : 1 - known.reject)) return stage + 1;
  }
  return probits.length;
}

/** How easy a task is on which stages ended so: drawn. */
function easeAfter(known: Known, probits: readonly number[], ended: Ended, random: Random): number {
  const weights = difficultyNodes.map(
    (node, at) => (difficultyWeights[at] ?? 0) * rejectionOf(known, probits, { ended, node }),
  );
  return difficultyNodes[drawIndex(weights, random)] ?? 0;
}

/** The middle 90 % of what weighs. */
function middleOf(all: readonly SimulatedRun[], of: (run: SimulatedRun) => number): Omit<Interval, 'mean'> {
  const sorted = [...all].sort((a, b) => of(a) - of(b));
  const total = sorted.reduce((sum, run) => sum + run.weight, 0);
  const at = (share: number): number => {
    let left = share * total;
    const found = sorted.find((run) => {
      left -= run.weight;
      return left < 0;
    });
    const last = sorted.at(-1);
    return found ? of(found) : last ? of(last) : 0;
  };
  return { low: at(0.05), high: at(0.95) };
}
