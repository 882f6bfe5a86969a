// Conformance suites of the engine's seams, for every implementation of them.
export { sessionStoreSuite } from './session-store-suite.ts';
