// The deep Q-learning policy over escalation: the network sees the numbers of the task, the stage and who was tried, and values each model.
//
// It runs in shadow mode: never the default, promoted only when replay of logged decisions says that it is better.
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type Arm, armName } from '../evidence/arm.ts';
import { featureCount } from '../features/task-features.ts';
import { seededRandom } from '../numbers/random.ts';
import { afterTransition, createDeepQ, type DeepQ, type DeepQOptions, deepQDefaults, epsilonAt } from './deep-q.ts';
import { mostSteps, stepsOf, unrolledChain } from './escalation-steps.ts';
import { outputsOf, packNetwork, unpackNetwork } from './network.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

/** Most models it can tell apart. */
const mostModels = 10;
const inputs = featureCount + mostSteps + mostModels;
const options: DeepQOptions = { ...deepQDefaults, rate: 3e-3, memory: 1000, targetEvery: 50, discount: 1 };

interface DqnState {
  readonly learner: DeepQ;
  /** Names in the order of the outputs. */
  readonly models: readonly string[];
}

const memorySchema = z.array(
  z.object({
    state: z.array(z.number()),
    action: z.number(),
    reward: z.number(),
    next: z.optional(z.array(z.number())),
  }),
);

/** Makes the policy from its saved state. */
export function createDqnPolicy(saved: JsonValue = null): RoutingPolicy {
  return new Dqn(unpack(saved) ?? { learner: createDeepQ([inputs, 32, 32, mostModels], seededRandom(1)), models: [] });
}

class Dqn implements RoutingPolicy {
  readonly name = 'dqn';
  readonly #state: DqnState;

  constructor(state: DqnState) {
    this.#state = state;
  }

  get state(): JsonValue {
    const { learner, models } = this.#state;
    const { online, target, memory, steps } = learner;
    return {
      online: packNetwork(online),
      target: packNetwork(target),
      memory: memory.map((one) => ({ ...one })) as unknown as JsonValue,
      steps,
      models,
    };
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    if (arms.length === 0) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    const { learner } = this.#state;
    const models = withNames(this.#state.models, arms.map(armName));
    const valuesAt = (stage: number, before: readonly string[]): number[] => {
      const values = outputsOf(learner.online, encoded(context, stage, before, models));
      return arms.map((arm) => values[models.indexOf(armName(arm))] ?? 0);
    };
    const reason = 'the highest value the network sees';
    return unrolledChain(
      context,
      arms,
      { policy: this.name, reason, epsilon: epsilonAt(learner.steps, options), valuesAt },
      random,
    );
  }

  learn(outcome: RoutingOutcome): Dqn {
    const models = withNames(
      this.#state.models,
      outcome.stages.map((stage) => stage.model),
    );
    const { context } = outcome;
    // What is drawn for learning follows from how much was learnt: the same history gives the same network.
    const random = seededRandom(this.#state.learner.steps + 7);
    let { learner } = this.#state;
    for (const step of stepsOf(outcome)) {
      const action = models.indexOf(step.model);
      if (action < 0) continue;
      const next = encoded(context, step.stage + 1, [...step.before, step.model], models);
      const transition = { state: encoded(context, step.stage, step.before, models), action, reward: step.reward };
      learner = afterTransition(learner, step.isLast ? transition : { ...transition, next }, options, random);
    }
    return new Dqn({ learner, models });
  }
}

function withNames(known: readonly string[], names: readonly string[]): string[] {
  return [...new Set([...known, ...names])].slice(0, mostModels);
}

function encoded(
  context: RoutingContext,
  stage: number,
  before: readonly string[],
  models: readonly string[],
): number[] {
  const numbers = Array.from({ length: featureCount }, (_, index) => context.numbers?.[index] ?? 0);
  const stages = Array.from({ length: mostSteps }, (_, index) => (index === stage ? 1 : 0));
  const tried = Array.from({ length: mostModels }, (_, index) => (before.includes(models[index] ?? '') ? 1 : 0));
  return [...numbers, ...stages, ...tried];
}

function unpack(saved: JsonValue): DqnState | undefined {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return undefined;
  const { online, target, memory, steps, models } = saved as Readonly<Record<string, JsonValue>>;
  const networks = [unpackNetwork(online), unpackNetwork(target)];
  const transitions = memorySchema.safeParse(memory);
  const names = z.array(z.string()).safeParse(models);
  const [first, second] = networks;
  if (!first || !second || !transitions.success || !names.success || typeof steps !== 'number') return undefined;
  const remembered = transitions.data.map(({ next, ...one }) => (next === undefined ? one : { ...one, next }));
  return { learner: { online: first, target: second, memory: remembered, steps }, models: names.data };
}
