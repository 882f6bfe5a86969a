// Forecasts cover, the tree does what the numbers say, explanations hold together.
import { describe, expect, it } from 'vitest';
import { learnt, noEvidence, prepared } from '../evidence/evidence.ts';
import { seededRandom } from '../numbers/random.ts';
import { createChainThompson } from '../policies/chain-thompson.ts';
import { sampleContext } from '../testing/policy-suite.ts';
import { explainRoute } from './explain.ts';
import { forecastChain } from './forecast.ts';
import { risksOf } from './risk.ts';
import { bestPlan, plansOf, type TreeProblem } from './strategy-tree.ts';

const problem: TreeProblem = {
  models: [
    { name: 'cheap', probit: 0.3, costMicroUsd: 0.1e6 },
    { name: 'strong', probit: 1.2, costMicroUsd: 1e6 },
  ],
  correlation: 0.5,
  acceptRate: 0.95,
  rejectRate: 0.8,
  valueMicroUsd: 10e6,
  budgetMicroUsd: 100e6,
  askCostMicroUsd: 20e6,
  askSuccess: 0.9,
  candidates: [3],
  depth: 3,
};

describe('the strategy tree', () => {
  it('tries cheap, then strong, where the checks are good', () => {
    const plan = bestPlan(problem);
    expect(plan.action).toMatchObject({ model: 'cheap' });
    expect(plan.afterRejection?.action).toMatchObject({ model: 'strong' });
  });

  it('stops where nothing pays, and asks where a person is cheap', () => {
    expect(bestPlan({ ...problem, valueMicroUsd: 0.05e6 }).action.kind).toBe('stop');
    expect(bestPlan({ ...problem, askCostMicroUsd: 0.01e6 }).action.kind).toBe('ask');
  });

  it('keeps to the budget', () => {
    const plans = plansOf({ ...problem, budgetMicroUsd: 0.5e6 });
    expect(plans.every((plan) => plan.costMicroUsd <= 0.5e6)).toBe(true);
    expect(JSON.stringify(plans)).not.toContain('strong');
  });

  it('expects less after a rejection: the task is probably hard', () => {
    const fresh = plansOf(problem).find((plan) => plan.action.kind === 'try' && plan.action.model === 'strong');
    const after = bestPlan(problem, ['cheap']);
    expect(after.action).toMatchObject({ model: 'strong' });
    expect(after.success).toBeLessThan((fresh?.success ?? 0) - 0.1);
  });
});

describe('forecasts', () => {
  const context = { kind: 'bugfix' };
  it('are repeatable and narrow as evidence comes', () => {
    const none = (): undefined => undefined;
    const still = { priors: none, memory: Number.POSITIVE_INFINITY };
    let known = prepared(noEvidence, ['a/x'], context, none);
    const before = forecastChain(known, ['a/x'], context, seededRandom(1));
    expect(forecastChain(known, ['a/x'], context, seededRandom(1))).toEqual(before);
    for (let task = 0; task < 100; task++)
      known = learnt(
        known,
        context,
        [{ model: 'a/x', verdict: 'none', quality: task % 4 === 0 ? 0 : 1, costMicroUsd: 3e5 }],
        still,
      );
    const after = forecastChain(known, ['a/x'], context, seededRandom(1));
    expect(after.success.high - after.success.low).toBeLessThan((before.success.high - before.success.low) / 2);
    expect(after.success.mean).toBeCloseTo(0.75, 1);
    expect(after.costMicroUsd.low).toBeLessThan(3e5);
    expect(after.costMicroUsd.high).toBeGreaterThan(3e5);
  });

  it('name an unnoticed mistake as the risk where nothing checks', () => {
    const interval = { mean: 0.6, low: 0.4, high: 0.8 };
    const [first] = risksOf(
      { risk: 'low', hasChecks: false, size: 'small' },
      { success: interval, costMicroUsd: interval, durationMs: interval },
      0.8,
    );
    expect(first?.what).toContain('no checks');
    expect(first?.chance).toBeCloseTo(0.4);
  });
});

describe('the explanation', () => {
  it('says why each other chain was not chosen', () => {
    const arms = [
      { provider: 'a', model: 'small', inputPrice: 1e5, outputPrice: 4e5 },
      { provider: 'b', model: 'large', inputPrice: 5e6, outputPrice: 25e6 },
    ];
    const policy = createChainThompson(() => undefined);
    const context = sampleContext();
    const decision = policy.decide(context, arms, seededRandom(1));
    const evidence = policy.evidenceFor(context, arms);
    const found = explainRoute({ evidence, context, arms, decision, random: seededRandom(2) });
    expect(found.chosen.chain).toEqual(decision.chain.map((arm) => `${arm.provider}/${arm.model}`));
    expect(found.notChosen.length).toBeGreaterThan(0);
    expect(found.notChosen.every((one) => one.why !== '')).toBe(true);
    expect(found.models.map((one) => one.model)).toEqual(['a/small', 'b/large']);
  });
});
