// What is learnt: known truths are found again, failures that come together are noticed, and the shape on disk is small and exact.
import { describe, expect, it } from 'vitest';
import { normalCumulative, normalQuantile } from '../numbers/normal.ts';
import { drawNormal, seededRandom } from '../numbers/random.ts';
import { acceptRate, rejectRate, startRates } from './check-rates.ts';
import { afterChain, meanCorrelation, startCorrelation, successAt } from './correlation.ts';
import { learnt, marginalProbit, noEvidence, type StageOutcome } from './evidence.ts';
import { packEvidence, unpackEvidence } from './pack-evidence.ts';
import { publicPriors } from './priors.ts';

const context = { kind: 'bugfix' };
const none = (): undefined => undefined;
const still = { priors: none, memory: Number.POSITIVE_INFINITY };

/** Runs of one model whose results are known. */
function runs(model: string, rate: number, count: number, seed = 1): StageOutcome[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    model,
    verdict: 'none',
    quality: random() < rate ? 1 : 0,
    costMicroUsd: 2e5 * Math.exp(0.7 * drawNormal(random)),
  }));
}

describe('evidence', () => {
  it('finds the rate and the cost of a model', () => {
    const all = runs('a/x', 0.8, 300).reduce((known, stage) => learnt(known, context, [stage], still), noEvidence);
    expect(normalCumulative(marginalProbit(all.skill, 'a/x', context))).toBeCloseTo(0.8, 1);
    expect(all.tasks).toBe(300);
  });

  it('lets a kind that is hard for one model be harder for the next', () => {
    const hard = { kind: 'frontend' };
    const all = runs('a/x', 0.15, 40).reduce((known, stage) => learnt(known, hard, [stage], still), noEvidence);
    const first = runs('a/y', 0.9, 1).reduce((known, stage) => learnt(known, hard, [stage], still), all);
    const fresh = runs('a/y', 0.9, 1).reduce((known, stage) => learnt(known, hard, [stage], still), noEvidence);
    expect(marginalProbit(first.skill, 'a/y', hard)).toBeLessThan(marginalProbit(fresh.skill, 'a/y', hard) - 0.2);
  });

  it('learns less from a rejection than from knowing that it was wrong', () => {
    const rejected = learnt(noEvidence, context, [{ model: 'a/x', verdict: 'rejected' }], still);
    const wrong = learnt(noEvidence, context, [{ model: 'a/x', verdict: 'rejected', quality: 0 }], still);
    const right = learnt(noEvidence, context, [{ model: 'a/x', verdict: 'accepted', quality: 1 }], still);
    const [low, middle, high] = [wrong, rejected, right].map((one) => marginalProbit(one.skill, 'a/x', context));
    expect(low).toBeLessThan(middle ?? 0);
    expect(middle).toBeLessThan(high ?? 0);
  });

  it('learns how far the checks can be trusted', () => {
    let known = noEvidence;
    for (let task = 0; task < 60; task++)
      known = learnt(known, context, [{ model: 'a/x', verdict: 'accepted', quality: task % 2 }], still);
    expect(rejectRate(known.rates)).toBeLessThan(rejectRate(startRates) - 0.2);
    expect(acceptRate(known.rates)).toBeGreaterThanOrEqual(acceptRate(startRates));
  });

  it('is small on disk and the same after it', () => {
    let known = noEvidence;
    for (const [index, model] of ['a/x', 'a/y', 'b/z'].entries())
      for (const stage of runs(model, 0.6, 10, index))
        known = learnt(known, { kind: 'bugfix', project: `p${index}` }, [stage], still);
    const text = JSON.stringify(packEvidence(known));
    const again = unpackEvidence(JSON.parse(text));
    expect(text.length).toBeLessThan(20_000);
    expect(again && marginalProbit(again.skill, 'a/y', context)).toBeCloseTo(
      marginalProbit(known.skill, 'a/y', context),
      3,
    );
    expect(unpackEvidence({ skill: 1 })).toBeUndefined();
  });

  it('forgets old projects before it grows without bound', () => {
    let known = noEvidence;
    for (let project = 0; project < 150; project++)
      known = learnt(known, { kind: 'bugfix', project: `p${project}` }, runs('a/x', 0.5, 1, project), still);
    expect(known.skill.names.length).toBeLessThan(230);
    expect(known.skill.names).toContain('project:p149');
    expect(known.skill.names).not.toContain('project:p0');
  });
});

describe('the correlation of failures', () => {
  const rejected = { right: 0, wrong: 1 };
  const solved = { right: 1, wrong: 0 };

  it('starts so that a second model has about 0.45 of its usual chance', () => {
    const probit = normalQuantile(0.7);
    const random = seededRandom(1);
    let [failed, both] = [0, 0];
    for (let task = 0; task < 40_000; task++) {
      const ease = drawNormal(random);
      const chance = successAt(probit, meanCorrelation(startCorrelation), ease);
      if (random() < chance) continue;
      failed += 1;
      if (random() < chance) both += 1;
    }
    expect(both / failed / 0.7).toBeGreaterThan(0.38);
    expect(both / failed / 0.7).toBeLessThan(0.58);
  });

  it('falls when second models succeed as usual, and rises when they never do', () => {
    let [loose, tight] = [startCorrelation, startCorrelation];
    for (let task = 0; task < 40; task++) {
      const second = { probit: 0.8, likelihood: solved };
      loose = afterChain(loose, [{ probit: 0.8, likelihood: rejected }, second]);
      tight = afterChain(tight, [
        { probit: 0.8, likelihood: rejected },
        { probit: 0.8, likelihood: rejected },
      ]);
    }
    expect(meanCorrelation(loose)).toBeLessThan(0.3);
    expect(meanCorrelation(tight)).toBeGreaterThan(0.8);
  });
});

describe('public priors', () => {
  const arms = [
    { provider: 'anthropic', model: 'claude-opus-4-8', inputPrice: 5e6, outputPrice: 25e6 },
    { provider: 'own', model: 'nobody-knows', inputPrice: 1e5, outputPrice: 4e5 },
    { provider: 'own', model: 'dear', inputPrice: 5e6, outputPrice: 25e6 },
  ];
  const priors = publicPriors(arms);

  it('know results by name, also through another provider', () => {
    expect(priors('anthropic/claude-opus-4-8', 'bugfix')?.skill?.rateInKind).toBeGreaterThan(0.75);
    expect(priors('openrouter/claude-opus-4-8', 'bugfix')?.skill?.rateInKind).toBeGreaterThan(0.75);
  });

  it('guess from the price otherwise, and are less sure', () => {
    const [cheap, dear] = ['own/nobody-knows', 'own/dear'].map((name) => priors(name, 'bugfix'));
    expect(dear?.skill?.rate).toBeGreaterThan(cheap?.skill?.rate ?? 1);
    expect(dear?.costMicroUsd?.expected).toBeGreaterThan(10 * (cheap?.costMicroUsd?.expected ?? 0));
    expect(cheap?.skill?.deviation).toBeGreaterThan(
      priors('anthropic/claude-opus-4-8', 'bugfix')?.skill?.deviation ?? 1,
    );
  });
});
