// Two watchdogs over one answer: the first token may take long, a pause between bytes may not.
import type { ModelFailure } from '@monkey-coder/protocol';
import { modelFailure } from './failures.ts';

/** Limits in milliseconds. */
export interface WatchdogLimits {
  /** From sending the request to the first content, before the size of the prompt is added. */
  readonly firstTokenMs: number;
  /** Added to `firstTokenMs` per thousand estimated prompt tokens. */
  readonly firstTokenPerThousandMs: number;
  /** Without a byte once content has begun. */
  readonly idleMs: number;
}

/** Five minutes for the first token (models that think out of sight need them) and one minute between bytes. */
export const defaultWatchdogLimits: WatchdogLimits = {
  firstTokenMs: 300_000,
  firstTokenPerThousandMs: 300,
  idleMs: 60_000,
};

/** Watches one answer; `onExpired` is called at most once. */
export class Watchdogs {
  readonly #limits: WatchdogLimits;
  readonly #onExpired: (failure: ModelFailure) => void;
  readonly #firstTokenMs: number;
  #timer: NodeJS.Timeout | undefined;
  #idle = false;

  constructor(limits: WatchdogLimits, promptTokens: number, onExpired: (failure: ModelFailure) => void) {
    this.#limits = limits;
    this.#onExpired = onExpired;
    this.#firstTokenMs = Math.round(limits.firstTokenMs + (promptTokens / 1000) * limits.firstTokenPerThousandMs);
  }

  /** The request has been sent. */
  start(): void {
    this.#timer = setTimeout(() => this.#expire(), this.#firstTokenMs);
  }

  /** Content has begun, the idle limit holds from now on. */
  contentBegan(): void {
    if (this.#idle) return;
    this.#idle = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expire(), this.#limits.idleMs);
  }

  /** Bytes came. */
  alive(): void {
    if (this.#idle) this.#timer?.refresh();
  }

  /** The reader is behind: silence is ours until `resume`. */
  pause(): void {
    if (this.#idle) clearTimeout(this.#timer);
  }

  resume(): void {
    if (this.#idle && this.#timer !== undefined) this.#timer = setTimeout(() => this.#expire(), this.#limits.idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expire(): void {
    this.stop();
    const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
    this.#onExpired(
      this.#idle
        ? modelFailure('timeout.idle', `the answer stalled: nothing came for ${seconds(this.#limits.idleMs)}`)
        : modelFailure('timeout.first_token', `no first token within ${seconds(this.#firstTokenMs)}`),
    );
  }
}
