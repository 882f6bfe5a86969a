// Health of a model from real traffic: exponentially weighted moving averages, folded call by call. Pure.
import type { ModelErrorCode } from '@monkey-coder/protocol';
import type { CallSample } from './breaking.ts';

/** How a model has been doing lately. */
export interface ModelHealth {
  /** Calls counted in all. */
  readonly calls: number;
  /** Averages; null while nothing is known. */
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
  /** Shares of calls in 0..1. */
  readonly errorRate: number;
  readonly truncationRate: number;
  /** Milliseconds since 1970. */
  readonly lastAt: number;
  readonly lastError?: { readonly code: ModelErrorCode; readonly at: number };
}

/** Weight of the newest call. */
const weight = 0.2;
/** Shorter streams say nothing about the rate. */
const leastStreamMs = 50;

const nothingKnown: ModelHealth = {
  calls: 0,
  firstTokenMs: null,
  tokensPerSecond: null,
  errorRate: 0,
  truncationRate: 0,
  lastAt: 0,
};

/** Health after one more call. */
export function healthAfter(health: ModelHealth | undefined, sample: CallSample): ModelHealth {
  const known = health ?? nothingKnown;
  const share = (old: number, is: boolean): number => average(known.calls === 0 ? null : old, is ? 1 : 0) ?? 0;
  const { code, at } = sample;
  return {
    ...known,
    calls: known.calls + 1,
    firstTokenMs: average(known.firstTokenMs, code === 'ok' ? sample.firstTokenMs : null),
    tokensPerSecond: average(known.tokensPerSecond, rateOf(sample)),
    errorRate: share(known.errorRate, code !== 'ok'),
    truncationRate: share(known.truncationRate, isCutOff(sample)),
    lastAt: Math.max(at, known.lastAt),
    ...(code === 'ok' ? {} : { lastError: { code, at } }),
  };
}

function rateOf({ code, streamMs, outputTokens }: CallSample): number | null {
  return code === 'ok' && streamMs >= leastStreamMs ? (outputTokens * 1000) / streamMs : null;
}

/** Content came, and then the answer broke off. */
function isCutOff({ code, firstTokenMs }: CallSample): boolean {
  return code === 'truncated' || (code !== 'ok' && firstTokenMs !== null);
}

function average(old: number | null, value: number | null): number | null {
  if (value === null) return old;
  return old === null ? value : old + weight * (value - old);
}
