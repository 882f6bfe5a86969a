// Choose model, chain and strategy; learn from outcomes.
export { createScorer, type LabelledTask, type Scorer } from './evaluate/scorer.ts';
export type { ModelPrior, Priors, StageOutcome } from './evidence/evidence.ts';
export { publicPriorsByLabel } from './evidence/priors.ts';
export { taskKindOf } from './features/task-kind.ts';
export { type WorkKind, workKindOf } from './features/work-kind.ts';
export { seededRandom } from './numbers/random.ts';
export { type ChainThompson, createChainThompson, restoreChainThompson } from './policies/chain-thompson.ts';
export { createFixedPolicy } from './policies/fixed.ts';
export { type Arm, armName, type Decision, type RoutingContext, type RoutingOutcome, type RoutingPolicy } from './policies/routing-policy.ts';
export { allChains } from './chains/chain-value.ts';
export { skillInterval, valueChainsOf } from './chains/predict.ts';
export { normalCumulative } from './numbers/normal.ts';
export { drawIndex, drawNormal } from './numbers/random.ts';
