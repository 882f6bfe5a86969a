// The form of a conformance case: a name and a body that throws when the contract is broken; any test runner can run it.

/** One thing a contract promises. `Fixture` is made afresh for every case and closed after it. */
export interface ConformanceCase<Fixture> {
  readonly name: string;
  readonly run: (fixture: Fixture) => Promise<void>;
}
