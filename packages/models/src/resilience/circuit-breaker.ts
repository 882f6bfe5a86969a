// A circuit breaker for one model with one key at one provider: a pure state machine over outcomes and times.
//
// closed: calls pass; outcomes of the last minute are counted by class. It opens when a class has enough failures and they are
// at least half of the calls, and at once when the failure will stay (a wrong key, no money) or the provider said until when.
// open: calls are refused until a time. After it one call at a time passes as a probe (half-open): its success closes the
// breaker, its failure opens it for twice as long. A probe that was given up by its caller says nothing and frees its place.
import type { ModelErrorCode, ModelFailure } from '@monkey-coder/protocol';

/** Why a breaker is open, and until when (milliseconds since 1970). */
export interface OpenCircuit {
  readonly until: number;
  readonly code: ModelErrorCode;
  readonly message: string;
}

/** Whether a call may be sent. */
export type Admission =
  | { readonly kind: 'admitted'; readonly isProbe: boolean }
  | ({ readonly kind: 'refused' } & OpenCircuit);

type FailureClass = 'lasting' | 'limited' | 'trouble' | 'none';

interface Outcome {
  readonly at: number;
  readonly class: FailureClass;
}

const windowMs = 60_000;
/** Of a busy minute only the newest calls are looked at. */
const mostOutcomes = 100;
const leastFailures: Readonly<Record<FailureClass, number>> = { lasting: 1, limited: 3, trouble: 5, none: Infinity };
const firstCooldownMs = 15_000;
const longestCooldownMs = 300_000;
const lastingCooldownMs = 600_000;
const probeIntervalMs = 1000;

/** What class a failure is of: only some say that the next call will fail too. */
function classOf(failure: ModelFailure): FailureClass {
  switch (failure.code) {
    case 'auth':
    case 'permission':
    case 'quota':
    case 'not_found':
      return 'lasting';
    case 'rate_limit':
      return 'limited';
    default:
      return failure.countsAgainstHealth ? 'trouble' : 'none';
  }
}

/** One breaker. Times are given by the caller, so that it reads no clock. */
export class CircuitBreaker {
  #outcomes: Outcome[] = [];
  #open: OpenCircuit | undefined;
  #cooldownMs = firstCooldownMs;
  #isProbing = false;

  constructor(open?: OpenCircuit) {
    this.#open = open;
  }

  /** Asks for one call; who was admitted must report with `succeeded`, `failed` or `abandoned`. */
  admit(now: number): Admission {
    if (this.#open === undefined) return { kind: 'admitted', isProbe: false };
    if (now < this.#open.until) return { kind: 'refused', ...this.#open };
    if (this.#isProbing) return { kind: 'refused', ...this.#open, until: now + probeIntervalMs };
    this.#isProbing = true;
    return { kind: 'admitted', isProbe: true };
  }

  /** Why it is open; undefined when calls pass. */
  get open(): OpenCircuit | undefined {
    return this.#open;
  }

  succeeded(now: number): void {
    if (this.#open !== undefined) this.#outcomes = [];
    this.#open = undefined;
    this.#isProbing = false;
    this.#cooldownMs = firstCooldownMs;
    this.#remember({ at: now, class: 'none' });
  }

  failed(failure: ModelFailure, now: number): void {
    const wasProbe = this.#isProbing;
    this.#isProbing = false;
    const kind = classOf(failure);
    this.#remember({ at: now, class: kind });
    if (kind === 'none') return;
    if (wasProbe) this.#cooldownMs = Math.min(longestCooldownMs, this.#cooldownMs * 2);
    if (wasProbe || failure.retryAfterMs !== undefined || this.#isTooMuch(kind)) this.#openFor(failure, kind, now);
  }

  /** The call was given up by its caller: nothing was learnt. */
  abandoned(): void {
    this.#isProbing = false;
  }

  #remember(outcome: Outcome): void {
    const recent = this.#outcomes.filter((one) => one.at > outcome.at - windowMs);
    this.#outcomes = [...recent.slice(1 - mostOutcomes), outcome];
  }

  #isTooMuch(kind: FailureClass): boolean {
    const failures = this.#outcomes.filter((one) => one.class === kind).length;
    return failures >= leastFailures[kind] && (kind === 'lasting' || failures * 2 >= this.#outcomes.length);
  }

  #openFor({ code, message, retryAfterMs }: ModelFailure, kind: FailureClass, now: number): void {
    const cooldown = kind === 'lasting' ? lastingCooldownMs : this.#cooldownMs;
    const until = now + (retryAfterMs ?? cooldown);
    this.#open = { until: Math.max(until, this.#open?.until ?? 0), code, message };
  }
}
