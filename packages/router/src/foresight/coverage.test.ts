// Quotes of whole plans hold: in worlds whose truth is known nine of ten runs cost and take what was said, and so does what is left after a rejection.
import { describe, expect, it } from 'vitest';
import { type Arm, armName } from '../evidence/arm.ts';
import { successAt } from '../evidence/correlation.ts';
import type { StageOutcome } from '../evidence/evidence.ts';
import { drawNormal, type Random, seededRandom } from '../numbers/random.ts';
import { type ChainThompson, createChainThompson } from '../policies/chain-thompson.ts';
import type { RoutingContext } from '../policies/routing-policy.ts';
import { forecastChain, forecastRest } from './forecast.ts';

const arms: readonly Arm[] = ['cheap', 'middle', 'dear'].map((model) => ({ provider: 'a', model }));
const context: RoutingContext = {
  kind: 'change',
  work: 'bugfix',
  languages: [],
  hasChecks: true,
  valueMicroUsd: 1e7,
};
const about = { kind: 'bugfix' };

/** Costs and times of later stages are half of those of first ones: they go on from what is there. */
function play(chain: readonly Arm[], skill: readonly number[], random: Random): StageOutcome[] {
  const ease = drawNormal(random);
  const stages: StageOutcome[] = [];
  for (const [index, arm] of chain.entries()) {
    const at = arms.indexOf(arm);
    const isRight = random() < successAt(skill[at] ?? 0, 0.6, ease);
    const isAccepted = random() < (isRight ? 0.95 : 0.2);
    const scale = (index === 0 ? 1 : 0.5) * Math.exp(Math.sqrt(0.6) * drawNormal(random));
    stages.push({
      ...{ model: armName(arm), verdict: isAccepted ? 'accepted' : 'rejected' },
      ...(isAccepted || index === chain.length - 1 ? { quality: Number(isRight) } : {}),
      ...{ costMicroUsd: scale * 1e5 * 3 ** at, durationMs: 6e4 * scale },
    });
    if (isAccepted) break;
  }
  return stages;
}

interface Counts {
  all: number;
  cost: number;
  time: number;
  forecast: number;
  happened: number;
  quoted: number;
  spent: number;
}

const none = (): Counts => ({ all: 0, cost: 0, time: 0, forecast: 0, happened: 0, quoted: 0, spent: 0 });

function count(counts: Counts, forecast: ReturnType<typeof forecastChain>, stages: readonly StageOutcome[]): void {
  const sum = (of: (stage: StageOutcome) => number | undefined): number =>
    stages.reduce((all, stage) => all + (of(stage) ?? 0), 0);
  const isIn = (value: number, { low, high }: { low: number; high: number }): number =>
    value >= low && value <= high ? 1 : 0;
  counts.all += 1;
  const spent = sum((stage) => stage.costMicroUsd);
  counts.quoted += forecast.costMicroUsd.mean;
  counts.spent += spent;
  counts.cost += isIn(spent, forecast.costMicroUsd);
  counts.time += isIn(
    sum((stage) => stage.durationMs),
    forecast.durationMs,
  );
  counts.forecast += forecast.success.mean;
  counts.happened += stages.at(-1)?.quality ?? 0;
}

/** Plays a world and counts quotes that held, after some tasks to learn from. */
function world(seed: number, whole: Counts, rest: Counts): void {
  const random = seededRandom(seed);
  const skill = arms.map((_, index) => 0.2 + 0.3 * index + 0.3 * drawNormal(random));
  let policy: ChainThompson = createChainThompson(() => undefined);
  for (let task = 0; task < 120; task++) {
    const { chain } = policy.decide(context, arms, random);
    const stages = play(chain, skill, random);
    if (task >= 30) {
      const evidence = policy.evidenceFor(context, chain);
      const names = chain.map(armName);
      count(whole, forecastChain(evidence, names, about, random), stages);
      if (stages.length > 1)
        count(rest, forecastRest(evidence, names, about, { ended: ['rejected'], random }), stages.slice(1));
    }
    policy = policy.learn({ context, stages, reward: 0 });
  }
}

describe('the quote of a plan', () => {
  const [whole, rest] = [none(), none()];
  for (let seed = 1; seed <= 12; seed++) world(seed, whole, rest);

  it.each([
    ['of the whole plan', whole],
    ['of what is left after a rejection', rest],
  ])('%s holds what one run costs and takes in nine of ten cases', (_what, counts) => {
    expect(counts.all).toBeGreaterThan(200);
    for (const held of [counts.cost / counts.all, counts.time / counts.all]) {
      expect(held).toBeGreaterThan(0.85);
      expect(held).toBeLessThan(0.95);
    }
  });

  it.each([
    ['of the whole plan', whole],
    ['of what is left after a rejection', rest],
  ])('%s says how often it ends right', (_what, counts) => {
    expect(Math.abs(counts.forecast - counts.happened) / counts.all).toBeLessThan(0.05);
  });

  it.each([
    ['of the whole plan', whole],
    ['of what is left after a rejection', rest],
  ])('%s expects what is spent on the whole', (_what, counts) => {
    expect(counts.quoted / counts.spent).toBeGreaterThan(0.85);
    expect(counts.quoted / counts.spent).toBeLessThan(1.15);
  });
});
