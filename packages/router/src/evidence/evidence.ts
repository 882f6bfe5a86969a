// Everything that was learnt from own runs, as one value: skill, cost, time, how failures come together, how far checks can be trusted.
import {
  emptyGaussian,
  type Gaussian,
  jointMoments,
  lineMoments,
  withoutVariables,
  withVariables,
} from '../numbers/gaussian.ts';
import { normalCumulative } from '../numbers/normal.ts';
import {
  type AmountBelief,
  afterAmounts,
  amountLine,
  expectedAmount,
  missingAmount,
  type SeenAmount,
  startAmount,
} from './amount-belief.ts';
import { afterVerdict, type CheckRates, startRates, verdictLikelihood } from './check-rates.ts';
import { afterChain, type CorrelationBelief, meanCorrelation, startCorrelation } from './correlation.ts';
import { driftsOfTask, type Fading, fadedTo } from './fading.ts';
import type { Priors } from './model-prior.ts';
import { afterTask, type EvidenceContext, type Likelihood, missingSkill, skillLine } from './skill-belief.ts';

/** One stage of a chain that ran. */
export interface StageOutcome {
  /** `provider/model`. */
  readonly model: string;
  /** What the checks said; `none` when nothing checked it. */
  readonly verdict: 'accepted' | 'rejected' | 'none';
  /** How right the result turned out to be, 0..1; absent while only the verdict is known. */
  readonly quality?: number;
  /** Micro-dollars; absent when unknown. */
  readonly costMicroUsd?: number;
  readonly durationMs?: number;
}

/** The evidence. A plain value. */
export interface Evidence extends Fading {
  readonly correlation: CorrelationBelief;
  readonly rates: CheckRates;
  /** Tasks learnt from. */
  readonly tasks: number;
}

/** Before any run. */
export const noEvidence: Evidence = {
  skill: emptyGaussian,
  cost: startAmount,
  time: startAmount,
  correlation: startCorrelation,
  rates: startRates,
  tasks: 0,
};

/** Most variables kept; the evidence of the project that was met first is given up beyond it. */
const mostVariables = 220;

/** The evidence with everything that is asked of some models in a context. */
export function prepared(
  evidence: Evidence,
  models: readonly string[],
  context: EvidenceContext,
  priors: Priors,
): Evidence {
  const missing = models.map((model) => {
    const prior = priors(model, context.kind);
    return {
      skill: missingSkill(evidence.skill, model, context, prior?.skill),
      cost: missingAmount(evidence.cost, model, context, prior?.costMicroUsd),
      time: missingAmount(evidence.time, model, context, prior?.durationMs),
    };
  });
  const skill = missing.flatMap((one) => one.skill);
  const cost = missing.flatMap((one) => one.cost);
  const time = missing.flatMap((one) => one.time);
  if (skill.length + cost.length + time.length === 0) return evidence;
  return {
    ...evidence,
    skill: withVariables(evidence.skill, skill),
    cost: { ...evidence.cost, logs: withVariables(evidence.cost.logs, cost) },
    time: { ...evidence.time, logs: withVariables(evidence.time.logs, time) },
  };
}

/** What evidence is learnt by. */
export interface Learning {
  readonly priors: Priors;
  /** Steps until a third of an outcome's weight is left; see `fading.ts`. Infinite: nothing fades. */
  readonly memory: number;
  /** When the task ended, milliseconds since 1970; absent where days do not count. */
  readonly time?: number;
}

