// What is believed about an amount that is positive and skewed (cost, time): its logarithm is a sum of effects, as for skill.
import {
  emptyGaussian,
  type Gaussian,
  type Line,
  lineMean,
  lineMoments,
  type Moments,
  measured,
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
  // Without any prior the scale itself is unknown.
  const variance = (name: string): number => {
    if (name === 'again') return variances.again;
    const effect = effectOf(name);
    if (prior === undefined) return effect === 'level' ? 4 : variances[effect];
    if (effect === 'model') return prior.deviation ** 2;
    return effect === 'level' || effect === 'kind' ? 0.25 : variances[effect];
  };
  return amountLine(model, context, true)
    .filter(([name]) => !logs.index.has(name))
    .map(([name]) => ({ name, mean: startingMean(name, model, context, prior), variance: variance(name) }));
}

function startingMean(name: string, model: string, { kind }: EvidenceContext, prior: AmountPrior | undefined): number {
  if (name === 'again') return 0.2;
  if (prior === undefined) return 0;
  if (name === `model:${model}`) return Math.log(prior.expected);
  const isInKind = name === `model:${model} kind:${kind}` && prior.expectedInKind !== undefined;
  return isInKind ? Math.log((prior.expectedInKind ?? prior.expected) / prior.expected) : 0;
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

/** The belief after an amount was seen; one that is not positive says nothing. */
export function afterAmount(belief: AmountBelief, line: Line, amount: number): AmountBelief {
  if (!(amount > 0)) return belief;
  const before = lineMoments(belief.logs, line);
  // While the median itself is not known, its error is not skew.
  const isKnown = before.variance < taskVariance / 2;
  const ratio = Math.min(8, amount / Math.exp(before.mean));
  return {
    logs: measured(belief.logs, line, Math.log(amount), taskVariance),
    ratioSum: belief.ratioSum + (isKnown ? ratio : 0),
    ratioCount: belief.ratioCount + (isKnown ? 1 : 0),
  };
}
