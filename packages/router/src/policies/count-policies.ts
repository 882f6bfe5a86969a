// Policies that keep one average reward per model: cheapest, best, epsilon-greedy and UCB1.

import type { JsonValue } from '@monkey-coder/protocol';
import { type Arm, armName } from '../evidence/arm.ts';
import { indexOfMax } from '../numbers/random.ts';
import { parseCounts, type RewardCounts } from './reward-counts.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

/** The lowest price; unknown prices come last. Learns nothing. */
export function createCheapestPolicy(): RoutingPolicy {
  const policy: RoutingPolicy = {
    name: 'cheapest',
    state: null,
    decide: (context, arms) =>
      certain(requestedArm(context, arms) ?? bestBy(arms, (arm) => -priceOf(arm)), 'cheapest', 'the lowest price'),
    learn: () => policy,
  };
  return policy;
}

/** The highest average quality so far; untried models count by their price, which says a little about quality. */
export function createBestPolicy(saved: JsonValue = null): RoutingPolicy {
  return new CountPolicy('best', parseCounts(saved), {
    weights: (counts, arms) => onlyBest(arms.map((arm) => counts.quality(armName(arm)) ?? guessedQuality(arm))),
    reason: 'the highest success rate so far',
  });
}

/** A random model with probability `epsilon`, else the best average reward. */
export function createEpsilonGreedyPolicy(epsilon = 0.1, saved: JsonValue = null): RoutingPolicy {
  return new CountPolicy('epsilon-greedy', parseCounts(saved), {
    weights: (counts, arms) => {
      const best = indexOfMax(arms.map((arm) => counts.reward(armName(arm)) ?? 1));
      return arms.map((_, index) => epsilon / arms.length + (index === best ? 1 - epsilon : 0));
    },
    reason: 'the best average reward, or one at random',
  });
}

/** Auer, Cesa-Bianchi and Fischer 2002: the highest upper confidence bound of the reward; untried models first. */
export function createUcbPolicy(saved: JsonValue = null): RoutingPolicy {
  return new CountPolicy('ucb1', parseCounts(saved), {
    weights: (counts, arms) =>
      onlyBest(
        arms.map((arm) => {
          const tries = counts.tries(armName(arm));
          if (tries === 0) return 9;
          return (counts.reward(armName(arm)) ?? 0) + 0.5 * Math.sqrt(Math.log(counts.total + 1) / tries);
        }),
      ),
    reason: 'the highest upper bound of reward',
  });
}

interface CountRule {
  readonly weights: (counts: RewardCounts, arms: readonly Arm[]) => number[];
  readonly reason: string;
}

class CountPolicy implements RoutingPolicy {
  readonly name: string;
  readonly #counts: RewardCounts;
  readonly #rule: CountRule;

  constructor(name: string, counts: RewardCounts, rule: CountRule) {
    this.name = name;
    this.#counts = counts;
    this.#rule = rule;
  }

  get state(): JsonValue {
    return this.#counts.state;
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    if (arms.length === 0) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    const weights = this.#rule.weights(this.#counts, arms);
    return drawn(this.name, this.#rule.reason, { arms, weights, isCritical: context.isCritical ?? false }, random);
  }

  learn(outcome: RoutingOutcome): CountPolicy {
    const last = outcome.stages.at(-1);
    const counts = last
      ? this.#counts.after(last.model, outcome.reward, last.quality ?? verdictQuality(last.verdict))
      : this.#counts;
    return new CountPolicy(this.name, counts, this.#rule);
  }
}

function verdictQuality(verdict: 'accepted' | 'rejected' | 'none'): number {
  return verdict === 'accepted' ? 1 : verdict === 'rejected' ? 0 : 0.5;
}

/** Draws one arm by its weight; on a critical task the heaviest is taken. */
export function drawn(
  policy: string,
  reason: string,
  choice: { readonly arms: readonly Arm[]; readonly weights: readonly number[]; readonly isCritical: boolean },
  random: () => number,
): Decision {
  const total = choice.weights.reduce((sum, weight) => sum + weight, 0);
  const best = indexOfMax(choice.weights);
  const shares = choice.weights.map((weight, index) => (choice.isCritical ? (index === best ? 1 : 0) : weight / total));
  let left = random();
  let chosen = best;
  for (const [index, share] of shares.entries()) {
    left -= share;
    if (left < 0) {
      chosen = index;
      break;
    }
  }
  const options = choice.arms.flatMap((arm, index) => {
    const propensity = shares[index] ?? 0;
    return propensity > 0 ? [{ chain: [arm], propensity }] : [];
  });
  return {
    chain: choice.arms.slice(chosen, chosen + 1),
    propensity: shares[chosen] ?? 0,
    policy,
    reason,
    options,
    isExploring: chosen !== best,
  };
}

function onlyBest(values: readonly number[]): number[] {
  const best = indexOfMax(values);
  return values.map((_, index) => (index === best ? 1 : 0));
}

function bestBy(arms: readonly Arm[], worth: (arm: Arm) => number): Arm {
  const arm = arms[indexOfMax(arms.map(worth))];
  if (!arm) throw new RangeError('a policy needs at least one arm');
  return arm;
}

function priceOf(arm: Arm): number {
  return arm.outputPrice === undefined ? Number.MAX_VALUE : (arm.inputPrice ?? 0) * 12 + arm.outputPrice;
}

function guessedQuality(arm: Arm): number {
  return arm.outputPrice === undefined ? 0.5 : 0.5 + 0.02 * Math.log2(1 + arm.outputPrice / 1e6);
}
