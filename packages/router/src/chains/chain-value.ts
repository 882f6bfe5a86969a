// What chains of models with checks between them are worth: success and cost of every chain at once, averaged over how hard the task may be.
//
// Stage i runs when the checks rejected all stages before it; the last one's result is kept whatever it is. Given the difficulty
// of the task, the stages are independent; so everything is a sum over a few difficulties. Prefixes share their work.
import { difficultyNodes, difficultyWeights, successAt } from '../evidence/correlation.ts';

/** What is needed to value the chains of K models. */
export interface ChainInputs {
  /** Probit of each model's chance of success. */
  readonly probits: ArrayLike<number>;
  /** Expected cost of each model as the first stage, and after a rejection. */
  readonly costs: ArrayLike<number>;
  readonly laterCosts: ArrayLike<number>;
  readonly correlation: number;
  readonly acceptRate: number;
  readonly rejectRate: number;
}

/** Chains of indices of models, no model twice. */
export type IndexChain = readonly number[];

/** All chains of at most `longest` of K models, in a fixed order. */
export function allChains(count: number, longest: number): IndexChain[] {
  const chains: IndexChain[] = [];
  const extend = (prefix: readonly number[]): void => {
    for (let model = 0; model < count; model++) {
      if (prefix.includes(model)) continue;
      const chain = [...prefix, model];
      chains.push(chain);
      if (chain.length < longest) extend(chain);
    }
  };
  extend([]);
  return chains;
}

/** Success and cost of each chain; `success` and `cost` are written in the order of the chains. */
export interface ChainValues {
  readonly success: Float64Array;
  readonly cost: Float64Array;
}

const nodes = difficultyNodes.length;

/** Chance of success of each model at each difficulty, model by model. */
export function successByDifficulty(probits: ArrayLike<number>, correlation: number): Float64Array {
  const table = new Float64Array(probits.length * nodes);
  for (let model = 0; model < probits.length; model++)
    for (let node = 0; node < nodes; node++)
      table[model * nodes + node] = successAt(probits[model] ?? 0, correlation, difficultyNodes[node] ?? 0);
  return table;
}

/**
 * Values all chains of at most `longest` models, in the order of `allChains`; what a decision does for each drawn world. The same as
 * `valueChains`, without a step that could be left out.
 */
export function valueAllChains(longest: number, inputs: ChainInputs): ChainValues {
  const all = new AllChains(longest, inputs);
  all.walk(0, Float64Array.from(difficultyWeights), { success: 0, cost: 0, reach: 1 });
  return { success: all.success, cost: all.cost };
}

/** The walk over all chains; owns the arrays it fills. */
class AllChains {
  readonly success: Float64Array;
  readonly cost: Float64Array;
  readonly #longest: number;
  readonly #inputs: ChainInputs;
  readonly #table: Float64Array;
  readonly #isUsed: Uint8Array;
  /** Weights of the difficulties after each depth, one array a depth. */
  readonly #rejected: Float64Array[];
  #next = 0;

  constructor(longest: number, inputs: ChainInputs) {
    const models = inputs.probits.length;
    let [count, ofLength] = [0, 1];
    for (let length = 0; length < Math.min(longest, models); length++) {
      ofLength *= models - length;
      count += ofLength;
    }
    this.success = new Float64Array(count);
    this.cost = new Float64Array(count);
    this.#longest = longest;
    this.#inputs = inputs;
    this.#table = successByDifficulty(inputs.probits, inputs.correlation);
    this.#isUsed = new Uint8Array(models);
    this.#rejected = Array.from({ length: longest }, () => new Float64Array(nodes));
  }

