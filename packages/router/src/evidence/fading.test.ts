// Evidence fades: what is seen of a model bounds how much of it counts, days do the rest, and what all models share stays.
import { describe, expect, it } from 'vitest';
import { cholesky, jointMoments } from '../numbers/gaussian.ts';
import { normalCumulative } from '../numbers/normal.ts';
import { seededRandom } from '../numbers/random.ts';
import { createChainThompson, restoreChainThompson } from '../policies/chain-thompson.ts';
import { type Evidence, learnt, marginalProbit, noEvidence } from './evidence.ts';
import { fadedTo, usualMemory } from './fading.ts';
import { skillLine } from './skill-belief.ts';

const dayMs = 86_400_000;
const context = { kind: 'bugfix', project: 'p' };
const priors = (): undefined => undefined;

function after(evidence: Evidence, results: readonly number[], memory: number, model = 'a/x'): Evidence {
  return results.reduce((known, quality) => {
    const stages = [{ model, verdict: 'none' as const, quality, costMicroUsd: 1e5, durationMs: 1e4 }];
    return learnt(known, context, stages, { priors, memory, time: 0 });
  }, evidence);
}

function drawn(rate: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => (random() < rate ? 1 : 0));
}

const chance = (evidence: Evidence, model = 'a/x'): number =>
  normalCumulative(marginalProbit(evidence.skill, model, context));

describe('fading', () => {
  it('notices in some dozens of tasks that a model is no longer what it was in hundreds', () => {
    const [good, bad] = [drawn(0.9, 300, 1), drawn(0.2, 60, 2)];
    const fading = after(after(noEvidence, good, usualMemory), bad, usualMemory);
    const still = after(after(noEvidence, good, Number.POSITIVE_INFINITY), bad, Number.POSITIVE_INFINITY);
    expect(chance(fading)).toBeLessThan(0.55);
    expect(chance(still)).toBeGreaterThan(0.65);
  });

  it('still finds the rate of a model that stays as it is', () => {
    expect(chance(after(noEvidence, drawn(0.8, 400, 3), usualMemory))).toBeCloseTo(0.8, 1);
  });

  it('halves nothing that others are known by: a model that is not seen does not fade with tasks', () => {
    const known = after(noEvidence, drawn(0.2, 60, 4), usualMemory, 'a/y');
    const later = after(known, drawn(0.6, 100, 5), usualMemory);
    expect(Math.abs(chance(later, 'a/y') - chance(known, 'a/y'))).toBeLessThan(0.08);
  });

  it('lets a year take most of what was known of all models, and a day next to nothing', () => {
    const known = after(noEvidence, drawn(0.1, 100, 6), usualMemory);
    const at = (days: number): number => chance(fadedTo(known, days * dayMs, { priors, memory: usualMemory }));
    expect(at(0.9)).toBe(chance(known));
    expect(at(1) - chance(known)).toBeLessThan(0.01);
    expect(at(365)).toBeGreaterThan(chance(known) + 0.05);
    expect(at(365)).toBeGreaterThan(at(100));
    // What is shared by all models stays: another model is still expected to find these tasks hard.
    expect(at(36_500)).toBeLessThan(0.5);
  });

  it('counts a day once, however many tasks are in it', () => {
    const stages = [{ model: 'a/x', verdict: 'none' as const, quality: 1 }];
    const learning = { priors, memory: usualMemory };
    const start = learnt(noEvidence, context, stages, { ...learning, time: 0 });
    const noon = learnt(start, context, stages, { ...learning, time: dayMs / 2 });
    expect(noon.fadedAt).toBe(0);
    expect(learnt(noon, context, stages, { ...learning, time: 1.4 * dayMs }).fadedAt).toBe(dayMs);
  });

  it('leaves a belief that worlds can be drawn from', () => {
    let known = noEvidence;
    for (const [index, model] of ['a/x', 'a/y', 'a/z'].entries())
      known = after(known, drawn(0.5, 50, 7 + index), usualMemory, model);
    const { covariance } = jointMoments(
      fadedTo(known, 200 * dayMs, { priors, memory: usualMemory }).skill,
      ['a/x', 'a/y', 'a/z'].map((model) => skillLine(model, context)),
    );
    const lower = cholesky(covariance, 3);
    for (let arm = 0; arm < 3; arm++) expect(lower[arm * 4]).toBeGreaterThan(0.01);
    expect(covariance[1]).toBeCloseTo(covariance[3] ?? 0, 12);
  });
});

