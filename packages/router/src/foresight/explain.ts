// Explains a decision: what the task is, what each model and chain is expected to do, what was chosen and why, and what was not and why.
import type { Forecast, Interval } from '@monkey-coder/protocol';
import { allChains, type ChainValues, type IndexChain } from '../chains/chain-value.ts';
import { dominatorOf, paretoFront } from '../chains/pareto.ts';
import { valueChainsOf } from '../chains/predict.ts';
import { amountLine, expectedAmount } from '../evidence/amount-belief.ts';
import { type Arm, armName } from '../evidence/arm.ts';
import { acceptRate, rejectRate } from '../evidence/check-rates.ts';
import { evidenceContext } from '../evidence/context.ts';
import { meanCorrelation } from '../evidence/correlation.ts';
import { type Evidence, marginalProbit } from '../evidence/evidence.ts';
import type { Random } from '../numbers/random.ts';
import { utilityOf } from '../policies/decision-table.ts';
import type { Decision, RoutingContext } from '../policies/routing-policy.ts';
import { chanceOfUnnoticed, forecastChain } from './forecast.ts';
import { type Risk, risksOf } from './risk.ts';
import { plansOf, type StrategyPlan, type TreeProblem } from './strategy-tree.ts';

/** A chain with what it is expected to do. */
export interface ExplainedChain {
  readonly chain: readonly string[];
  readonly success: number;
  readonly costMicroUsd: number;
  /** Value of the success less the cost, in micro-dollars. */
  readonly worthMicroUsd: number;
}

/** The explanation of a decision. */
export interface RouteExplanation {
  readonly work: string;
  readonly hasChecks: boolean;
  readonly isCritical: boolean;
  readonly valueMicroUsd: number;
  /** Tasks that were learnt from. */
  readonly tasks: number;
  readonly models: readonly { readonly model: string; readonly forecast: Forecast; readonly inChain: boolean }[];
  readonly chosen: ExplainedChain & {
    readonly forecast: Forecast;
    readonly propensity: number;
    readonly reason: string;
  };
  /** The best plan beginning with each kind of action, by expected utility. */
  readonly strategies: readonly StrategyPlan[];
  readonly risks: readonly Risk[];
  /** Chains that no other one beats in both success and cost, cheapest first. */
  readonly front: readonly ExplainedChain[];
  /** Other chains near the choice, and why they were not taken. */
  readonly notChosen: readonly (ExplainedChain & { readonly why: string })[];
  /** What would be chosen if a solved task were worth so much. */
  readonly tradeOff: readonly (ExplainedChain & { readonly valueMicroUsd: number })[];
}

/** The best plan that begins with each kind of action. */
function strategiesOf({ evidence, context, arms }: Explained): StrategyPlan[] {
  const names = arms.map(armName);
  const at = evidenceContext(context);
  const problem: TreeProblem = {
    models: names.map((name) => ({
      name,
      probit: marginalProbit(evidence.skill, name, at),
      costMicroUsd: expectedAmount(evidence.cost, amountLine(name, at, false)),
      laterCostMicroUsd: expectedAmount(evidence.cost, amountLine(name, at, true)),
    })),
    correlation: meanCorrelation(evidence.correlation),
    acceptRate: acceptRate(evidence.rates),
    rejectRate: rejectRate(evidence.rates),
    valueMicroUsd: context.valueMicroUsd,
    budgetMicroUsd: context.maxCostMicroUsd ?? Number.POSITIVE_INFINITY,
    askCostMicroUsd: askShare * context.valueMicroUsd,
    askSuccess: 0.9,
    candidates: context.hasChecks ? [3] : [],
    depth: context.hasChecks ? (names.length > 5 ? 2 : 3) : 1,
  };
  const plans = plansOf(problem);
  return ['try', 'explore', 'ask', 'stop'].flatMap((kind) => plans.find((plan) => plan.action.kind === kind) ?? []);
}

/** What a person's attention to a task is taken to cost, as a share of what the task is worth. */
const askShare = 0.5;

/** What is explained. */
export interface Explained {
  readonly evidence: Evidence;
  readonly context: RoutingContext;
  readonly arms: readonly Arm[];
  readonly decision: Decision;
  readonly random: Random;
}

const mostNotChosen = 6;
const tradeOffDollars = [0.5, 1, 2, 5, 10, 20, 50, 100];