  walk(depth: number, weights: Float64Array, before: Prefix): void {
    const { costs, laterCosts } = this.#inputs;
    const prices = depth === 0 ? costs : laterCosts;
    const isUsed = this.#isUsed;
    const isDeepest = depth + 1 === this.#longest;
    for (let model = 0; model < isUsed.length; model++) {
      if (isUsed[model] === 1) continue;
      const right = weightedSum(weights, this.#table, model * nodes);
      const cost = before.cost + before.reach * (prices[model] ?? 0);
      this.success[this.#next] = before.success + right;
      this.cost[this.#next] = cost;
      this.#next += 1;
      if (!isDeepest) this.#deeper(depth, model, weights, { ...before, right, cost });
    }
  }

  #deeper(depth: number, model: number, weights: Float64Array, at: Prefix & { readonly right: number }): void {
    const { acceptRate, rejectRate } = this.#inputs;
    const rejected = this.#rejected[depth];
    if (!rejected) return;
    const table = this.#table;
    const row = model * nodes;
    const [whenRight, whenWrong] = [1 - acceptRate, rejectRate];
    let reach = 0;
    for (let node = 0; node < nodes; node++) {
      const chance = table[row + node] as number;
      const left = (weights[node] as number) * (chance * whenRight + (1 - chance) * whenWrong);
      rejected[node] = left;
      reach += left;
    }
    this.#isUsed[model] = 1;
    this.walk(depth + 1, rejected, { success: at.success + acceptRate * at.right, cost: at.cost, reach });
    this.#isUsed[model] = 0;
  }
}

/** Nine products: the innermost step of all, so it is written out for typed arrays of known length. */
function weightedSum(weights: Float64Array, table: Float64Array, row: number): number {
  let sum = 0;
  for (let node = 0; node < nodes; node++) sum += (weights[node] as number) * (table[row + node] as number);
  return sum;
}

/** Values the chains given. Consecutive chains that share a prefix (as `allChains` gives them) are cheap. */
export function valueChains(chains: readonly IndexChain[], inputs: ChainInputs): ChainValues {
  const table = successByDifficulty(inputs.probits, inputs.correlation);
  const success = new Float64Array(chains.length);
  const cost = new Float64Array(chains.length);
  const walk = new PrefixWalk(table, inputs);
  for (let index = 0; index < chains.length; index++) {
    const chain = chains[index] ?? [];
    const before = walk.at(chain);
    const last = chain[chain.length - 1] ?? 0;
    success[index] = before.success + walk.chanceAfter(chain.length - 1, last);
    cost[index] = before.cost + before.reach * walk.costOf(chain.length - 1, last);
  }
  return { success, cost };
}

interface Prefix {
  /** Accepted and right before the last stage, spent before it, and the chance to get to it. */
  success: number;
  cost: number;
  reach: number;
}

/** Keeps the state after each prefix, so that a chain that begins like the one before it is not computed anew. */
class PrefixWalk {
  readonly #table: Float64Array;
  readonly #inputs: ChainInputs;
  readonly #models: number[] = [];
  readonly #prefixes: Prefix[] = [{ success: 0, cost: 0, reach: 1 }];
  /** Weight of each difficulty after each prefix was rejected. */
  readonly #weights: Float64Array[] = [Float64Array.from(difficultyWeights)];

  constructor(table: Float64Array, inputs: ChainInputs) {
    this.#table = table;
    this.#inputs = inputs;
  }

  /** State before the last stage of a chain. */
  at(chain: IndexChain): Prefix {
    const depth = chain.length - 1;
    for (let level = 0; level < depth; level++) {
      const model = chain[level] ?? 0;
      if (this.#models[level] !== model) this.#advance(level, model);
    }
    return this.#prefixes[depth] ?? { success: 0, cost: 0, reach: 1 };
  }

  costOf(level: number, model: number): number {
    return (level === 0 ? this.#inputs.costs[model] : this.#inputs.laterCosts[model]) ?? 0;
  }

  /** Chance to get to a level and be right there. */
  chanceAfter(level: number, model: number): number {
    const weights = this.#weights[level];
    let sum = 0;
    if (weights)
      for (let node = 0; node < nodes; node++) sum += (weights[node] ?? 0) * (this.#table[model * nodes + node] ?? 0);
    return sum;
  }

  #advance(level: number, model: number): void {
    const { acceptRate, rejectRate } = this.#inputs;
    const from = this.#weights[level];
    const before = this.#prefixes[level];
    if (!from || !before) return;
    const next = new Float64Array(nodes);
    let right = 0;
    let reach = 0;
    for (let node = 0; node < nodes; node++) {
      const weight = from[node] ?? 0;
      const chance = this.#table[model * nodes + node] ?? 0;
      right += weight * chance;
      const rejected = weight * (chance * (1 - acceptRate) + (1 - chance) * rejectRate);
      next[node] = rejected;
      reach += rejected;
    }
    this.#models.length = level;
    this.#models[level] = model;
    this.#weights[level + 1] = next;
    this.#prefixes[level + 1] = {
      success: before.success + acceptRate * right,
      cost: before.cost + before.reach * this.costOf(level, model),
      reach,
    };
  }
}