/** What was written before evidence faded, by the version of November 2026. */
const oldState =
  '{"evidence":{"skill":{"names":["level","kind:bugfix","model:a/x","model:a/x kind:bugfix"],"mean":[0.11537,0.23074,0.36872,0.046148],"covariance":[0.12344,-0.053121,0.19376,-0.026561,-0.053121,0.12344,-0.010624,-0.021249,-0.010624,0.05575]},"cost":{"logs":{"names":["level","kind:bugfix","model:a/x","model:a/x kind:bugfix","again"],"mean":[7.2332,1.8083,2.7125,0.36166,0.2],"covariance":[1.6296,-0.59259,0.85185,-0.88889,-0.22222,1.1667,-0.11852,-0.02963,-0.044444,0.19407,0,0,0,0,0.25]},"ratioSum":19.261,"ratioCount":15},"time":{"logs":{"names":["level","kind:bugfix","model:a/x","model:a/x kind:bugfix","again"],"mean":[0,0,0,0,0.2],"covariance":[4,0,1,0,0,1.5,0,0,0,0.2,0,0,0,0,0.25]},"ratioSum":6.7493,"ratioCount":5},"correlation":[0.01,0.02,0.06,0.13,0.43,0.35],"rates":{"rightAccepted":47,"rightRejected":2.3510163201064813,"wrongAccepted":4,"wrongRejected":18.64898367989352},"tasks":12},"spent":2400000,"explored":0,"recent":0.35341429291885257}';

describe('a state of before', () => {
  it('is read, and goes on fading from the first task with a time', () => {
    const old = restoreChainThompson(priors, JSON.parse(oldState));
    expect(old.evidence.tasks).toBe(12);
    expect(chance(old.evidence)).toBeGreaterThan(0.6);
    const at = { kind: 'change', work: 'bugfix', languages: [], hasChecks: true, valueMicroUsd: 1e7 } as const;
    expect(old.evidenceFor({ ...at, time: 5 * dayMs }, [{ provider: 'a', model: 'x' }]).skill.mean).toEqual(
      old.evidenceFor(at, [{ provider: 'a', model: 'x' }]).skill.mean,
    );
    const next = old.learn({
      context: { ...at, time: 5 * dayMs },
      stages: [{ model: 'a/x', verdict: 'accepted' }],
      reward: 1,
    });
    expect(next.evidence).toMatchObject({ tasks: 13, fadedAt: 5 * dayMs });
    expect(restoreChainThompson(priors, next.state).evidence.fadedAt).toBe(5 * dayMs);
  });
});

const arms = [
  { provider: 'a', model: 'x' },
  { provider: 'a', model: 'y' },
];

/** Tasks of the 120 after the change that are still given to the model that turned bad. */
function triesOfBad(memory: number | undefined): number {
  const random = seededRandom(11);
  const at = { kind: 'change', work: 'bugfix', languages: [], hasChecks: false, valueMicroUsd: 1e7 } as const;
  let policy = createChainThompson(priors, undefined, memory === undefined ? {} : { memory });
  const chosen = Array.from({ length: 420 }, (_, task) => {
    const model = policy.decide(at, arms, random).chain[0]?.model ?? '';
    const rate = model === 'y' ? 0.7 : task < 300 ? 0.9 : 0.3;
    const quality = random() < rate ? 1 : 0;
    const stages = [{ model: `a/${model}`, verdict: 'none' as const, quality, costMicroUsd: 1e5 }];
    policy = policy.learn({ context: at, stages, reward: quality });
    return model;
  });
  return chosen.slice(300).filter((model) => model === 'x').length;
}

describe('the default policy', () => {
  it('leaves the model that turned bad, sooner than one that never forgets', () => {
    expect(triesOfBad(undefined)).toBeLessThan(0.6 * triesOfBad(Number.POSITIVE_INFINITY));
  });
});
