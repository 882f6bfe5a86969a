// Off-line measures of the router that an evaluator of policies does not make: chains at equal success, and whether its intervals cover.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  allChains,
  createScorer,
  drawIndex,
  drawNormal,
  normalCumulative,
  seededRandom,
  skillInterval,
  valueChainsOf,
} from '@monkey-coder/router';

interface KindData {
  readonly ids: readonly string[];
  readonly success: Readonly<Record<string, string>>;
  readonly cost: Readonly<Record<string, readonly number[]>>;
}

/** One task with what each model made of it; costs in dollars. */
export interface Task {
  readonly kind: string;
  readonly success: readonly number[];
  readonly cost: readonly number[];
}

/** Outcomes of some models on tasks. */
export interface Outcomes {
  readonly models: readonly string[];
  readonly tasks: readonly Task[];
}

/** Reads the recorded outcomes of the models named, or of the ten that cover the price range. */
export function readOutcomes(folder: string, models: readonly string[]): Outcomes {
  const text = gunzipSync(new Uint8Array(readFileSync(join(folder, 'openhands.json.gz')))).toString('utf8');
  const { sets } = JSON.parse(text) as { readonly sets: Readonly<Record<string, KindData>> };
  const tasks = Object.entries(sets).flatMap(([kind, data]) =>
    data.ids.map((_, index) => ({
      kind,
      success: models.map((model) => (data.success[model]?.[index] === '1' ? 1 : 0)),
      cost: models.map((model) => data.cost[model]?.[index] ?? 0),
    })),
  );
  return { models, tasks };
}

/** How good the checks are taken to be. */
export interface CheckQuality {
  readonly accept: number;
  readonly reject: number;
}

interface Point {
  readonly success: number;
  readonly cost: number;
}

/** What chains chosen by the router save, on tasks they were not chosen on (five folds). */
export function chainsAtEqualSuccess(outcomes: Outcomes, checks: CheckQuality, longest: number) {
  const best = bestSingle(outcomes);
  const points = curve(outcomes, checks, longest);
  const cheapest = (least: number): Point | undefined =>
    points.filter((point) => point.success >= least - 1e-12).sort((a, b) => a.cost - b.cost)[0];
  const saved = (point: Point | undefined): number => (point ? 1 - point.cost / best.cost : Number.NaN);
  return {
    best,
    equal: cheapest(best.success),
    savedAtEqual: saved(cheapest(best.success)),
    savedAt95: saved(cheapest(0.95 * best.success)),
  };
}

function bestSingle({ models, tasks }: Outcomes): Point & { readonly model: string } {
  const points = models.map((model, index) => ({
    model,
    success: mean(tasks.map((task) => task.success[index] ?? 0)),
    cost: mean(tasks.map((task) => task.cost[index] ?? 0)),
  }));
  return points.reduce((a, b) => (b.success > a.success ? b : a));
}

/** Success and cost over all tasks for each value of a solved task, chains chosen kind by kind on the other folds. */
function curve({ models, tasks }: Outcomes, checks: CheckQuality, longest: number): Point[] {
  const chains = allChains(models.length, longest);
  const values = Array.from({ length: 141 }, (_, step) => 10 ** (-3 + step * 0.05));
  const sums = values.map(() => ({ success: 0, cost: 0 }));
  for (const [training, held] of folds(tasks, 5)) {
    const chosen = chooserOf(models, training, checks, chains);
    for (const task of held) {
      const results = new Map<number, Point>();
      for (const [at, value] of values.entries()) {
        const index = chosen(task.kind, value);
        const result = results.get(index) ?? playChain(chains[index] ?? [], task, checks);
        results.set(index, result);
        const sum = sums[at];
        if (!sum) continue;
        sum.success += result.success / tasks.length;
        sum.cost += result.cost / tasks.length;
      }
    }
  }
  return sums;
}

