// Tree search over strategies: try a cheap chain, try a strong one, explore N candidates, ask a person, stop; by expected utility.
//
// A node is a belief (weights over how hard the task is) and what was spent; an action leads to "accepted" or "rejected" with the chances
// that the belief gives, and a rejection updates the belief by Bayes. The tree is small, so it is searched whole to its depth (expectimax).
import { difficultyNodes, difficultyWeights, successAt } from '../evidence/correlation.ts';
import { sharedLuck } from './team-value.ts';

/** A model as the tree sees it. */
export interface TreeModel {
  readonly name: string;
  /** Probit of its chance of success. */
  readonly probit: number;
  readonly costMicroUsd: number;
  /** After a rejection, where it goes on from what is there; absent: the same. */
  readonly laterCostMicroUsd?: number;
}

/** What may be done next. */
export type StrategyAction =
  | { readonly kind: 'try'; readonly model: string }
  | { readonly kind: 'explore'; readonly model: string; readonly candidates: number }
  | { readonly kind: 'ask' }
  | { readonly kind: 'stop' };

/** An action with what it leads to. */
export interface StrategyPlan {
  readonly action: StrategyAction;
  /** Expected value of success less money, in micro-dollars. */
  readonly utilityMicroUsd: number;
  /** Chance that the task ends right on this path. */
  readonly success: number;
  readonly costMicroUsd: number;
  /** What is best after a rejection. */
  readonly afterRejection?: StrategyPlan;
}

/** What the search works with. */
export interface TreeProblem {
  readonly models: readonly TreeModel[];
  readonly correlation: number;
  readonly acceptRate: number;
  readonly rejectRate: number;
  readonly valueMicroUsd: number;
  readonly budgetMicroUsd: number;
  /** What a person's attention costs, and how often it brings the task to a right end. */
  readonly askCostMicroUsd: number;
  readonly askSuccess: number;
  /** Candidates that exploring runs at once; none to leave it out. */
  readonly candidates: readonly number[];
  readonly depth: number;
}

/** The best plan from the beginning, or from a point at which some models were rejected. */
export function bestPlan(problem: TreeProblem, rejected: readonly string[] = []): StrategyPlan {
  return plansOf(problem, rejected)[0] ?? stop;
}

/** All first actions with their best continuations, best first. */
export function plansOf(problem: TreeProblem, rejected: readonly string[] = []): StrategyPlan[] {
  const weights = rejected.reduce<readonly number[]>((known, name) => {
    const model = problem.models.find((one) => one.name === name);
    return model ? afterRejections(problem, known, model, 1).weights : known;
  }, difficultyWeights);
  const search = new TreeSearch(problem);
  const at = { weights: normalised(weights), budget: problem.budgetMicroUsd, depth: problem.depth, tried: rejected };
  return search.plans(at).sort((a, b) => b.utilityMicroUsd - a.utilityMicroUsd);
}

const stop: StrategyPlan = { action: { kind: 'stop' }, utilityMicroUsd: 0, success: 0, costMicroUsd: 0 };

/** Where the search stands. */
interface Node {
  readonly weights: readonly number[];
  readonly budget: number;
  readonly depth: number;
  readonly tried: readonly string[];
}

class TreeSearch {
  readonly #problem: TreeProblem;

  constructor(problem: TreeProblem) {
    this.#problem = problem;
  }

  plans(at: Node): StrategyPlan[] {
    const { models, candidates } = this.#problem;
    // A model that was rejected has shown what it can do here: it is not tried again.
    const left = models.filter((model) => !at.tried.includes(model.name));
    const tries = left.map((model) => this.#attempt(model, 1, at));
    const explored = candidates.flatMap((count) => left.map((model) => this.#attempt(model, count, at)));
    return [stop, this.#ask(at.budget), ...tries, ...explored].flatMap((plan) => plan ?? []);
  }

  #ask(budget: number): StrategyPlan | undefined {
    const { askCostMicroUsd, askSuccess, valueMicroUsd } = this.#problem;
    if (askCostMicroUsd > budget) return undefined;
    return {
      action: { kind: 'ask' },
      success: askSuccess,
      costMicroUsd: askCostMicroUsd,
      utilityMicroUsd: askSuccess * valueMicroUsd - askCostMicroUsd,
    };
  }

  #attempt(model: TreeModel, count: number, at: Node): StrategyPlan | undefined {
    const each = at.tried.length === 0 ? model.costMicroUsd : (model.laterCostMicroUsd ?? model.costMicroUsd);
    const cost = each * count;
    if (cost > at.budget || at.depth <= 0) return undefined;
    const { valueMicroUsd } = this.#problem;
    const outcome = afterRejections(this.#problem, at.weights, model, count);
    const then = this.#bestAfter({
      weights: normalised(outcome.weights),
      budget: at.budget - cost,
      depth: at.depth - 1,
      tried: [...at.tried, model.name],
    });
    // When nothing pays after a rejection, the last result stays, right or not.
    const kept = then.action.kind === 'stop' ? outcome.rightButRejected : 0;
    const success = outcome.acceptedRight + outcome.rejected * then.success + kept;
    const spent = cost + outcome.rejected * then.costMicroUsd;
    return {
      action:
        count === 1 ? { kind: 'try', model: model.name } : { kind: 'explore', model: model.name, candidates: count },
      success,
      costMicroUsd: spent,
      utilityMicroUsd: success * valueMicroUsd - spent,
      afterRejection: then,
    };
  }

  #bestAfter(at: Node): StrategyPlan {
    return this.plans(at).reduce((a, b) => (b.utilityMicroUsd > a.utilityMicroUsd ? b : a));
  }
}

/** What `count` attempts of one model lead to. Attempts of one model share the task's difficulty and most of the model's luck on it. */
function afterRejections(problem: TreeProblem, weights: readonly number[], model: TreeModel, count: number) {
  const { correlation, acceptRate, rejectRate } = problem;
  const own = sharedLuck(correlation);
  let acceptedRight = 0;
  let rejected = 0;
  let rightButRejected = 0;
  const after = weights.map((weight, node) => {
    const chance = successAt(model.probit, count === 1 ? correlation : own, difficultyNodes[node] ?? 0);
    const rejectedOnce = chance * (1 - acceptRate) + (1 - chance) * rejectRate;
    const allRejected = rejectedOnce ** count;
    const accepted = 1 - allRejected;
    const rightWhenAccepted = (chance * acceptRate) / Math.max(1e-12, 1 - rejectedOnce);
    acceptedRight += weight * accepted * rightWhenAccepted;
    rejected += weight * allRejected;
    rightButRejected += weight * allRejected * ((chance * (1 - acceptRate)) / Math.max(1e-12, rejectedOnce));
    return weight * allRejected;
  });
  return { acceptedRight, rejected, rightButRejected, weights: after };
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}
