// `npm run evaluate -- explore DIR`: exploring against a single attempt at equal budget, on recorded outcomes of models on tasks.
//
// The product's own decision chooses on four fifths of the tasks and is played on the rest: for each budget a task, once with one attempt
// only, once with leave to send out a team of different models (the records have one run a model, so none works twice). Checks accept 95 %
// of right and reject 80 % of wrong results. A single attempt counts when it is right, whatever the checks say; of a team only what
// the checks accept and the vote takes. Wrong candidates that are accepted agree as often as the decision supposes: an assumption.
import { resolve } from 'node:path';
import {
  chanceOfRight,
  createScorer,
  type ExploreAnswer,
  exploreOrNot,
  type Scorer,
  seededRandom,
} from '@monkey-coder/router';
import { pool } from './routing.ts';
import { type CheckQuality, folds, type Outcomes, playChain, readOutcomes, type Task } from './routing-chains.ts';

const checks: CheckQuality = { accept: 0.95, reject: 0.8 };
/** Dollars that a task may cost by expectation, and that a solved one is worth. */
const budgets = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3] as const;
const valueUsd = 20;
const draws = 1000;

interface Played {
  readonly success: number;
  readonly cost: number;
}

/** One task at one budget: alone, by the decision, and always with a team. */
interface Pair {
  readonly single: Played;
  readonly decided: Played;
  readonly always: Played;
  readonly explored: boolean;
}

interface BudgetRow {
  readonly budgetUsd: number;
  readonly single: Played;
  readonly decided: Played;
  readonly always: Played;
  readonly exploredShare: number;
  readonly gain: number;
  readonly gainInterval: readonly [low: number, high: number];
}

interface ExploreFigures {
  readonly against: string;
  readonly tasks: number;
  readonly rows: readonly BudgetRow[];
  /** Solved tasks gained for a dollar more, over all budgets, with a 90 % interval; null where nothing more was spent. */
  readonly gainedPerDollar: number | null;
  readonly gainedPerDollarInterval: readonly [low: number, high: number] | null;
  readonly gain: number;
  readonly gainInterval: readonly [low: number, high: number];
  /** At no budget the decision solves less than it would alone. */
  readonly isNeverWorse: boolean;
}

/** Plays the records of a folder. */
export function evaluateExploration(folder: string) {
  const outcomes = readOutcomes(resolve(folder), pool);
  const againstSingle = figuresOf(outcomes, 1);
  const againstChain = figuresOf(outcomes, 3);
  const figures = { ...againstSingle, chain: againstChain };
  return { figures, print: () => [againstSingle, againstChain].forEach(print) };
}

function figuresOf(outcomes: Outcomes, longest: number): ExploreFigures {
  const pairs = budgets.map((budget) => pairsAt(outcomes, budget, longest));
  const rows = pairs.map((own, at) => rowOf(budgets[at] ?? 0, own));
  const size = outcomes.tasks.length;
  const all = resampled(size, (indices) => total(pairs, indices));
  const perDollar = all.flatMap(({ gain, cost }) => (cost > 1e-9 ? [gain / cost] : []));
  const whole = total(
    pairs,
    Array.from({ length: size }, (_, index) => index),
  );
  return {
    against: longest === 1 ? 'one attempt' : `a chain of up to ${longest}`,
    tasks: size,
    rows,
    gainedPerDollar: whole.cost > 1e-9 ? whole.gain / whole.cost : null,
    gainedPerDollarInterval: perDollar.length > draws / 2 ? interval(perDollar) : null,
    gain: whole.gain / size / budgets.length,
    gainInterval: interval(all.map(({ gain }) => gain / size / budgets.length)),
    isNeverWorse: rows.every((row) => row.gain >= -1e-9),
  };
}

function pairsAt(outcomes: Outcomes, budgetUsd: number, longest: number): Pair[] {
  const pairs: Pair[] = [];
  for (const [training, held] of folds(outcomes.tasks, 5)) {
    const decide = decider(outcomes.models, training, budgetUsd, longest);
    for (const task of held) pairs.push(playBoth(outcomes.models, task, decide(task.kind)));
  }
  return pairs;
}

function decider(models: readonly string[], training: readonly Task[], budgetUsd: number, longest: number) {
  const scorer = scorerOf(models, training);
  const known = new Map<string, ExploreAnswer>();
  return (kind: string): ExploreAnswer => {
    const answer =
      known.get(kind) ??
      exploreOrNot({
        ...checks,
        ...{ evidence: scorer.evidence, models, context: { kind }, longest, most: 3, repeats: false },
        valueMicroUsd: valueUsd * 1e6,
        budgetMicroUsd: budgetUsd * 1e6,
        random: seededRandom(11),
      });
    known.set(kind, answer);
    return answer;
  };
}