/** For a kind and a value of a solved task in dollars: the chain the router's belief thinks best. */
function chooserOf(
  models: readonly string[],
  training: readonly Task[],
  checks: CheckQuality,
  chains: readonly (readonly number[])[],
) {
  const scorer = createScorer(models, () => undefined);
  scorer.fit(
    training.map(({ kind, success, cost }) => ({
      kind,
      text: undefined,
      success,
      costMicroUsd: cost.map((dollars) => dollars * 1e6),
    })),
  );
  const known = new Map<string, ReturnType<typeof valueChainsOf>>();
  return (kind: string, value: number): number => {
    const table = known.get(kind) ?? valueChainsOf(scorer.evidence, models, { kind }, { chains, ...checks });
    known.set(kind, table);
    let best = 0;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < chains.length; index++) {
      const worth = value * (table.success[index] ?? 0) - (table.cost[index] ?? 0) / 1e6;
      if (worth > bestValue) {
        best = index;
        bestValue = worth;
      }
    }
    return best;
  };
}

/** Expected success and cost of a chain on a task whose outcomes are known. */
export function playChain(chain: readonly number[], task: Task, { accept, reject }: CheckQuality): Point {
  let reach = 1;
  let success = 0;
  let cost = 0;
  for (const [stage, model] of chain.entries()) {
    const right = task.success[model] ?? 0;
    cost += reach * (task.cost[model] ?? 0);
    const accepted = stage === chain.length - 1 ? 1 : right ? accept : 1 - reject;
    success += reach * accepted * right;
    reach *= 1 - accepted;
  }
  return { success, cost };
}

/** Training and held-out items, `count` times, the same each time. */
export function folds<T>(items: readonly T[], count: number): (readonly [readonly T[], readonly T[]])[] {
  const random = seededRandom(3);
  const shuffled = items.map((item) => ({ item, key: random() })).sort((a, b) => a.key - b.key);
  return Array.from({ length: count }, (_, fold) => {
    const isHeld = (index: number): boolean => index % count === fold;
    return [
      shuffled.flatMap(({ item }, index) => (isHeld(index) ? [] : [item])),
      shuffled.flatMap(({ item }, index) => (isHeld(index) ? [item] : [])),
    ] as const;
  });
}

/** Share of 90 % intervals (of success on held-out tasks, per model and kind with at least 20 of them) that hold what came. */
export function intervalCoverage(outcomes: Outcomes): { readonly covered: number; readonly of: number } {
  const hits = [40, 80, 160].flatMap((size) => [1, 2, 3, 4].flatMap((seed) => coverageOfSplit(outcomes, size, seed)));
  return { covered: mean(hits), of: hits.length };
}

/** 1 for each interval that holds, learnt from `size` tasks and looked at on the rest. */
function coverageOfSplit({ models, tasks }: Outcomes, size: number, seed: number): number[] {
  const random = seededRandom(seed * 100 + size);
  const shuffled = tasks.map((task) => ({ task, key: random() })).sort((a, b) => a.key - b.key);
  const scorer = createScorer(models, () => undefined);
  scorer.fit(shuffled.slice(0, size).map(({ task }) => ({ ...task, text: undefined, costMicroUsd: task.cost })));
  const held = shuffled.slice(size).map((one) => one.task);
  return [...new Set(held.map((task) => task.kind))].flatMap((kind) => {
    const own = held.filter((task) => task.kind === kind);
    if (own.length < 20) return [];
    return models.map((model, index) => {
      const rate = mean(own.map((task) => task.success[index] ?? 0));
      const { low, high } = heldOutInterval(scorer.evidence, model, kind, own.length, random);
      return rate >= low - 1e-9 && rate <= high + 1e-9 ? 1 : 0;
    });
  });
}

/** 90 % of the rates that would be seen on `count` tasks: the belief about the rate, and the luck of so few. */
function heldOutInterval(
  evidence: Parameters<typeof skillInterval>[0],
  model: string,
  kind: string,
  count: number,
  random: () => number,
) {
  const { probit, deviation } = skillInterval(evidence, model, { kind });
  const rates = Array.from({ length: 400 }, () => {
    const chance = normalCumulative(probit + deviation * drawNormal(random));
    let solved = 0;
    for (let task = 0; task < count; task++) solved += drawIndex([chance, 1 - chance], random) === 0 ? 1 : 0;
    return solved / count;
  }).sort((a, b) => a - b);
  return { low: rates[20] ?? 0, high: rates[379] ?? 1 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
