// A known control problem: a pole on a cart is kept upright by pushing left or right (Barto, Sutton and Anderson 1983).
import { seededRandom } from '../numbers/random.ts';
import {
  actionOf,
  afterTransition,
  createDeepQ,
  type DeepQ,
  type DeepQOptions,
  deepQDefaults,
} from '../policies/deep-q.ts';

const mostSteps = 200;
const options: DeepQOptions = {
  ...deepQDefaults,
  rate: 1e-3,
  epsilonTo: 0.02,
  epsilonSteps: 3000,
  targetEvery: 200,
  memory: 4000,
};

type Cart = readonly [position: number, speed: number, angle: number, turn: number];

/** What came of learning. */
export interface PoleResult {
  /** Best average length of ten episodes in a row without chance, of 200 steps at most. */
  readonly best: number;
  readonly episodes: number;
}

/** Learns until ten greedy episodes in a row last 195 of 200 steps on the average, or 400 episodes are over. */
export function balancePole(seed: number): PoleResult {
  const random = seededRandom(seed);
  let learner = createDeepQ([4, 32, 32, 2], random);
  let best = 0;
  for (let episode = 1; episode <= 400; episode++) {
    learner = afterEpisode(learner, random);
    if (episode % 10 !== 0) continue;
    const greedy: DeepQOptions = { ...options, epsilonFrom: 0, epsilonTo: 0 };
    const known = learner;
    best = Math.max(
      best,
      greedyLength((state) => actionOf(known, state, greedy, random), random),
    );
    if (best >= 195) return { best, episodes: episode };
  }
  return { best, episodes: 400 };
}

function afterEpisode(before: DeepQ, random: () => number): DeepQ {
  let learner = before;
  let cart = freshCart(random);
  for (let step = 0; step < mostSteps; step++) {
    const action = actionOf(learner, cart, options, random);
    const next = pushed(cart, action);
    const fell = hasFallen(next);
    const transition = { state: cart, action, reward: fell ? -1 : 0.1 };
    learner = afterTransition(learner, fell ? transition : { ...transition, next }, options, random);
    if (fell) break;
    cart = next;
  }
  return learner;
}

function greedyLength(act: (state: Cart) => number, random: () => number): number {
  let total = 0;
  for (let episode = 0; episode < 10; episode++) {
    let cart = freshCart(random);
    let step = 0;
    while (step < mostSteps && !hasFallen(cart)) {
      cart = pushed(cart, act(cart));
      step += 1;
    }
    total += step;
  }
  return total / 10;
}

function freshCart(random: () => number): Cart {
  const little = (): number => (random() - 0.5) * 0.1;
  return [little(), little(), little(), little()];
}

function hasFallen([position, , angle]: Cart): boolean {
  return Math.abs(position) > 2.4 || Math.abs(angle) > 0.2095;
}

/** One step of 20 ms with 10 N to the left or right; cart 1 kg, pole 0.1 kg and 1 m. */
function pushed([position, speed, angle, turn]: Cart, action: number): Cart {
  const force = action === 1 ? 10 : -10;
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const push = (force + 0.05 * turn * turn * sine) / 1.1;
  const turning = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - (0.1 * cosine * cosine) / 1.1));
  const speeding = push - (0.05 * turning * cosine) / 1.1;
  return [position + 0.02 * speed, speed + 0.02 * speeding, angle + 0.02 * turn, turn + 0.02 * turning];
}