const scorers = new WeakMap<readonly Task[], Scorer>();

function scorerOf(models: readonly string[], training: readonly Task[]): Scorer {
  const scorer = scorers.get(training) ?? createScorer(models, () => undefined);
  if (scorers.has(training)) return scorer;
  scorers.set(training, scorer);
  scorer.fit(
    training.map((task) => ({ ...task, text: undefined, costMicroUsd: task.cost.map((dollars) => dollars * 1e6) })),
  );
  return scorer;
}

function playBoth(models: readonly string[], task: Task, answer: ExploreAnswer): Pair {
  const indices = (names: readonly string[]): number[] => names.map((name) => models.indexOf(name));
  const single = answer.usual ? playChain(indices(answer.usual.models), task, checks) : { success: 0, cost: 0 };
  const { team } = answer;
  const together = team && playTeam(indices(team.models), task, team.models.length);
  const decided = answer.pays && together ? together : single;
  return { single, decided, always: together ?? single, explored: decided !== single };
}

/** All members work and are paid; every combination of verdicts counts by its chance. The more expensive is trusted more. */
function playTeam(team: readonly number[], task: Task, size: number): Played {
  let success = 0;
  for (let verdicts = 0; verdicts < 2 ** size; verdicts++) {
    const judged = team.map((model, at) => ({
      isRight: task.success[model] === 1,
      isAccepted: ((verdicts >> at) & 1) === 1,
      trust: model,
    }));
    const weight = judged.reduce((product, { isRight, isAccepted }) => {
      const accepted = isRight ? checks.accept : 1 - checks.reject;
      return product * (isAccepted ? accepted : 1 - accepted);
    }, 1);
    success += weight * chanceOfRight(judged);
  }
  return { success, cost: team.reduce((sum, model) => sum + (task.cost[model] ?? 0), 0) };
}

function rowOf(budgetUsd: number, pairs: readonly Pair[]): BudgetRow {
  const gains = pairs.map(({ single, decided }) => decided.success - single.success);
  const meanOf = (of: (pair: Pair) => Played): Played => ({
    success: mean(pairs.map((pair) => of(pair).success)),
    cost: mean(pairs.map((pair) => of(pair).cost)),
  });
  return {
    budgetUsd,
    single: meanOf((pair) => pair.single),
    decided: meanOf((pair) => pair.decided),
    always: meanOf((pair) => pair.always),
    exploredShare: mean(pairs.map((pair) => (pair.explored ? 1 : 0))),
    gain: mean(gains),
    gainInterval: interval(resampled(pairs.length, (indices) => mean(indices.map((index) => gains[index] ?? 0)))),
  };
}

function total(pairs: readonly (readonly Pair[])[], indices: readonly number[]) {
  let [gain, cost] = [0, 0];
  for (const own of pairs)
    for (const index of indices) {
      const pair = own[index];
      if (pair === undefined) continue;
      gain += pair.decided.success - pair.single.success;
      cost += pair.decided.cost - pair.single.cost;
    }
  return { gain, cost };
}

/** What tasks drawn anew with replacement give. */
function resampled<T>(size: number, measure: (indices: readonly number[]) => T): T[] {
  const random = seededRandom(5);
  return Array.from({ length: draws }, () => measure(Array.from({ length: size }, () => Math.floor(random() * size))));
}

function interval(values: readonly number[]): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[Math.floor(0.05 * sorted.length)] ?? 0, sorted[Math.floor(0.95 * sorted.length)] ?? 0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function print(figures: ExploreFigures): void {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const points = (share: number): string => (100 * share).toFixed(1);
  console.log(`\ndecision against ${figures.against}, ${figures.tasks} tasks, ten models\n`);
  console.log(
    '| budget | alone | decided | gained, points (90 %) | explored | always a team |\n|---|---|---|---|---|---|',
  );
  for (const { budgetUsd, single, decided, always, gain, gainInterval, exploredShare } of figures.rows)
    console.log(
      `| $${budgetUsd} | ${percent(single.success)} at $${single.cost.toFixed(3)} | ${percent(decided.success)} at $${decided.cost.toFixed(3)} | ${points(gain)} (${gainInterval.map(points).join(' to ')}) | ${percent(exploredShare)} | ${percent(always.success)} at $${always.cost.toFixed(3)} |`,
    );
  const { gainedPerDollar, gainedPerDollarInterval, gain, gainInterval } = figures;
  console.log(
    `\nall budgets: ${points(gain)} points (${gainInterval.map(points).join(' to ')}); solved for a dollar more: ${gainedPerDollar?.toFixed(2) ?? '–'} (${gainedPerDollarInterval?.map((n) => n.toFixed(2)).join(' to ') ?? '–'}); never worse: ${figures.isNeverWorse}`,
  );
}
