// All chains of one decision, valued in the mean and in drawn worlds.
import { type ChainInputs, type ChainPlan, ChainTable, type ChainValues, planChains } from '../chains/chain-value.ts';
import { type Arm, armName } from '../evidence/arm.ts';
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { evidenceContext } from '../evidence/context.ts';
import { beliefAbout, type Evidence } from '../evidence/evidence.ts';
import { cholesky } from '../numbers/gaussian.ts';
import { drawNormal, indexOfMax } from '../numbers/random.ts';
import type { Decision, Option, RoutingContext } from './routing-policy.ts';

/** The knobs; the same for every user. */
export const chainThompsonKnobs = {
  /** Share of the belief's spread that is drawn. */
  temper: 0.35,
  /** Worlds drawn for a decision: also the resolution of the propensity. */
  worlds: 32,
  longest: 3,
  /** Chains that are looked at in every world: so many of the best in the mean, and of the best in a hopeful world. */
  contenders: 32,
  /** Tasks before anything is tried out. */
  thin: 5,
  /** What exploring may be expected to lose, as a share of what was spent. */
  exploreShare: 0.1,
} as const;

/** The chains of a decision with what they are worth. */
export class DecisionTable {
  readonly #context: RoutingContext;
  readonly #arms: readonly Arm[];
  readonly #plan: ChainPlan;
  readonly #table: ChainTable;
  readonly #mean: Float64Array;
  readonly #covariance: Float64Array;
  readonly #shared: Omit<ChainInputs, 'probits'>;
  readonly #noise: Float64Array;
  #meanValues: Float64Array | undefined;

  constructor(context: RoutingContext, arms: readonly Arm[], evidence: Evidence, plan: ChainPlan) {
    const belief = beliefAbout(evidence, arms.map(armName), evidenceContext(context), context.waitMicroUsd);
    this.#context = context;
    this.#arms = arms;
    this.#plan = plan;
    this.#mean = belief.mean;
    this.#covariance = belief.covariance;
    this.#shared = {
      costs: belief.costs,
      laterCosts: belief.laterCosts,
      correlation: belief.correlation,
      acceptRate: acceptRate(evidence.rates),
      rejectRate: rejectRate(evidence.rates),
    };
    this.#table = new ChainTable(plan, this.#shared);
    this.#noise = new Float64Array(arms.length);
  }

  /** Index of the chain of highest expected value. */
  bestOfMean(): number {
    return indexOfMax(this.#valuesOfMean());
  }

  /** The best chain of each drawn world. Only chains that are good in the mean or in a hopeful world can be best in one. */
  votes(random: () => number): number[] {
    const lower = cholesky(this.#covariance, this.#arms.length);
    const kept = this.#contenders();
    const table = new ChainTable(planChains(kept.map((index) => this.#plan.chains[index] ?? [])), this.#shared);
    // Arrays of their own for every world would be half the time of a decision.
    const probits = new Float64Array(this.#arms.length);
    const worth = new Float64Array(kept.length);
    return Array.from({ length: chainThompsonKnobs.worlds }, () => {
      this.#draw(lower, random, probits);
      return kept[indexOfMax(utilityOf(table.value(probits), this.#context, worth))] ?? 0;
    });
  }

  /** Indices of the chains that are compared in every world, in the order in which neighbours share their beginnings. */
  #contenders(): number[] {
    const size = this.#arms.length;
    const { temper, contenders } = chainThompsonKnobs;
    const hopeful = this.#mean.map((mean, index) => {
      const variance = this.#covariance[index * (size + 1)] ?? 0;
      return (mean + 1.5 * temper * Math.sqrt(variance)) / Math.sqrt(1 + (1 - temper * temper) * variance);
    });
    const best = [...largest(this.#valuesOfMean(), contenders), ...largest(this.#values(hopeful), contenders)];
    return [...new Set(best)].sort((a, b) => a - b);
  }

  decided(chosen: number, votes: readonly number[], policy: string, reason: string, best = chosen): Decision {
    const values = this.#valuesOfMean();
    const all = votes.length === 0 ? [chosen] : votes;
    const options = optionsOf(all, (index) => this.#armsOf(index));
    const chain = this.#armsOf(chosen);
    const propensity = all.filter((vote) => vote === chosen).length / all.length;
    const loss = Math.max(0, (values[best] ?? 0) - (values[chosen] ?? 0));
    return { chain, propensity, policy, reason, options, isExploring: chosen !== best, exploreCostMicroUsd: loss };
  }

  #armsOf(index: number): Arm[] {
    return (this.#plan.chains[index] ?? []).flatMap((arm) => this.#arms[arm] ?? []);
  }

  #valuesOfMean(): Float64Array {
    const size = this.#arms.length;
    this.#meanValues ??= this.#values(
      this.#mean.map((mean, index) => mean / Math.sqrt(1 + (this.#covariance[index * (size + 1)] ?? 0))),
    );
    return this.#meanValues;
  }

  /** Probits in a drawn world: part of the spread is drawn, the rest averaged out. */
  #draw(lower: Float64Array, random: () => number, probits: Float64Array): void {
    const size = this.#arms.length;
    const { temper } = chainThompsonKnobs;
    const noise = this.#noise;
    for (let arm = 0; arm < size; arm++) noise[arm] = drawNormal(random);
    for (let row = 0; row < size; row++) {
      let value = this.#mean[row] as number;
      for (let column = 0; column <= row; column++)
        value += temper * (lower[row * size + column] as number) * (noise[column] as number);
      probits[row] = value / Math.sqrt(1 + (1 - temper * temper) * (this.#covariance[row * (size + 1)] as number));
    }
  }

  #values(probits: Float64Array): Float64Array {
    return utilityOf(this.#table.value(probits), this.#context);
  }
}

/** Value of success less cost, in micro-dollars, written into `worth`; chains that break a wish of the context come after all others. */
export function utilityOf(
  { success, cost }: ChainValues,
  context: RoutingContext,
  worth: Float64Array = new Float64Array(success.length),
): Float64Array {
  const { valueMicroUsd, minSuccess = 0, maxCostMicroUsd = Number.POSITIVE_INFINITY, costWeight = 1 } = context;
  const short = 100 * Math.max(valueMicroUsd, 1e6);
  for (let index = 0; index < worth.length; index++) {
    const chance = success[index] as number;
    const spent = cost[index] as number;
    const missing = Math.max(0, minSuccess - chance);
    const over = Math.max(0, spent - maxCostMicroUsd);
    worth[index] = valueMicroUsd * chance - costWeight * spent - missing * short - over * 100;
  }
  return worth;
}

/** Indices of the largest values. */
function largest(values: Float64Array, count: number): number[] {
  const found: number[] = [];
  const least = leastOfLargest(values, count);
  for (let index = 0; index < values.length; index++) if ((values[index] ?? 0) >= least) found.push(index);
  return found;
}

/** The smallest of the `count` largest values: they are kept in order, and most values are none of them. */
function leastOfLargest(values: Float64Array, count: number): number {
  const kept = values.slice(0, count).sort();
  for (let index = count; index < values.length; index++) {
    const value = values[index] as number;
    if (value <= (kept[0] as number)) continue;
    let at = 0;
    for (; at + 1 < kept.length && (kept[at + 1] as number) < value; at++) kept[at] = kept[at + 1] as number;
    kept[at] = value;
  }
  return kept[0] ?? Number.NEGATIVE_INFINITY;
}

function optionsOf(votes: readonly number[], armsOf: (index: number) => Arm[]): Option[] {
  const counts = new Map<number, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([index, count]) => ({ chain: armsOf(index), propensity: count / votes.length }));
}
