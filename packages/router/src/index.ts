// Choose model, chain and strategy; learn from outcomes.

export { allChains } from './chains/chain-value.ts';
export { skillInterval, valueChainsOf } from './chains/predict.ts';
export { createScorer, type LabelledTask, type Scorer } from './evaluate/scorer.ts';
export { type Arm, armName } from './evidence/arm.ts';
export type { ModelPrior, Priors, StageOutcome } from './evidence/evidence.ts';
export { publicPriors, publicPriorsByLabel } from './evidence/priors.ts';
export {
  parseReplay,
  type ReplayLine,
  type ReplayRecord,
  type ReplayRun,
  recordsOf,
  replayVersion,
} from './evidence/replay.ts';
export { taskFeatures } from './features/task-features.ts';
export { taskKindOf } from './features/task-kind.ts';
export { type WorkKind, workKindOf } from './features/work-kind.ts';
export { forecastChain } from './foresight/forecast.ts';
export { normalCumulative } from './numbers/normal.ts';
export { drawIndex, drawNormal, seededRandom } from './numbers/random.ts';
export {
  type ChainThompson,
  createChainThompson,
  evidenceContext,
  restoreChainThompson,
} from './policies/chain-thompson.ts';
export { createFixedPolicy } from './policies/fixed.ts';
export { learnRecords } from './policies/learn-records.ts';
export type { Decision, RoutingContext, RoutingOutcome, RoutingPolicy } from './policies/routing-policy.ts';
