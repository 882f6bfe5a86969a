// Nearest neighbours: the model whose past results on the most similar tasks were best.
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type Arm, armName } from '../evidence/arm.ts';
import { drawn } from './count-policies.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

const neighbours = 20;
const mostRemembered = 500;
/** Pseudo-observations of a middling reward, and the share of decisions that are drawn at random. */
const shrinkage = 2;
const middling = 0.5;
const epsilon = 0.05;

const memorySchema = z.array(
  z.object({ model: z.string(), work: z.string(), numbers: z.array(z.number()), reward: z.number() }),
);
type Memory = z.infer<typeof memorySchema>;

/** Makes the policy from its saved state. */
export function createNearestPolicy(saved: JsonValue = null): RoutingPolicy {
  const parsed = memorySchema.safeParse(saved);
  return new Nearest(parsed.success ? parsed.data : []);
}

class Nearest implements RoutingPolicy {
  readonly name = 'nearest';
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  get state(): JsonValue {
    return this.#memory;
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    if (arms.length === 0) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    const values = arms.map((arm) => this.#valueOf(armName(arm), context));
    const best = Math.max(...values);
    const at = values.indexOf(best);
    const weights = values.map((_, index) => epsilon / arms.length + (index === at ? 1 - epsilon : 0));
    const reason = 'the best results on similar tasks';
    return drawn(this.name, reason, { arms, weights, isCritical: context.isCritical ?? false }, random);
  }

  learn({ context, stages, reward }: RoutingOutcome): Nearest {
    const last = stages.at(-1);
    if (!last) return this;
    const one = { model: last.model, work: context.work, numbers: [...(context.numbers ?? [])], reward };
    return new Nearest([...this.#memory.slice(1 - mostRemembered), one]);
  }

  #valueOf(model: string, context: RoutingContext): number {
    const near = this.#memory
      .filter((one) => one.model === model)
      .map((one) => ({ reward: one.reward, weight: similarity(one, context) }))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, neighbours);
    const weight = near.reduce((sum, one) => sum + one.weight, 0);
    const value = near.reduce((sum, one) => sum + one.weight * one.reward, 0);
    return (value + shrinkage * middling) / (weight + shrinkage);
  }
}

function similarity(one: Memory[number], { work, numbers = [] }: RoutingContext): number {
  let distance = one.work === work ? 0 : 1;
  for (const [index, value] of numbers.entries()) distance += (value - (one.numbers[index] ?? 0)) ** 2;
  return Math.exp(-distance);
}
