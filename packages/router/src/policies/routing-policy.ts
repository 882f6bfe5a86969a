// The seam of the router: a pure decision with its reasons, and learning from outcomes.
import type { TaskKind } from '@monkey-coder/protocol';

/** What a decision may look at. */
export interface RoutingContext {
  readonly kind: TaskKind;
  /** Model the user asked for, when there is one. */
  readonly requested?: string;
  readonly languages: readonly string[];
}

/** A model that could be chosen. */
export interface Arm {
  readonly provider: string;
  readonly model: string;
  /** Micro-dollars per million tokens; absent when unknown. */
  readonly inputPrice?: number;
  readonly outputPrice?: number;
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
}

/** What came of a decision. */
export interface RoutingOutcome {
  readonly decision: Decision;
  readonly verified: boolean;
  readonly costMicroUsd: number | null;
  readonly durationMs: number;
}

/** Chooses. Pure: the same context, arms and random source give the same decision; state is a serialisable value. */
export interface RoutingPolicy {
  readonly name: string;
  decide(context: RoutingContext, arms: readonly Arm[], random: () => number): Decision;
  /** The policy after an outcome; the old one is unchanged. */
  learn(outcome: RoutingOutcome): RoutingPolicy;
}
