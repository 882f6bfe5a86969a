// Thompson sampling on a Bayesian linear model of the reward, one per model, over the numbers of the task (Agrawal and Goyal 2013).
import type { JsonValue } from '@monkey-coder/protocol';
import { type Arm, armName } from '../evidence/arm.ts';
import { packGaussian, unpackGaussian } from '../evidence/pack-evidence.ts';
import { emptyGaussian, type Gaussian, type Line, lineMoments, measured, withVariables } from '../numbers/gaussian.ts';
import { drawNormal, indexOfMax } from '../numbers/random.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

const priorVariance = 0.25;
const noiseVariance = 0.2;
/** Share of the spread that is drawn, and worlds that give the propensity. */
const temper = 0.5;
const worlds = 64;

type Beliefs = Readonly<Record<string, Gaussian>>;

/** Makes the policy from its saved state. */
export function createLinearThompsonPolicy(saved: JsonValue = null): RoutingPolicy {
  const entries = typeof saved === 'object' && saved !== null && !Array.isArray(saved) ? Object.entries(saved) : [];
  const beliefs = entries.flatMap(([name, packed]): [string, Gaussian][] => {
    const belief = unpackGaussian(packed);
    return belief ? [[name, belief]] : [];
  });
  return new LinearThompson(Object.fromEntries(beliefs));
}

class LinearThompson implements RoutingPolicy {
  readonly name = 'linear-thompson';
  readonly #beliefs: Beliefs;

  constructor(beliefs: Beliefs) {
    this.#beliefs = beliefs;
  }

  get state(): JsonValue {
    return Object.fromEntries(Object.entries(this.#beliefs).map(([name, belief]) => [name, packGaussian(belief)]));
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    const first = arms[0];
    if (!first) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    const line = lineOf(context);
    const moments = arms.map((arm) => lineMoments(prepared(this.#beliefs[armName(arm)], line), line));
    const best = indexOfMax(moments.map((one) => one.mean));
    const draw = (): number =>
      indexOfMax(moments.map((one) => one.mean + temper * Math.sqrt(one.variance) * drawNormal(random)));
    const votes = context.isCritical ? [best] : Array.from({ length: worlds }, draw);
    const chosen = votes[Math.floor(random() * votes.length)] ?? best;
    const share = (index: number): number => votes.filter((vote) => vote === index).length / votes.length;
    return {
      chain: arms.slice(chosen, chosen + 1),
      propensity: share(chosen),
      policy: this.name,
      reason: 'drawn from the belief about rewards',
      options: arms.flatMap((arm, index) => (share(index) > 0 ? [{ chain: [arm], propensity: share(index) }] : [])),
      isExploring: chosen !== best,
    };
  }

  learn({ context, stages, reward }: RoutingOutcome): LinearThompson {
    const last = stages.at(-1);
    if (!last) return this;
    const line = lineOf(context);
    const belief = measured(prepared(this.#beliefs[last.model], line), line, reward, noiseVariance);
    return new LinearThompson({ ...this.#beliefs, [last.model]: belief });
  }
}

function lineOf({ numbers = [1] }: RoutingContext): Line {
  return numbers.flatMap((value, index): [string, number][] => (value === 0 ? [] : [[`x${index}`, value]]));
}

/** The first number is the constant: it starts at a middling reward. */
function prepared(belief: Gaussian = emptyGaussian, line: Line = []): Gaussian {
  return withVariables(
    belief,
    line.map(([name]) => ({ name, mean: name === 'x0' ? 0.5 : 0, variance: priorVariance })),
  );
}
