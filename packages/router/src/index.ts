// Choose model, chain and strategy; learn from outcomes.

export { allChains } from './chains/chain-value.ts';
export { type BudgetProgress, costWeight } from './chains/pacing.ts';
export { skillInterval, valueChainsOf } from './chains/predict.ts';
export { countersOf, type RouterCounters } from './evaluate/counters.ts';
export { createScorer, type LabelledTask, type Scorer } from './evaluate/scorer.ts';
export { compareInShadow, type ShadowResult } from './evaluate/shadow.ts';
export { type Arm, armName } from './evidence/arm.ts';
export { evidenceContext } from './evidence/context.ts';
export type { StageOutcome } from './evidence/evidence.ts';
export type { ModelPrior, Priors } from './evidence/model-prior.ts';
export { publicPriors, publicPriorsByLabel } from './evidence/priors.ts';
export {
  parseReplay,
  type ReplayLine,
  type ReplayRecord,
  type ReplayRun,
  recordsOf,
  replayVersion,
} from './evidence/replay.ts';
export { type Signal, waitCost } from './evidence/reward.ts';
export { readShared, sharedRuns } from './evidence/share.ts';
export { choosePersona, type Persona, type PersonaChoice } from './features/persona.ts';
export { isSmallWork } from './features/small-work.ts';
export { taskFeatures } from './features/task-features.ts';
export { taskKindOf } from './features/task-kind.ts';
export { type WorkKind, workKindOf } from './features/work-kind.ts';
export { type Calibration, calibrationOf } from './foresight/calibration.ts';
export { type ExplainedChain, explainRoute, intervalText, type RouteExplanation } from './foresight/explain.ts';
export {
  type ExploreAnswer,
  type ExploreQuestion,
  exploreOrNot,
  type WayForecast,
} from './foresight/explore-or-not.ts';
export { forecastChain, forecastRest } from './foresight/forecast.ts';
export { bestPlan, plansOf, type StrategyPlan, type TreeProblem } from './foresight/strategy-tree.ts';
export { chanceOfRight } from './foresight/team-value.ts';
export { normalCumulative } from './numbers/normal.ts';
export { drawIndex, drawNormal, seededRandom } from './numbers/random.ts';
export {
  type ChainThompson,
  createChainThompson,
  restoreChainThompson,
} from './policies/chain-thompson.ts';
export { createFixedPolicy } from './policies/fixed.ts';
export { learnRecords } from './policies/learn-records.ts';
export { createPolicy } from './policies/policies.ts';
export { type PolicyName, policyNames } from './policies/policy-names.ts';
export type { Decision, RoutingContext, RoutingOutcome, RoutingPolicy } from './policies/routing-policy.ts';
