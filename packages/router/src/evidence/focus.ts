// What the evidence says of some models in a context and nothing else: a tenth of the whole, so that looking costs the same however much is known.
import { marginal, withVariables } from '../numbers/gaussian.ts';
import { type AmountBelief, amountLine, missingAmount } from './amount-belief.ts';
import { type Evidence, prepared } from './evidence.ts';
import type { Priors } from './model-prior.ts';
import { type EvidenceContext, missingSkill } from './skill-belief.ts';

/** The evidence about these models in this context, prepared for them. */
export function focused(
  evidence: Evidence,
  models: readonly string[],
  context: EvidenceContext,
  priors: Priors,
): Evidence {
  const names = namesOf(models, context);
  const about = (belief: AmountBelief): AmountBelief => ({ ...belief, logs: marginal(belief.logs, names) });
  const { skill, cost, time } = evidence;
  const narrow = { ...evidence, skill: marginal(skill, names), cost: about(cost), time: about(time) };
  return prepared(narrow, models, context, priors);
}

/** The same for comparing chains where time does not count: it is left as it is. */
export function focusedOnCost(
  evidence: Evidence,
  models: readonly string[],
  context: EvidenceContext,
  priors: Priors,
): Evidence {
  const names = namesOf(models, context);
  const skill = marginal(evidence.skill, names);
  const cost = { ...evidence.cost, logs: marginal(evidence.cost.logs, names) };
  const missing = models.map((model) => {
    const prior = priors(model, context.kind);
    return {
      skill: missingSkill(skill, model, context, prior?.skill),
      cost: missingAmount(cost, model, context, prior?.costMicroUsd),
    };
  });
  return {
    ...evidence,
    skill: withVariables(
      skill,
      missing.flatMap((one) => one.skill),
    ),
    cost: {
      ...cost,
      logs: withVariables(
        cost.logs,
        missing.flatMap((one) => one.cost),
      ),
    },
  };
}

/** The variables that some models have in a context. */
function namesOf(models: readonly string[], context: EvidenceContext): string[] {
  return [...new Set(models.flatMap((model) => amountLine(model, context, true).map(([name]) => name)))];
}
