// Conformance suites for the seams of this package, free of any test runner.
export { type ContractCase, seededRandom } from './contract.ts';
export { type DialectLimits, dialectContract } from './dialect-contract.ts';
export { ledgerContract, type OpenLedger } from './ledger-contract.ts';
export {
  collectEvents,
  languageModelContract,
  type ModelBehaviour,
  type ModelUnderTest,
  type OpenModel,
  testRequest,
} from './model-contract.ts';
export { evaluateWire, type WireScore, type WireTally } from './wire-score.ts';
