// A key that cannot be printed by accident.
import { inspect } from 'node:util';

/** Holds a secret; every way of printing it shows stars. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  /** Enough to tell two keys apart: the last four characters of a long one. */
  get fingerprint(): string {
    return this.#value.length >= 16 ? `…${this.#value.slice(-4)}` : '…';
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
