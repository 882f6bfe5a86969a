// Invented worlds of models with known truth, to hold the router against: what is the best chain, and how much worse did the router do.
import {
  type Arm,
  allChains,
  armName,
  type ChainThompson,
  drawNormal,
  type RoutingContext,
  type StageOutcome,
} from '@monkey-coder/router';

/** A world: models with a skill (probit) by kind of work and a usual cost, tasks with a difficulty of their own, checks that err. */
export interface World {
  readonly name: string;
  readonly arms: readonly Arm[];
  readonly kinds: readonly string[];
  /** Probit of success of each model in each kind. */
  readonly skills: readonly (readonly number[])[];
  /** Median cost in micro-dollars; single costs are log-normal around it. */
  readonly costs: readonly number[];
  readonly correlation: number;
  readonly accept: number;
  readonly reject: number;
  readonly valueMicroUsd: number;
}

/** A task as it is in the world: what each model would do and cost on it. */
interface Task {
  readonly kind: number;
  readonly right: readonly boolean[];
  readonly costs: readonly number[];
  /** What the checks would say of each model's result. */
  readonly accepted: readonly boolean[];
}

const costSpread = 0.6;

/** Draws a task; skills may be others than those of the world (it has changed). */
export function drawTask(world: World, skills: World['skills'], random: () => number): Task {
  const kind = Math.floor(random() * world.kinds.length);
  const ease = Math.sqrt(world.correlation) * drawNormal(random);
  const right = skills.map((own) => {
    const probit = own[kind] ?? 0;
    return probit + ease + Math.sqrt(1 - world.correlation) * drawNormal(random) > 0;
  });
  const costs = world.costs.map((median) => median * Math.exp(costSpread * drawNormal(random)));
  const accepted = right.map((isRight) => random() < (isRight ? world.accept : 1 - world.reject));
  return { kind, right, costs, accepted };
}

/** Plays a chain on a task: what it was worth in solved tasks, and what the router is told. */
export function play(world: World, chain: readonly number[], task: Task): Played {
  const accepting = chain.findIndex((model) => task.accepted[model]);
  const last = accepting < 0 ? chain.length - 1 : accepting;
  const tried = chain.slice(0, last + 1);
  const stages = tried.map((model, index): StageOutcome => {
    const arm = world.arms[model];
    return {
      model: arm ? armName(arm) : '',
      verdict: task.accepted[model] ? 'accepted' : 'rejected',
      costMicroUsd: task.costs[model] ?? 0,
      ...(index === last ? { quality: task.right[model] ? 1 : 0 } : {}),
    };
  });
  const spent = tried.reduce((sum, model) => sum + (task.costs[model] ?? 0), 0);
  return { worth: (stages[last]?.quality ?? 0) - spent / world.valueMicroUsd, spent, stages };
}

/** What came of a chain: its worth in solved tasks, micro-dollars spent, and the stages that ran. */
export interface Played {
  readonly worth: number;
  readonly spent: number;
  readonly stages: StageOutcome[];
}

/** The best fixed chain on some tasks; `longest` 1 for the best single model. */
export function bestFixed(world: World, longest: number, tasks: readonly Task[]): readonly number[] {
  const chains = allChains(world.arms.length, longest);
  const worths = chains.map((chain) => worthOn(world, chain, tasks));
  const best = worths.reduce((at, worth, index) => (worth > (worths[at] ?? 0) ? index : at), 0);
  return chains[best] ?? [];
}

/** Lets a policy decide and learn task by task; what it was worth on each, and its policy at the end. */
export function runPolicy(
  world: World,
  policy: ChainThompson,
  tasks: readonly Task[],
  random: () => number,
): { readonly worths: number[]; readonly policy: ChainThompson } {
  let learning = policy;
  const worths = tasks.map((task) => {
    const context: RoutingContext = {
      ...{ kind: 'change', work: world.kinds[task.kind] ?? '', languages: [], hasChecks: true },
      valueMicroUsd: world.valueMicroUsd,
    };
    const decision = learning.decide(context, world.arms, random);
    const chain = decision.chain.map((arm) => world.arms.indexOf(arm));
    const { worth, stages } = play(world, chain, task);
    const exploreCostMicroUsd = decision.exploreCostMicroUsd ?? 0;
    learning = learning.learn({ context, stages, reward: worth, exploreCostMicroUsd });
    return worth;
  });
  return { worths, policy: learning };
}

/** A world drawn at random of a kind: dearer models are better on the whole, kinds of work differ in how hard they are and who is good at them. */
export function inventWorld(
  name: string,
  { models, kinds, correlation, accept, reject, valueUsd, cheapUsd, dearUsd }: Invention,
  random: () => number,
): World {
  const ease = Array.from({ length: kinds }, () => 0.5 * drawNormal(random));
  const rank = Array.from({ length: models }, (_, index) => index / Math.max(1, models - 1));
  const skills = rank.map((at) => {
    const own = 0.1 + 0.7 * at + 0.3 * drawNormal(random);
    return ease.map((kind) => own + kind + 0.25 * drawNormal(random));
  });
  const costs = rank.map((at) => 1e6 * cheapUsd * (dearUsd / cheapUsd) ** at * Math.exp(0.4 * drawNormal(random)));
  const arms = rank.map((_, index) => ({ provider: 'world', model: `m${index}` }));
  const names = ease.map((_, index) => `kind${index}`);
  const rates = { correlation, accept, reject, valueMicroUsd: valueUsd * 1e6 };
  return { name, arms, kinds: names, skills, costs, ...rates };
}

/** What a world is drawn from. */
export interface Invention {
  readonly models: number;
  readonly kinds: number;
  readonly correlation: number;
  readonly accept: number;
  readonly reject: number;
  readonly valueUsd: number;
  readonly cheapUsd: number;
  readonly dearUsd: number;
}

/** What a chain is worth on all of some tasks. */
export function worthOn(world: World, chain: readonly number[], tasks: readonly Task[]): number {
  return tasks.reduce((sum, task) => sum + play(world, chain, task).worth, 0);
}
