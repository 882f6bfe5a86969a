// Values of chains against plain simulation, the front, pacing, and the adaptive threshold.
import { describe, expect, it } from 'vitest';
import { successAt } from '../evidence/correlation.ts';
import { drawNormal, seededRandom } from '../numbers/random.ts';
import { AllChainPlans, allChains, type ChainInputs, ChainTable, type IndexChain, valueChains } from './chain-value.ts';
import { adaptedThreshold, costWeight } from './pacing.ts';
import { dominatorOf, paretoFront } from './pareto.ts';

const inputs: ChainInputs = {
  probits: [-0.2, 0.4, 0.9],
  costs: [1, 4, 20],
  laterCosts: [1.5, 5, 24],
  correlation: 0.6,
  acceptRate: 0.95,
  rejectRate: 0.8,
};

function simulated(chain: IndexChain, runs: number): { success: number; cost: number } {
  const random = seededRandom(11);
  let [success, cost] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const played = playedOnce(chain, drawNormal(random), random);
    success += played.isRight ? 1 / runs : 0;
    cost += played.cost / runs;
  }
  return { success, cost };
}

function playedOnce(chain: IndexChain, ease: number, random: () => number): { isRight: boolean; cost: number } {
  let [isRight, cost] = [false, 0];
  for (const [stage, model] of chain.entries()) {
    isRight = random() < successAt(inputs.probits[model] ?? 0, inputs.correlation, ease);
    cost += (stage === 0 ? inputs.costs : inputs.laterCosts)[model] ?? 0;
    if (random() < (isRight ? inputs.acceptRate : 1 - inputs.rejectRate)) break;
  }
  return { isRight, cost };
}

describe('chains', () => {
  it('are all there, no model twice', () => {
    expect(allChains(10, 3)).toHaveLength(820);
    expect(allChains(3, 1)).toEqual([[0], [1], [2]]);
  });

  it.each([[[0]], [[0, 2]], [[2, 0]], [[0, 1, 2]], [[2, 1, 0]]])('%j is valued as simulation says', (chain) => {
    const chains = allChains(3, 3);
    const index = chains.findIndex((one) => one.join() === chain.join());
    const values = valueChains(chains, inputs);
    const expected = simulated(chain, 60_000);
    expect(Math.abs((values.success[index] ?? 0) - expected.success)).toBeLessThan(0.008);
    expect(Math.abs((values.cost[index] ?? 0) / expected.cost - 1)).toBeLessThan(0.02);
  });

  it('have the same value in whatever order they are asked for', () => {
    const chains = allChains(3, 3);
    const forward = valueChains(chains, inputs);
    const backward = valueChains(chains.toReversed(), inputs);
    expect([...backward.success].toReversed()).toEqual([...forward.success]);
  });

  it('are valued the same all at once', () => {
    for (const longest of [1, 2, 3]) {
      const one = valueChains(allChains(3, longest), inputs);
      const all = new ChainTable(new AllChainPlans().of(3, longest), inputs).value(inputs.probits);
      expect(all.success.length).toBe(one.success.length);
      for (const [index, value] of one.success.entries()) expect(all.success[index]).toBeCloseTo(value, 12);
      for (const [index, value] of one.cost.entries()) expect(all.cost[index]).toBeCloseTo(value, 12);
    }
  });

  it('of which the front is beaten by none', () => {
    const values = valueChains(allChains(3, 3), inputs);
    const front = paretoFront(values);
    for (let index = 0; index < values.success.length; index++) {
      const isBeaten = front.some(
        (one) =>
          (values.cost[one] ?? 0) <= (values.cost[index] ?? 0) &&
          (values.success[one] ?? 0) > (values.success[index] ?? 0),
      );
      if (front.includes(index)) expect(isBeaten).toBe(false);
      else expect(dominatorOf(index, front, values)).toBeDefined();
    }
  });
});

describe('pacing', () => {
  it('lets money weigh more when spending runs ahead, by the tightest budget', () => {
    const budget = (spent: number, elapsed: number) => ({ spentMicroUsd: spent, limitMicroUsd: 100, elapsed });
    expect(costWeight([])).toBe(1);
    expect(costWeight([budget(50, 0.5)])).toBe(1);
    expect(costWeight([budget(90, 0.5)])).toBeGreaterThan(2);
    expect(costWeight([budget(0, 0.5), budget(95, 0.2)])).toBeGreaterThan(costWeight([budget(90, 0.5)]));
  });

  it('insists on more when results fall short of what is wanted', () => {
    expect(adaptedThreshold(0, 0.2)).toBe(0);
    expect(adaptedThreshold(0.8, undefined)).toBe(0.8);
    expect(adaptedThreshold(0.8, 0.6)).toBeCloseTo(0.9);
    expect(adaptedThreshold(0.8, 1)).toBeCloseTo(0.7);
  });
});
