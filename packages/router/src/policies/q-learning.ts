// Tabular Q-learning over escalation: the state is the kind of work and who was rejected before, the action the next model (Watkins 1989).
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type Arm, armName } from '../evidence/arm.ts';
import { stepsOf, unrolledChain } from './escalation-steps.ts';
import {
  certain,
  type Decision,
  type RoutingContext,
  type RoutingOutcome,
  type RoutingPolicy,
  requestedArm,
} from './routing-policy.ts';

const firstRate = 0.5;
const epsilon = 0.1;
/** Value of what was never tried: hopeful, so that it is tried. */
const hope = 0.7;

/** `state>action` to value and visits. */
const tableSchema = z.record(z.string(), z.tuple([z.number(), z.number()]));
type Table = Readonly<Record<string, readonly [value: number, visits: number]>>;

/** Makes the policy from its saved state. */
export function createQLearningPolicy(saved: JsonValue = null): RoutingPolicy {
  const parsed = tableSchema.safeParse(saved);
  return new QLearning(parsed.success ? (parsed.data as Table) : {});
}

class QLearning implements RoutingPolicy {
  readonly name = 'q-learning';
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  get state(): JsonValue {
    return this.#table as JsonValue;
  }

  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision {
    if (arms.length === 0) throw new RangeError('a policy needs at least one arm');
    const requested = requestedArm(context, arms);
    if (requested) return certain(requested, this.name, 'the model that was asked for');
    return unrolledChain(
      context,
      arms,
      {
        policy: this.name,
        reason: 'the highest value of the steps that may follow',
        epsilon,
        valuesAt: (_, before) => arms.map((arm) => this.#value(context.work, before, armName(arm))),
      },
      random,
    );
  }

  learn(outcome: RoutingOutcome): QLearning {
    const { work } = outcome.context;
    const table: Record<string, readonly [number, number]> = { ...this.#table };
    const steps = stepsOf(outcome);
    for (const step of steps.toReversed()) {
      const key = keyOf(work, step.before, step.model);
      const [value, visits] = table[key] ?? [hope, 0];
      const follow = step.isLast ? 0 : bestOf(table, stateOf(work, [...step.before, step.model]));
      const rate = Math.max(0.05, firstRate / (1 + visits * 0.5));
      table[key] = [Number((value + rate * (step.reward + follow - value)).toPrecision(6)), visits + 1];
    }
    return new QLearning(table);
  }

  #value(work: string, before: readonly string[], model: string): number {
    return this.#table[keyOf(work, before, model)]?.[0] ?? (before.length === 0 ? hope : 0.3);
  }
}

function stateOf(work: string, before: readonly string[]): string {
  return `${work}:${before.join('+')}`;
}

function keyOf(work: string, before: readonly string[], model: string): string {
  return `${stateOf(work, before)}>${model}`;
}

/** The best known value in a state; what was never tried there is worth a little. */
function bestOf(table: Table, state: string): number {
  const known = Object.entries(table).flatMap(([key, [value]]) => (key.startsWith(`${state}>`) ? [value] : []));
  return Math.max(0, ...known);
}
