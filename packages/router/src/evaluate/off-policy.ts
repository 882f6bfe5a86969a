// What another policy would have earned on recorded decisions: inverse propensity scoring and the doubly robust estimate, with intervals.
//
// Horvitz and Thompson's weights, self-normalised; Dudík, Langford and Li, "Doubly Robust Policy Evaluation and Learning", 2011.

/** A recorded decision as evaluation needs it. */
export interface LoggedDecision<Context> {
  readonly context: Context;
  readonly action: string;
  /** With which the logging policy chose the action. */
  readonly propensity: number;
  readonly reward: number;
}

/** An estimated mean reward with its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
  /** Effective number of decisions: how much the weights leave of them. */
  readonly effective: number;
}

/** Weights are cut here: a rare action must not decide alone. */
const largestWeight = 20;

/** Inverse propensity estimate of a policy that chooses `action` in `context` with probability `target(context, action)`. */
export function inversePropensity<Context>(
  logged: readonly LoggedDecision<Context>[],
  target: (context: Context, action: string) => number,
): Estimate {
  const weights = logged.map((one) => weightOf(one, target));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return { mean: 0, error: Number.POSITIVE_INFINITY, effective: 0 };
  const mean = logged.reduce((sum, one, index) => sum + (weights[index] ?? 0) * one.reward, 0) / total;
  const variance =
    logged.reduce((sum, one, index) => sum + ((weights[index] ?? 0) * (one.reward - mean)) ** 2, 0) / (total * total);
  return { mean, error: Math.sqrt(variance), effective: effectiveOf(weights) };
}

/** What the doubly robust estimate needs of the target policy and of a model of rewards. */
export interface RobustTarget<Context> {
  readonly actions: (context: Context) => readonly string[];
  readonly probability: (context: Context, action: string) => number;
  /** Predicted reward of an action; may be wrong where the propensities are right, and the other way round. */
  readonly predicted: (context: Context, action: string) => number;
}

/** Doubly robust estimate. */
export function doublyRobust<Context>(
  logged: readonly LoggedDecision<Context>[],
  target: RobustTarget<Context>,
): Estimate {
  const weights = logged.map((one) => weightOf(one, target.probability));
  const values = logged.map((one, index) => {
    const direct = target
      .actions(one.context)
      .reduce(
        (sum, action) => sum + target.probability(one.context, action) * target.predicted(one.context, action),
        0,
      );
    return direct + (weights[index] ?? 0) * (one.reward - target.predicted(one.context, one.action));
  });
  const count = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { mean, error: Math.sqrt(variance / count), effective: effectiveOf(weights) };
}

function weightOf<Context>(
  { context, action, propensity }: LoggedDecision<Context>,
  target: (context: Context, action: string) => number,
): number {
  return propensity > 0 ? Math.min(largestWeight, target(context, action) / propensity) : 0;
}

function effectiveOf(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return squares === 0 ? 0 : (sum * sum) / squares;
}
