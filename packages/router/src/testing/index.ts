// For tests and benchmarks of the router and of other policies.
export { gradientError } from './gradient.ts';
export { balancePole, type PoleResult } from './pole.ts';
export { type PolicyCheck, policyChecks, sampleContext } from './policy-suite.ts';
