// Exploring is chosen where it pays and only there; votes and teams are valued as they should be.
import { describe, expect, it } from 'vitest';
import { learnt, noEvidence, prepared } from '../evidence/evidence.ts';
import { seededRandom } from '../numbers/random.ts';
import { type ExploreQuestion, exploreOrNot } from './explore-or-not.ts';
import { allTeams, chanceOfRight, type TeamInputs, valueTeam } from './team-value.ts';

const none = (): undefined => undefined;
const still = { priors: none, memory: Number.POSITIVE_INFINITY };
const context = { kind: 'bugfix' };

/** What is known after so many tasks on which each model was right now and then. */
function question(rates: Readonly<Record<string, number>>, more: Partial<ExploreQuestion> = {}): ExploreQuestion {
  const models = Object.keys(rates);
  let evidence = prepared(noEvidence, models, context, none);
  const random = seededRandom(2);
  for (let task = 0; task < 150; task++)
    for (const model of models) {
      const quality = random() < (rates[model] ?? 0) ? 1 : 0;
      evidence = learnt(evidence, context, [{ model, verdict: 'none', quality, costMicroUsd: 1e5 }], still);
    }
  return {
    ...{ evidence, models, context, longest: 1, most: 3, repeats: false, random: seededRandom(3) },
    ...{ valueMicroUsd: 10e6, budgetMicroUsd: Number.POSITIVE_INFINITY, accept: 0.95, reject: 0.8, ...more },
  };
}

describe('exploring or not', () => {
  const even = { 'a/x': 0.6, 'a/y': 0.6, 'a/z': 0.6 };

  it('sends a team where several even models stand against one attempt', () => {
    const answer = exploreOrNot(question(even));
    expect(answer.pays).toBe(true);
    expect(answer.team?.models).toHaveLength(3);
    expect(answer.team?.success).toBeGreaterThan((answer.usual?.success ?? 1) + 0.05);
    expect(answer.team?.costMicroUsd).toBeGreaterThan(2.5e5);
  });

  it('does not where a solved task is worth little, the budget is short or one model is nearly always right', () => {
    expect(exploreOrNot(question(even, { valueMicroUsd: 2e5 })).pays).toBe(false);
    expect(exploreOrNot(question(even, { budgetMicroUsd: 1.5e5 })).team).toBeUndefined();
    expect(exploreOrNot(question({ ...even, 'a/x': 0.99 })).pays).toBe(false);
  });

  it('leaves it where one model after another does as well for less', () => {
    const answer = exploreOrNot(question(even, { longest: 3, valueMicroUsd: 2e6 }));
    expect(answer.usual?.models.length).toBeGreaterThan(1);
    expect(answer.pays).toBe(false);
  });

  it('gives a model alone its repairs', () => {
    const answer = exploreOrNot(question({ 'a/x': 0.6 }, { longest: 3, repeats: true }));
    expect(answer.usual?.models.length).toBeGreaterThan(1);
    expect(new Set(answer.team?.models)).toEqual(new Set(['a/x']));
  });
});

describe('teams', () => {
  const inputs: TeamInputs = {
    ...{ probits: [0.25, 0.25, 0.25], costs: [1, 2, 3] },
    ...{ correlation: 0.5, acceptRate: 1, rejectRate: 1 },
  };

  it('are all of two to most, once each', () => {
    expect(allTeams(3, 2, false)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    expect(allTeams(2, 3, true)).toHaveLength(3 + 4);
  });

  it('with perfect checks succeed where any member does; repeats of one model add less', () => {
    const two = valueTeam([0, 1], inputs);
    const three = valueTeam([0, 1, 2], inputs);
    expect(three.cost).toBe(6);
    expect(three.success).toBeGreaterThan(two.success);
    expect(valueTeam([0, 0], inputs).success).toBeLessThan(two.success);
  });

  it('take the larger group, and at a tie the more trusted', () => {
    const one = (isRight: boolean, trust = 0, isAccepted = true) => ({ isRight, isAccepted, trust });
    expect(chanceOfRight([one(true), one(true), one(false, 9)])).toBe(1);
    expect(chanceOfRight([one(true, 1), one(false)])).toBe(1);
    expect(chanceOfRight([one(true), one(false, 1)])).toBe(0);
    expect(chanceOfRight([one(true, 1), one(false), one(false)])).toBeCloseTo(0.7);
    expect(chanceOfRight([one(true, 1, false), one(false)])).toBe(0);
  });
});
