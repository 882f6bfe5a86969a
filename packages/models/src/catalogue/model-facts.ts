// What is known about a model: shapes of the catalogue, and their reading from compact JSON.
import type { DialectName } from '@monkey-coder/protocol';

/** Prices in micro-USD per million tokens. Absent cache prices mean: charged as plain input. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  /** Only where reasoning is priced apart from other output. */
  readonly reasoning?: number;
}

/** A price list with its exceptions. */
export interface ModelPrice extends Rates {
  /** Rates of the whole request when its input is above so many tokens; ascending. */
  readonly tiers?: readonly (Partial<Rates> & { readonly above: number })[];
  /** Rates from a day on, `YYYY-MM-DD` UTC; ascending. */
  readonly later?: readonly (Partial<Rates> & { readonly from: string })[];
  /** Rates of hours of the day, `HH:MM` UTC, end excluded. */
  readonly daily?: readonly (Partial<Rates> & { readonly fromUtc: string; readonly toUtc: string })[];
}

/** One model of one provider. */
export interface ModelFacts {
  readonly provider: string;
  /** The name to send. */
  readonly id: string;
  readonly aliasOf?: string;
  readonly released?: string;
  readonly preview?: boolean;
  /** Ended, on a day nobody told. */
  readonly ended?: boolean;
  /** Last day, `YYYY-MM-DD` UTC: from this day on the name does not stand for this model. */
  readonly retires?: string;
  readonly successor?: string;
  /** After its end the name is answered by this model, at its price. */
  readonly redirectsTo?: string;
  /** Tokens. */
  readonly context?: number;
  readonly maxInput?: number;
  readonly maxOutput?: number;
  readonly price?: ModelPrice;
  /** False: takes no tools. */
  readonly tools?: boolean;
  /** False: takes no temperature. */
  readonly temperature?: boolean;
  readonly reasoning?: boolean;
  /** Effort words it takes. */
  readonly effort?: readonly string[];
  /** Takes a thinking budget in tokens. */
  readonly budget?: boolean;
  readonly images?: boolean;
  readonly dialects: readonly DialectName[];
}

/** Whether the name stands for a living model at this time (milliseconds since 1970). */
export function isAlive(facts: ModelFacts, now: number): boolean {
  return !facts.ended && (facts.retires === undefined || now < Date.parse(facts.retires));
}
