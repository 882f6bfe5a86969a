// Three invented worlds of the kind, unlike the shared data in models, prices, correlation and checks: do the same settings do there?
import { createChainThompson, seededRandom } from '@monkey-coder/router';
import { bestFixed, drawTask, type Invention, inventWorld, runPolicy, worthOn } from './worlds.ts';

const inventions: Readonly<Record<string, Invention>> = {
  'six models, weak tests, loose failures': {
    ...{ models: 6, kinds: 3, correlation: 0.3, accept: 0.85, reject: 0.6 },
    ...{ valueUsd: 20, cheapUsd: 0.2, dearUsd: 3 },
  },
  'four models, cheap tasks, strong tests, tight failures': {
    ...{ models: 4, kinds: 6, correlation: 0.8, accept: 0.98, reject: 0.95 },
    ...{ valueUsd: 2, cheapUsd: 0.01, dearUsd: 0.3 },
  },
  'twelve models, all much the same price': {
    ...{ models: 12, kinds: 5, correlation: 0.6, accept: 0.95, reject: 0.8 },
    ...{ valueUsd: 5, cheapUsd: 0.3, dearUsd: 0.6 },
  },
};
const tasks = 400;

/** Regret in solved tasks over 400 tasks, mean over draws of the world, against what is best in hindsight on those very tasks. */
export interface WorldRegret {
  readonly name: string;
  readonly single: number;
  readonly chain: number;
  /** Regret of the best single model against the best chain: how much there is to gain. */
  readonly gain: number;
  /** Standard error of `chain`. */
  readonly error: number;
}

/** Plays every world so often. */
export function otherWorlds(seeds: number, memory?: number): WorldRegret[] {
  return Object.entries(inventions).map(([name, invention]) => {
    const all = Array.from({ length: seeds }, (_, index) => regrets(name, invention, index + 1, memory));
    const mean = (of: (one: (typeof all)[number]) => number): number =>
      all.reduce((sum, one) => sum + of(one), 0) / seeds;
    const chain = mean((one) => one.chain);
    const error = Math.sqrt(mean((one) => (one.chain - chain) ** 2) / Math.max(1, seeds - 1));
    return { name, single: mean((one) => one.single), chain, gain: mean((one) => one.single - one.chain), error };
  });
}

function regrets(name: string, invention: Invention, seed: number, memory: number | undefined) {
  const random = seededRandom(seed * 31);
  const world = inventWorld(name, invention, random);
  const drawn = Array.from({ length: tasks }, () => drawTask(world, world.skills, random));
  const policy = createChainThompson(() => undefined, undefined, memory === undefined ? {} : { memory });
  const worth = runPolicy(world, policy, drawn, random).worths.reduce((sum, one) => sum + one, 0);
  const against = (longest: number): number => worthOn(world, bestFixed(world, longest, drawn), drawn) - worth;
  return { single: against(1), chain: against(3) };
}
