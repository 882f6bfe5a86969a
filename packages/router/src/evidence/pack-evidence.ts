// Evidence as small JSON and back: three digits of a half matrix are enough, and a start-up reads them.
import type { JsonValue } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type Gaussian, indexOfNames } from '../numbers/gaussian.ts';
import type { AmountBelief } from './amount-belief.ts';
import type { Evidence } from './evidence.ts';

const gaussianSchema = z.object({
  names: z.array(z.string()),
  mean: z.array(z.number()),
  /** Lower triangle, row by row. */
  covariance: z.array(z.number()),
});
const amountSchema = z.object({ logs: gaussianSchema, ratioSum: z.number(), ratioCount: z.number() });
const evidenceSchema = z.object({
  skill: gaussianSchema,
  cost: amountSchema,
  time: amountSchema,
  correlation: z.array(z.number()),
  rates: z.object({
    rightAccepted: z.number(),
    rightRejected: z.number(),
    wrongAccepted: z.number(),
    wrongRejected: z.number(),
  }),
  tasks: z.number(),
  /** Since evidence fades; a state of before has none. */
  fadedAt: z.optional(z.number()),
});

/** The evidence as JSON. */
export function packEvidence(evidence: Evidence): JsonValue {
  const { skill, cost, time, correlation, rates, tasks, fadedAt } = evidence;
  return {
    skill: packGaussian(skill),
    cost: packAmount(cost),
    time: packAmount(time),
    correlation: correlation.map(short),
    rates: { ...rates },
    tasks,
    ...(fadedAt === undefined ? {} : { fadedAt }),
  };
}

/** The evidence from JSON; undefined when it is none. */
export function unpackEvidence(saved: JsonValue): Evidence | undefined {
  const parsed = evidenceSchema.safeParse(saved);
  if (!parsed.success) return undefined;
  const { skill, cost, time, fadedAt, ...rest } = parsed.data;
  return {
    ...rest,
    ...(fadedAt === undefined ? {} : { fadedAt }),
    skill: fromHalf(skill),
    cost: unpackAmount(cost),
    time: unpackAmount(time),
  };
}

function packAmount({ logs, ratioSum, ratioCount }: AmountBelief): Record<string, JsonValue> {
  return { logs: packGaussian(logs), ratioSum: short(ratioSum), ratioCount };
}

function unpackAmount(packed: z.infer<typeof amountSchema>): AmountBelief {
  return { ...packed, logs: fromHalf(packed.logs) };
}

/** A joint normal belief as JSON. */
export function packGaussian({ names, mean, covariance }: Gaussian): Record<string, JsonValue> {
  const half: number[] = [];
  for (let row = 0; row < names.length; row++)
    for (let column = 0; column <= row; column++) half.push(short(covariance[row * names.length + column] ?? 0));
  return { names: [...names], mean: [...mean].map(short), covariance: half };
}

/** A joint normal belief from JSON; undefined when it is none. */
export function unpackGaussian(saved: JsonValue): Gaussian | undefined {
  const parsed = gaussianSchema.safeParse(saved);
  return parsed.success ? fromHalf(parsed.data) : undefined;
}

function fromHalf({ names, mean, covariance: half }: z.infer<typeof gaussianSchema>): Gaussian {
  const size = names.length;
  const covariance = new Float64Array(size * size);
  let next = 0;
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      const value = half[next++] ?? 0;
      covariance[row * size + column] = value;
      covariance[column * size + row] = value;
    }
  return {
    names,
    index: indexOfNames(names),
    mean: Float64Array.from({ length: size }, (_, index) => mean[index] ?? 0),
    covariance,
  };
}

/** Five significant digits. */
function short(value: number): number {
  return Number(value.toPrecision(5));
}
