// How strongly failures come together: the share of a task's own difficulty, learnt from what happens after a rejection.
import { normalCumulative } from '../numbers/normal.ts';
import type { Likelihood } from './skill-belief.ts';

/** Standard normal nodes and weights for averaging over the difficulty of a task (Gauss and Hermite, nine points). */
export const difficultyNodes = [
  -4.512745863399783, -3.20542900285647, -2.07684797867783, -1.02325566378913, 0, 1.02325566378913, 2.07684797867783,
  3.20542900285647, 4.512745863399783,
] as const;
export const difficultyWeights = [
  2.23458440077466e-5, 2.78914132123177e-3, 4.99164067652179e-2, 0.244097502894939, 0.406349206349206,
  0.244097502894939, 4.99164067652179e-2, 2.78914132123177e-3, 2.23458440077466e-5,
] as const;

/** Correlations looked at. The start makes a second model's chance after a rejection about 0.45 of its usual one. */
const grid = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9] as const;
const startWeights: readonly number[] = [0.1, 0.2, 0.6, 1.3, 4.3, 3.5];

/** Weights over the grid; serialisable. */
export type CorrelationBelief = readonly number[];

/** The belief before any chain was seen. */
export const startCorrelation: CorrelationBelief = startWeights.map((weight) => weight / 10);

/** The mean of the belief, 0..1. */
export function meanCorrelation(belief: CorrelationBelief): number {
  return grid.reduce((sum, value, index) => sum + value * (belief[index] ?? 0), 0);
}

/** One stage: the model's mean probit, and what was seen. */
export interface CorrelationStage {
  readonly probit: number;
  readonly likelihood: Likelihood;
}

/** The belief after the stages of a chain; one stage alone says nothing. */
export function afterChain(belief: CorrelationBelief, stages: readonly CorrelationStage[]): CorrelationBelief {
  if (stages.length < 2) return belief;
  const weighed = grid.map((correlation, index) => (belief[index] ?? 0) * relativeLikelihood(correlation, stages));
  const total = weighed.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? weighed.map((weight) => Math.max(0.002, weight / total)) : belief;
}

/** Likelihood of all stages together, over that of the first alone (which does not depend on the correlation). */
function relativeLikelihood(correlation: number, stages: readonly CorrelationStage[]): number {
  const perNode = difficultyNodes.map((node, index) =>
    stages.reduce((product, { probit, likelihood }) => {
      const chance = successAt(probit, correlation, node);
      return product * (likelihood.wrong + (likelihood.right - likelihood.wrong) * chance);
    }, difficultyWeights[index] ?? 0),
  );
  return perNode.reduce((sum, value) => sum + value, 0);
}

/** Chance of success of a model with the given marginal probit on a task whose ease is `node`. */
export function successAt(probit: number, correlation: number, node: number): number {
  return normalCumulative((probit + Math.sqrt(correlation) * node) / Math.sqrt(1 - correlation));
}
