// What chains of models with checks between them are worth: success and cost of every chain at once, averaged over how hard the task may be.
//
// Stage i runs when the checks rejected all stages before it; the last one's result is kept whatever it is. Given the difficulty
// of the task, the stages are independent; so everything is a sum over a few difficulties. Prefixes share their work.
import { difficultyNodes, difficultyWeights } from '../evidence/correlation.ts';
import { normalCumulative } from '../numbers/normal.ts';

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

/** Chance of success of each model at each difficulty, model by model; written into `table` where one is given. */
export function successByDifficulty(
  probits: ArrayLike<number>,
  correlation: number,
  table: Float64Array = new Float64Array(probits.length * nodes),
): Float64Array {
  const scale = 1 / Math.sqrt(1 - correlation);
  const shared = Math.sqrt(correlation);
  for (let model = 0; model < probits.length; model++)
    for (let node = 0; node < nodes; node++)
      table[model * nodes + node] = normalCumulative(
        ((probits[model] as number) + shared * (difficultyNodes[node] as number)) * scale,
      );
  return table;
}

/** Nine products: the innermost step of all, so it is written out for typed arrays of known length. */
function weightedSum(weights: Float64Array, table: Float64Array, row: number): number {
  let sum = 0;
  for (let node = 0; node < nodes; node++) sum += (weights[node] as number) * (table[row + node] as number);
  return sum;
}

/** Values the chains given. Consecutive chains that share a prefix (as `allChains` gives them) are cheap. */
export function valueChains(chains: readonly IndexChain[], inputs: ChainInputs): ChainValues {
  return new ChainTable(planChains(chains), inputs).value(inputs.probits);
}

/** Chains in the form in which they are valued. */
export interface ChainPlan {
  readonly chains: readonly IndexChain[];
  /** Models of all chains one after the other, where each begins, and how many of its first models the one before it had too. */
  readonly models: Uint8Array;
  readonly starts: Uint32Array;
  readonly shared: Uint8Array;
  readonly longest: number;
}

/** Plans chains; worth keeping where the same ones are valued often. */
export function planChains(chains: readonly IndexChain[]): ChainPlan {
  const starts = new Uint32Array(chains.length + 1);
  const shared = new Uint8Array(chains.length);
  for (let index = 0; index < chains.length; index++) {
    const chain = chains[index] ?? [];
    starts[index + 1] = (starts[index] ?? 0) + chain.length;
    shared[index] = sharedLength(chains[index - 1] ?? [], chain);
  }
  const longest = chains.reduce((most, chain) => Math.max(most, chain.length), 0);
  return { chains, models: Uint8Array.from(chains.flat()), starts, shared, longest };
}

/** Plans of all chains of so many models, each made once. */
export class AllChainPlans {
  readonly #plans = new Map<number, ChainPlan>();

  /** All chains of at most `longest` of `count` models, in the order of `allChains`. */
  of(count: number, longest: number): ChainPlan {
    const key = count * 8 + longest;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = planChains(allChains(count, longest));
    this.#plans.set(key, plan);
    return plan;
  }
}

/** Chains that are valued again and again, for other probits each time: a decision does so for every drawn world. */
export class ChainTable {
  readonly #inputs: Omit<ChainInputs, 'probits'>;
  readonly #plan: ChainPlan;
  /** After each depth: weights of the difficulties, what was right and accepted, what was spent, the chance to get there. */
  readonly #weights: readonly Float64Array[];
  readonly #right: Float64Array;
  readonly #spent: Float64Array;
  readonly #reach: Float64Array;
  readonly #success: Float64Array;
  readonly #cost: Float64Array;
  readonly #chances: Float64Array;

  constructor(plan: ChainPlan, inputs: Omit<ChainInputs, 'probits'>) {
    const depth = plan.longest + 1;
    this.#inputs = inputs;
    this.#plan = plan;
    this.#weights = Array.from({ length: depth }, () => Float64Array.from(difficultyWeights));
    this.#right = new Float64Array(depth);
    this.#spent = new Float64Array(depth);
    this.#reach = new Float64Array(depth).fill(1);
    this.#success = new Float64Array(plan.chains.length);
    this.#cost = new Float64Array(plan.chains.length);
    this.#chances = new Float64Array(inputs.costs.length * nodes);
  }

  /** Success and cost of each chain; the arrays are written anew by the next call. */
  value(probits: ArrayLike<number>): ChainValues {
    const table = successByDifficulty(probits, this.#inputs.correlation, this.#chances);
    const { costs, laterCosts } = this.#inputs;
    const { models, starts, shared } = this.#plan;
    for (let index = 0; index < this.#success.length; index++) {
      const from = starts[index] as number;
      const last = (starts[index + 1] as number) - from - 1;
      for (let level = shared[index] as number; level < last; level++)
        this.#advance(level, models[from + level] as number, table);
      const model = models[from + last] as number;
      const price = (last === 0 ? costs[model] : laterCosts[model]) ?? 0;
      const right = weightedSum(this.#weights[last] as Float64Array, table, model * nodes);
      this.#success[index] = (this.#right[last] as number) + right;
      this.#cost[index] = (this.#spent[last] as number) + (this.#reach[last] as number) * price;
    }
    return { success: this.#success, cost: this.#cost };
  }

  #advance(level: number, model: number, table: Float64Array): void {
    const { acceptRate, rejectRate, costs, laterCosts } = this.#inputs;
    const from = this.#weights[level] as Float64Array;
    const next = this.#weights[level + 1] as Float64Array;
    const whenRight = 1 - acceptRate;
    let [right, reach] = [0, 0];
    for (let node = 0; node < nodes; node++) {
      const weight = from[node] as number;
      const chance = table[model * nodes + node] as number;
      const rejected = weight * (chance * whenRight + (1 - chance) * rejectRate);
      right += weight * chance;
      next[node] = rejected;
      reach += rejected;
    }
    const price = (level === 0 ? costs[model] : laterCosts[model]) ?? 0;
    this.#right[level + 1] = (this.#right[level] as number) + acceptRate * right;
    this.#spent[level + 1] = (this.#spent[level] as number) + (this.#reach[level] as number) * price;
    this.#reach[level + 1] = reach;
  }
}

/** Models that two chains begin with alike and that stand before the last one of the first. */
function sharedLength(before: IndexChain, chain: IndexChain): number {
  let length = 0;
  while (length < before.length - 1 && length < chain.length - 1 && before[length] === chain[length]) length += 1;
  return length;
}
