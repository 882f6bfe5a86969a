// Choose model, chain and strategy; learn from outcomes.
export { taskKindOf } from './features/task-kind.ts';
export { createFixedPolicy } from './policies/fixed.ts';
export type { Arm, Decision, RoutingContext, RoutingOutcome, RoutingPolicy } from './policies/routing-policy.ts';
