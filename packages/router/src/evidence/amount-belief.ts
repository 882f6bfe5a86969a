// What is believed about an amount that is positive and skewed (cost, time): its logarithm is a sum of effects, as for skill.
import {
  copied,
  type Drift,
  emptyGaussian,
  type Gaussian,
  type Line,
  lineMean,
  lineMoments,
  type Moments,
  setDrift,
  setMeasured,
  type Variable,
} from '../numbers/gaussian.ts';
import { type EvidenceContext, effectOf, skillLine } from './skill-belief.ts';

/** The belief; serialisable through its parts. */
export interface AmountBelief {
  readonly logs: Gaussian;
  /** Sum of actual over predicted, and how many: what turns the median into the mean. */
  readonly ratioSum: number;
  readonly ratioCount: number;
}

/** Variances of the effects on the logarithm, and of a single task around them. */
const variances = { level: 1, kind: 1, model: 1.5, modelInKind: 0.2, project: 0.2, modelInProject: 0.1, again: 0.25 };
const taskVariance = 0.6;

/** Before anything was seen. */
export const startAmount: AmountBelief = {
  logs: emptyGaussian,
  ratioSum: 5 * Math.exp(taskVariance / 2),
  ratioCount: 5,
};

/** What is thought of the amount of a model before anything was seen: `expected` in the unit of the amounts. */
export interface AmountPrior {
  readonly expected: number;
  /** The same in the kind of work asked about, where it is known apart. */
  readonly expectedInKind?: number;
  /** Standard deviation of its logarithm. */
  readonly deviation: number;
}

/** The variables of a model in a context that a belief does not have yet. */
export function missingAmount(
  { logs }: AmountBelief,
  model: string,
  context: EvidenceContext,
  prior: AmountPrior | undefined,
): Variable[] {
  return amountLine(model, context, true)
    .filter(([name]) => !logs.index.has(name))
    .map(([name]) => amountVariable(name, prior));
}

/** A variable before anything was seen of it; `prior` is that of its model in its kind of work. Without any the scale itself is unknown. */
export function amountVariable(name: string, prior: AmountPrior | undefined): Variable {
  if (name === 'again') return { name, mean: 0.2, variance: variances.again };
  const effect = effectOf(name);
  if (prior === undefined) return { name, mean: 0, variance: effect === 'level' ? 4 : variances[effect] };
  if (effect === 'model') return { name, mean: Math.log(prior.expected), variance: prior.deviation ** 2 };
  const isKnown = effect === 'modelInKind' && prior.expectedInKind !== undefined;
  const mean = isKnown ? Math.log((prior.expectedInKind ?? prior.expected) / prior.expected) : 0;
  return { name, mean, variance: effect === 'level' || effect === 'kind' ? 0.25 : variances[effect] };
}

/** The line of a model; a stage after a rejection has a harder task than usual. */
export function amountLine(model: string, context: EvidenceContext, isAgain: boolean): Line {
  const line = skillLine(model, context);
  return isAgain ? [...line, ['again', 1]] : line;
}

/** The expected amount. */
export function expectedAmount(belief: AmountBelief, line: Line): number {
  return Math.exp(lineMean(belief.logs, line)) * (belief.ratioSum / belief.ratioCount);
}

/** Moments of the logarithm of one task's amount. */
export function amountMoments(belief: AmountBelief, line: Line): Moments {
  const { mean, variance } = lineMoments(belief.logs, line);
  return { mean, variance: variance + taskVariance };
}

/** An amount that was seen, on the line of its model. */
export interface SeenAmount {
  readonly line: Line;
  readonly amount: number;
}

/** The belief after the amounts of a task; those that are not positive say nothing, and where there are none nothing fades. */
export function afterAmounts(belief: AmountBelief, seen: readonly SeenAmount[], drift: Drift): AmountBelief {
  const told = seen.filter(({ amount }) => amount > 0);
  if (told.length === 0) return belief;
  const logs = copied(belief.logs);
  setDrift(logs, drift);
  let { ratioSum, ratioCount } = belief;
  for (const { line, amount } of told) {
    const before = lineMoments(logs, line);
    // While the median itself is not known, its error is not skew.
    if (before.variance < taskVariance / 2) {
      ratioSum += Math.min(8, amount / Math.exp(before.mean));
      ratioCount += 1;
    }
    setMeasured(logs, line, Math.log(amount), taskVariance);
  }
  return { logs, ratioSum, ratioCount };
}
