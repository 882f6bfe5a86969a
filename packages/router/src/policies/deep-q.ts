// Deep Q-learning (Mnih et al. 2015) for any control problem with a few actions: replay, target network, epsilon schedule, Adam.
import { indexOfMax, type Random } from '../numbers/random.ts';
import { addGradient, createNetwork, type Layers, type Network, outputsOf, stepped } from './network.ts';

/** One experience. `next` is absent where the episode ended. */
export interface Transition {
  readonly state: readonly number[];
  readonly action: number;
  readonly reward: number;
  readonly next?: readonly number[];
}

/** How it learns. */
export interface DeepQOptions {
  readonly discount: number;
  readonly rate: number;
  readonly batch: number;
  readonly memory: number;
  /** Steps between copies into the target network. */
  readonly targetEvery: number;
  readonly epsilonFrom: number;
  readonly epsilonTo: number;
  /** Steps over which epsilon falls. */
  readonly epsilonSteps: number;
}

/** What serves unless something else is said. */
export const deepQDefaults: DeepQOptions = {
  discount: 0.99,
  rate: 1e-3,
  batch: 32,
  memory: 10_000,
  targetEvery: 200,
  epsilonFrom: 1,
  epsilonTo: 0.05,
  epsilonSteps: 200,
};

/** The learner's state: a plain value, never changed in place. */
export interface DeepQ {
  readonly online: Network;
  readonly target: Network;
  readonly memory: readonly Transition[];
  readonly steps: number;
}

/** A fresh learner. */
export function createDeepQ(layers: Layers, random: Random): DeepQ {
  const online = createNetwork(layers, random);
  return { online, target: online, memory: [], steps: 0 };
}

/** Share of random actions at a step. */
export function epsilonAt(steps: number, { epsilonFrom, epsilonTo, epsilonSteps }: DeepQOptions): number {
  return epsilonFrom + (epsilonTo - epsilonFrom) * Math.min(1, steps / epsilonSteps);
}

/** Epsilon-greedy action. */
export function actionOf(learner: DeepQ, state: readonly number[], options: DeepQOptions, random: Random): number {
  const values = outputsOf(learner.online, state);
  if (random() < epsilonAt(learner.steps, options)) return Math.floor(random() * values.length);
  return indexOfMax(values);
}

/** The learner after an experience, one step of Adam on a batch from memory, and now and then a copy of the network. */
export function afterTransition(learner: DeepQ, transition: Transition, options: DeepQOptions, random: Random): DeepQ {
  const memory = [...learner.memory.slice(-(options.memory - 1)), transition];
  const steps = learner.steps + 1;
  if (memory.length < options.batch) return { ...learner, memory, steps };
  const gradient = new Float64Array(learner.online.weights.length);
  for (let one = 0; one < options.batch; one++) {
    const drawn = memory[Math.floor(random() * memory.length)];
    if (drawn) addError(learner, drawn, options, gradient);
  }
  const online = stepped(learner.online, gradient, options.rate);
  return { online, target: steps % options.targetEvery === 0 ? online : learner.target, memory, steps };
}

/** Double Q-learning: the online network chooses the next action, the target network values it. Errors are cut at 1 (Huber). */
function addError(
  learner: DeepQ,
  { state, action, reward, next }: Transition,
  options: DeepQOptions,
  gradient: Float64Array,
): void {
  let wanted = reward;
  if (next) {
    const following = indexOfMax(outputsOf(learner.online, next));
    wanted += options.discount * (outputsOf(learner.target, next)[following] ?? 0);
  }
  const values = outputsOf(learner.online, state);
  const error = Math.max(-1, Math.min(1, (values[action] ?? 0) - wanted)) / options.batch;
  addGradient(
    learner.online,
    state,
    values.map((_, index) => (index === action ? error : 0)),
    gradient,
  );
}
