// A model on one's own machine costs no money: what it is weighed by is time, and what the checks say of it.
import { describe, expect, it } from 'vitest';
import type { Arm } from '../evidence/arm.ts';
import { publicPriors } from '../evidence/priors.ts';
import { waitCost } from '../evidence/reward.ts';
import { seededRandom } from '../numbers/random.ts';
import { createChainThompson } from './chain-thompson.ts';
import type { RoutingContext } from './routing-policy.ts';

const arms: readonly Arm[] = [
  { provider: 'anthropic', model: 'somebody', inputPrice: 3e6, outputPrice: 15e6 },
  { provider: 'ollama', model: 'whoever', inputPrice: 0, outputPrice: 0, isLocal: true },
];
const context: RoutingContext = {
  kind: 'change',
  work: 'bugfix',
  languages: [],
  hasChecks: true,
  valueMicroUsd: 1e7,
  waitMicroUsd: waitCost(1e7),
};

function chosen(more: Partial<RoutingContext>, minutes: number | undefined): string[] {
  let policy = createChainThompson(publicPriors(arms));
  for (let task = 0; task < (minutes === undefined ? 0 : 30); task++) {
    const took = { durationMs: (minutes ?? 0) * 60_000, costMicroUsd: 0 };
    const paid = { durationMs: 60_000, costMicroUsd: 4e5 };
    policy = policy.learn({
      context,
      stages: [
        { model: 'ollama/whoever', verdict: task % 5 > 0 ? 'accepted' : 'rejected', ...took },
        ...(task % 5 > 0 ? [] : [{ model: 'anthropic/somebody', verdict: 'accepted' as const, ...paid }]),
      ],
      reward: 1,
    });
  }
  const decision = policy.decide({ ...context, ...more, isCritical: true }, arms, seededRandom(1));
  return decision.chain.map((arm) => arm.model);
}

describe('a model on this machine', () => {
  it('is the first stage where checks stand behind it, and not alone where none do', () => {
    expect(chosen({}, undefined)).toEqual(['whoever', 'somebody']);
    expect(chosen({ hasChecks: false }, undefined)).toEqual(['somebody']);
  });

  it('is left out once it is known to take an hour, and kept where it takes a minute', () => {
    expect(chosen({}, 1)[0]).toBe('whoever');
    expect(chosen({}, 60)[0]).toBe('somebody');
  });

  it('is taken for ever where nobody counts the time', () => {
    expect(chosen({ waitMicroUsd: 0 }, 60)[0]).toBe('whoever');
  });
});
