// What a conformance suite is: named checks that throw when an implementation breaks its contract; any test runner can run them.

/** One check of a contract. */
export interface ContractCase {
  readonly name: string;
  /** Throws (AssertionError) when the contract is broken. */
  run(): Promise<void>;
}

/** A small seeded generator (mulberry32), so that a failing property can be repeated. Numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
