// A world in which the best model turns bad after 300 tasks: how much is lost until it is noticed, with and without fading.
import { createChainThompson, seededRandom } from '@monkey-coder/router';
import { bestFixed, drawTask, type Invention, inventWorld, runPolicy, type World, worthOn } from './worlds.ts';

const before = 300;
const after = 200;
const look = 1500;

const usual: Invention = {
  ...{ models: 5, kinds: 4, correlation: 0.5, accept: 0.95, reject: 0.8 },
  ...{ valueUsd: 10, cheapUsd: 0.1, dearUsd: 1 },
};

/** Regret in solved tasks against the best fixed chain, before the change and in the 200 tasks after it. */
export interface ChangeRegret {
  readonly before: number;
  readonly after: number;
}

/** How the router forgets. */
export interface Forgetting {
  /** Infinite: nothing fades; absent: the usual. */
  readonly memory?: number;
  /** Evidence is begun anew at the change, which nobody could know. */
  readonly isTold?: boolean;
}

/** Mean regret over so many worlds. */
export function regretOfChange(seeds: number, forgetting: Forgetting = {}): ChangeRegret {
  const all = Array.from({ length: seeds }, (_, index) => regretOfSeed(index + 1, forgetting));
  const mean = (of: (one: ChangeRegret) => number): number => all.reduce((sum, one) => sum + of(one), 0) / seeds;
  return { before: mean((one) => one.before), after: mean((one) => one.after) };
}

function regretOfSeed(seed: number, { isTold = false, ...forgetting }: Forgetting): ChangeRegret {
  const random = seededRandom(seed);
  const world = inventWorld('changing', usual, random);
  const draw = (skills: World['skills'], count: number) =>
    Array.from({ length: count }, () => drawTask(world, skills, random));
  const best = bestFixed(world, 3, draw(world.skills, look));
  const fallen = best[0] ?? 0;
  const turned = world.skills.map((own, model) => (model === fallen ? own.map((probit) => probit - 1.5) : own));
  const bestAfter = bestFixed(world, 3, draw(turned, look));
  const [early, late] = [draw(world.skills, before), draw(turned, after)];
  const choose = seededRandom(seed + 1000);
  const start = createChainThompson(() => undefined, undefined, forgetting);
  const first = runPolicy(world, start, early, choose);
  const second = runPolicy(world, isTold ? start : first.policy, late, choose);
  const lost = (worths: readonly number[], tasks: typeof early, chain: readonly number[]): number =>
    worthOn(world, chain, tasks) - worths.reduce((sum, worth) => sum + worth, 0);
  return { before: lost(first.worths, early, best), after: lost(second.worths, late, bestAfter) };
}
