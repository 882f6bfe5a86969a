// The seam of the router: a pure decision with its reasons, and learning from outcomes.
import type { JsonValue, TaskKind } from '@monkey-coder/protocol';
import { type Arm, armName } from '../evidence/arm.ts';
import type { StageOutcome } from '../evidence/evidence.ts';
import type { WorkKind } from '../features/work-kind.ts';

/** What a decision may look at. */
export interface RoutingContext {
  readonly kind: TaskKind;
  /** Kind of work; evidence is kept by it. */
  readonly work: WorkKind | (string & {});
  /** `provider/model` the user asked for, when there is one: then it is taken. */
  readonly requested?: string;
  readonly languages: readonly string[];
  /** Key of the project, when evidence may be kept for it. */
  readonly project?: string;
  /** The request, for policies that look at its words. */
  readonly text?: string;
  /** Numbers in 0..1 that describe the task, for linear and network policies. */
  readonly numbers?: readonly number[];
  /** A task on which nothing is tried out. */
  readonly isCritical?: boolean;
  /** A mistake would be hard to take back, or touch money, data or secrets. */
  readonly isRisky?: boolean;
  /** Whether checks stand between the stages of a chain; without them only one model is chosen. */
  readonly hasChecks: boolean;
  /** What a solved task is worth, in micro-dollars. */
  readonly valueMicroUsd: number;
  /** How much a dollar spent weighs, 1 and above: more when a budget is running out. */
  readonly costWeight?: number;
  /** Micro-dollars that a millisecond of waiting is held to cost; 0 where time does not tell models apart, as among paid ones. */
  readonly waitMicroUsd?: number;
  /** Least chance of success wanted, 0..1; 0 for none. */
  readonly minSuccess?: number;
  /** When this is, milliseconds since 1970: how much of what was learnt has faded. */
  readonly time?: number;
  /** What a chain may be expected to cost at most, in micro-dollars. */
  readonly maxCostMicroUsd?: number;
}

/** One action a policy might have taken, and how probably. */
export interface Option {
  readonly chain: readonly Arm[];
  readonly propensity: number;
}

/** What was chosen and how sure the policy was. */
export interface Decision {
  /** Models tried in order, with checks between them. */
  readonly chain: readonly Arm[];
  /** Probability with which this policy chooses this action here, for off-line evaluation. */
  readonly propensity: number;
  readonly policy: string;
  /** One sentence for a person. */
  readonly reason: string;
  /** All actions with a probability above 0; they add up to one. */
  readonly options: readonly Option[];
  /** Whether the action is not the one that is thought best. */
  readonly isExploring: boolean;
  /** What exploring is expected to lose against the best, in micro-dollars. */
  readonly exploreCostMicroUsd?: number;
}

/** What came of a decision. */
export interface RoutingOutcome {
  readonly context: RoutingContext;
  /** The stages that ran, in order. */
  readonly stages: readonly StageOutcome[];
  /** Success minus cost as it is rewarded, in 0..1 and below; see `reward.ts`. */
  readonly reward: number;
  /** What exploring was expected to lose, as the decision said. */
  readonly exploreCostMicroUsd?: number;
}

/**
 * Chooses. Pure: the same state, context, arms and random source give the same decision; `learn` gives a new policy and leaves the
 * old one unchanged; `state` is plain JSON from which the policy can be made again.
 */
export interface RoutingPolicy {
  readonly name: string;
  readonly state: JsonValue;
  /** Chooses among the arms alone. Throws RangeError without arms. */
  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision;
  learn(outcome: RoutingOutcome): RoutingPolicy;
}

/** The arm that was asked for, when it is among the arms. */
export function requestedArm(context: RoutingContext, arms: readonly Arm[]): Arm | undefined {
  return arms.find((arm) => armName(arm) === context.requested);
}

/** A decision without choice. */
export function certain(arm: Arm, policy: string, reason: string): Decision {
  return {
    chain: [arm],
    propensity: 1,
    policy,
    reason,
    options: [{ chain: [arm], propensity: 1 }],
    isExploring: false,
  };
}