/** The evidence after the stages of one task. */
export function learnt(
  evidence: Evidence,
  context: EvidenceContext,
  stages: readonly StageOutcome[],
  { priors, memory, time }: Learning,
): Evidence {
  const models = stages.map((stage) => stage.model);
  const now = fadedTo(evidence, time, { priors, memory });
  const before = bounded(prepared(now, models, context, priors), context);
  const drifts = driftsOfTask(before, models, context, { priors, memory });
  const correlation = meanCorrelation(before.correlation);
  const seen = stages.map((stage) => ({ model: stage.model, likelihood: likelihoodOf(stage, before.rates) }));
  return {
    skill: afterTask(before.skill, context, seen, { correlation, drift: drifts.skill }),
    cost: afterAmounts(
      before.cost,
      amountsOf(context, stages, (stage) => stage.costMicroUsd),
      drifts.cost,
    ),
    time: afterAmounts(
      before.time,
      amountsOf(context, stages, (stage) => stage.durationMs),
      drifts.time,
    ),
    correlation: afterChain(
      before.correlation,
      seen.map(({ model, likelihood }) => ({ probit: marginalProbit(before.skill, model, context), likelihood })),
    ),
    rates: stages.reduce((rates, stage) => ratesAfter(rates, before, stage, context), before.rates),
    tasks: before.tasks + 1,
    ...(now.fadedAt === undefined ? {} : { fadedAt: now.fadedAt }),
  };
}

/** Probit of the predictive chance of success. */
export function marginalProbit(skill: Gaussian, model: string, context: EvidenceContext): number {
  const { mean, variance } = lineMoments(skill, skillLine(model, context));
  return mean / Math.sqrt(1 + variance);
}

/**
 * Means and covariance of the models' probits, and their expected costs as first and as later stage; what waiting costs a millisecond
 * (`waitMicroUsd`) is counted in.
 */
export function beliefAbout(evidence: Evidence, models: readonly string[], context: EvidenceContext, waitMicroUsd = 0) {
  const costOf = (model: string, isAgain: boolean): number => {
    const line = amountLine(model, context, isAgain);
    const money = expectedAmount(evidence.cost, line);
    return waitMicroUsd === 0 ? money : money + waitMicroUsd * expectedAmount(evidence.time, line);
  };
  return {
    ...jointMoments(
      evidence.skill,
      models.map((model) => skillLine(model, context)),
    ),
    costs: models.map((model) => costOf(model, false)),
    laterCosts: models.map((model) => costOf(model, true)),
    correlation: meanCorrelation(evidence.correlation),
  };
}

function likelihoodOf(stage: StageOutcome, rates: CheckRates): Likelihood {
  if (stage.quality !== undefined) return { right: stage.quality, wrong: 1 - stage.quality };
  return stage.verdict === 'none' ? { right: 1, wrong: 1 } : verdictLikelihood(rates, stage.verdict === 'accepted');
}

/** Who is wrong, the model or the checks, is known only in part: the verdict counts by how probable the result was. */
function ratesAfter(rates: CheckRates, before: Evidence, stage: StageOutcome, context: EvidenceContext): CheckRates {
  if (stage.verdict === 'none') return rates;
  const accepted = stage.verdict === 'accepted';
  if (stage.quality !== undefined) return afterVerdict(rates, accepted, stage.quality);
  if (accepted) return rates;
  const chance = normalCumulative(marginalProbit(before.skill, stage.model, context));
  const { right, wrong } = verdictLikelihood(before.rates, accepted);
  return afterVerdict(rates, accepted, (chance * right) / (chance * right + (1 - chance) * wrong));
}

function amountsOf(
  context: EvidenceContext,
  stages: readonly StageOutcome[],
  amountOf: (stage: StageOutcome) => number | undefined,
): SeenAmount[] {
  return stages.map((stage, index) => ({
    line: amountLine(stage.model, context, index > 0),
    amount: amountOf(stage) ?? 0,
  }));
}

/** Forgets other projects, the oldest first, until the belief is small enough to be read at every start. */
function bounded(evidence: Evidence, context: EvidenceContext): Evidence {
  if (evidence.skill.names.length <= mostVariables) return evidence;
  const oldest = evidence.skill.names.find(
    (name) => name.startsWith('project:') && name !== `project:${context.project}`,
  );
  if (oldest === undefined) return evidence;
  const isOld = (name: string): boolean => name === oldest || name.endsWith(` ${oldest}`);
  const without = (belief: AmountBelief): AmountBelief => ({ ...belief, logs: withoutVariables(belief.logs, isOld) });
  return bounded(
    {
      ...evidence,
      skill: withoutVariables(evidence.skill, isOld),
      cost: without(evidence.cost),
      time: without(evidence.time),
    },
    context,
  );
}