/** Explains a decision among some arms. */
export function explainRoute({ evidence, context, arms, decision, random }: Explained): RouteExplanation {
  const names = arms.map(armName);
  const table = new ChainTable(evidence, names, context);
  const chain = decision.chain.map(armName);
  const at = evidenceContext(context);
  const chosen = table.indexOf(chain);
  const forecast = forecastChain(evidence, chain, at, random);
  const { hasChecks, isRisky = false } = context;
  return {
    strategies: strategiesOf({ evidence, context, arms, decision, random }),
    risks: risksOf(
      { risk: isRisky ? 'high' : 'low', hasChecks, size: 'unknown' },
      forecast,
      chanceOfUnnoticed(evidence, chain, at),
    ),
    work: context.work,
    hasChecks: context.hasChecks,
    isCritical: context.isCritical ?? false,
    valueMicroUsd: context.valueMicroUsd,
    tasks: evidence.tasks,
    models: names.map((model) => ({
      model,
      forecast: forecastChain(evidence, [model], at, random),
      inChain: chain.includes(model),
    })),
    chosen: {
      ...table.explained(chosen),
      forecast,
      propensity: decision.propensity,
      reason: decision.reason,
    },
    front: table.front.map((index) => table.explained(index)),
    notChosen: table.notChosen(chosen),
    tradeOff: tradeOffDollars.map((dollars) => ({
      ...table.explained(table.bestAt(dollars * 1e6)),
      valueMicroUsd: dollars * 1e6,
    })),
  };
}

class ChainTable {
  readonly #names: readonly string[];
  readonly #context: RoutingContext;
  readonly #chains: readonly IndexChain[];
  readonly #values: ChainValues;
  /** The same with what waiting costs. */
  readonly #felt: ChainValues;
  readonly #worth: Float64Array;
  readonly front: readonly number[];

  constructor(evidence: Evidence, names: readonly string[], context: RoutingContext) {
    this.#names = names;
    this.#context = context;
    this.#chains = allChains(names.length, context.hasChecks ? 3 : 1);
    this.#values = valueChainsOf(evidence, names, evidenceContext(context), { chains: this.#chains });
    const { waitMicroUsd = 0 } = context;
    const chains = this.#chains;
    this.#felt =
      waitMicroUsd === 0
        ? this.#values
        : valueChainsOf(evidence, names, evidenceContext(context), { chains, waitMicroUsd });
    this.#worth = utilityOf(this.#felt, context);
    this.front = paretoFront(this.#values);
  }

  indexOf(chain: readonly string[]): number {
    const key = chain.join(' ');
    return Math.max(
      0,
      this.#chains.findIndex((one) => this.#namesOf(one).join(' ') === key),
    );
  }

  explained(index: number): ExplainedChain {
    return {
      chain: this.#namesOf(this.#chains[index] ?? []),
      success: this.#values.success[index] ?? 0,
      costMicroUsd: this.#values.cost[index] ?? 0,
      worthMicroUsd: this.#worth[index] ?? 0,
    };
  }

  bestAt(valueMicroUsd: number): number {
    const worth = utilityOf(this.#felt, { ...this.#context, valueMicroUsd });
    return worth.reduce((best, value, index) => (value > (worth[best] ?? 0) ? index : best), 0);
  }

  notChosen(chosen: number): (ExplainedChain & { why: string })[] {
    const single = this.#chains.flatMap((chain, index) => (chain.length === 1 ? [index] : []));
    return [...new Set([...single, ...this.front])]
      .filter((index) => index !== chosen)
      .sort((a, b) => (this.#worth[b] ?? 0) - (this.#worth[a] ?? 0))
      .slice(0, mostNotChosen)
      .map((index) => ({ ...this.explained(index), why: this.#whyNot(index, chosen) }));
  }

  #whyNot(index: number, chosen: number): string {
    const { success } = this.#values;
    const { minSuccess = 0 } = this.#context;
    if ((success[index] ?? 0) < minSuccess) return `below the wanted chance of ${Math.round(minSuccess * 100)} %`;
    const better = dominatorOf(index, this.front, this.#values);
    if (better !== undefined) return `${this.#namesOf(this.#chains[better] ?? []).join(' → ')} is better and no dearer`;
    const less = (this.#worth[chosen] ?? 0) - (this.#worth[index] ?? 0);
    if (less <= 0) return 'worth more by now, but the choice may turn out to be better: it is being tried';
    return `worth $${(less / 1e6).toFixed(less < 1e5 ? 3 : 2)} less at this value of a solved task`;
  }

  #namesOf(chain: IndexChain): string[] {
    return chain.flatMap((index) => this.#names[index] ?? []);
  }
}

/** An interval as text, for people: `72 % (60–83 %)`. */
export function intervalText({ mean, low, high }: Interval, format: (value: number) => string): string {
  return `${format(mean)} (${format(low)} to ${format(high)})`;
}
