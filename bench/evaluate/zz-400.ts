// Drives the product's router the way a routing evaluation wants it: models by index, costs in dollars, outcomes stage by stage.
import {
  type Arm,
  armName,
  type ChainThompson,
  createChainThompson,
  createScorer,
  type ModelPrior,
  publicPriorsByLabel,
  type RoutingContext,
  type Scorer,
  type StageOutcome,
  seededRandom,
} from '@monkey-coder/router';

/** A task as the evaluation gives it. */
export interface EvaluatedTask {
  readonly type: string;
  readonly text: string | null;
}

/** What the evaluation says when it asks for a policy. */
export interface EvaluatedOptions {
  readonly K: number;
  readonly models: readonly string[];
  /** Solved tasks that a dollar is worth. */
  readonly lambda: number;
  readonly seed: number;
  readonly mode: 'online' | 'offline';
  /** Success rate of each model as a leader board has it. */
  readonly prior?: readonly number[];
  readonly usePublicPriors?: boolean;
}

type Row = readonly [task: EvaluatedTask, success: readonly number[], cost: readonly number[]];

/** A leader board is another set of tasks: its rate is believed to about 0.25 of a probit. */
const leaderBoardDeviation = 0.25;

/** Makes the policy object. */
export function createEvaluated(options: EvaluatedOptions) {
  return new EvaluatedRouter(options);
}

class EvaluatedRouter {
  readonly #options: EvaluatedOptions;
  readonly #arms: readonly Arm[];
  readonly #random: () => number;
  readonly #scorer: Scorer;
  readonly #rows: Row[] = [];
  readonly #partial = new Map<EvaluatedTask, { success: number[]; cost: number[]; seen: number }>();
  #policy: ChainThompson;
  #open: StageOutcome[] = [];
  #exploreCost = 0;

  constructor(options: EvaluatedOptions) {
    this.#options = options;
    this.#arms = options.models.map((model) => ({ provider: 'data', model }));
    this.#random = seededRandom(options.seed);
    const priors = (model: string, kind: string): ModelPrior | undefined => this.#prior(model, kind);
    this.#policy = createChainThompson(priors, undefined, { memory: 400 });
    this.#scorer = createScorer(this.#arms.map(armName), priors);
  }

  #prior(model: string, kind: string): ModelPrior | undefined {
    const index = this.#arms.findIndex((arm) => armName(arm) === model);
    const label = this.#options.models[index] ?? '';
    const known = this.#options.usePublicPriors ? publicPriorsByLabel(label, kind) : undefined;
    const rate = this.#options.prior?.[index];
    if (rate === undefined || known?.skill) return known;
    return { ...known, skill: { rate: Math.min(0.97, Math.max(0.03, rate)), deviation: leaderBoardDeviation } };
  }

  fit(rows: readonly Row[]): void {
    this.#scorer.fit(
      rows.map(([task, success, cost]) => ({
        kind: task.type,
        text: task.text ?? undefined,
        success,
        costMicroUsd: cost.map((dollars) => dollars * 1e6),
      })),
    );
  }

  score(task: EvaluatedTask): { p: number[]; c: number[] } {
    if (this.#rows.length > 0) this.fit(this.#rows.splice(0));
    const { success, costMicroUsd } = this.#scorer.score({ kind: task.type, text: task.text ?? undefined });
    return { p: success, c: costMicroUsd.map((cost) => cost / 1e6) };
  }

  select(task: EvaluatedTask): number[] {
    const decision = this.#policy.decide(this.#context(task), this.#arms, this.#random);
    this.#open = [];
    this.#exploreCost = decision.exploreCostMicroUsd ?? 0;
    return decision.chain.map((arm) => this.#arms.indexOf(arm));
  }

  update(
    task: EvaluatedTask,
    model: number,
    success: number,
    cost: number,
    stage?: { readonly stage: number; readonly accepted: boolean | null },
  ): void {
    if (this.#options.mode === 'offline') {
      this.#collect(task, model, success, cost);
      return;
    }
    const arm = this.#arms[model];
    if (!arm) return;
    const accepted = stage?.accepted ?? null;
    // A rejected result is not known to be wrong: the evaluation reports 0 for it, the router is told the verdict alone.
    const quality = accepted === false ? {} : { quality: success };
    const verdict = accepted === null ? 'none' : accepted ? 'accepted' : 'rejected';
    this.#open.push({ model: armName(arm), verdict, ...quality, costMicroUsd: cost * 1e6 });
    if (accepted === false) return;
    this.#policy = this.#policy.learn({
      context: this.#context(task),
      stages: this.#open,
      reward: success - this.#options.lambda * cost,
      exploreCostMicroUsd: this.#exploreCost,
    });
    this.#open = [];
    this.#exploreCost = 0;
  }

  #collect(task: EvaluatedTask, model: number, success: number, cost: number): void {
    const row = this.#partial.get(task) ?? { success: [], cost: [], seen: 0 };
    this.#partial.set(task, row);
    row.success[model] = success;
    row.cost[model] = cost;
    row.seen += 1;
    if (row.seen === this.#options.K) this.#rows.push([task, row.success, row.cost]);
  }

  #context(task: EvaluatedTask): RoutingContext {
    return {
      kind: 'change',
      work: task.type,
      languages: [],
      hasChecks: true,
      valueMicroUsd: this.#options.lambda > 0 ? 1e6 / this.#options.lambda : 20e6,
    };
  }
}
