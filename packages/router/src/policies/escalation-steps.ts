// A chain as a control problem of several steps, for Q-learning: after each rejection the state is a new one, and which model follows is the action.
import type { Arm } from '../evidence/arm.ts';
import { armName } from '../evidence/arm.ts';
import type { Decision, RoutingContext, RoutingOutcome } from './routing-policy.ts';

/** Most steps of a chain. */
export const mostSteps = 3;

/** One step that was taken. `next` is absent at the end. */
export interface EscalationStep {
  readonly stage: number;
  /** Models tried before. */
  readonly before: readonly string[];
  readonly model: string;
  /** Quality at the end, less cost over value; cost alone before. */
  readonly reward: number;
  readonly isLast: boolean;
}

/** The steps of an outcome. */
export function stepsOf({ context, stages }: RoutingOutcome): EscalationStep[] {
  return stages.slice(0, mostSteps).map((stage, index) => {
    const isLast = index === Math.min(stages.length, mostSteps) - 1;
    const quality = stage.quality ?? (stage.verdict === 'accepted' ? 0.9 : stage.verdict === 'rejected' ? 0.1 : 0.5);
    const cost = (stage.costMicroUsd ?? 0) / context.valueMicroUsd;
    return {
      stage: index,
      before: stages.slice(0, index).map((one) => one.model),
      model: stage.model,
      reward: (isLast ? quality : 0) - cost,
      isLast,
    };
  });
}

/** How a chain is unrolled. */
export interface Unrolling {
  readonly policy: string;
  readonly reason: string;
  readonly epsilon: number;
  /** Value of each arm as the next step. */
  readonly valuesAt: (stage: number, before: readonly string[]) => readonly number[];
}

/** A chain whose first model is drawn epsilon-greedily, and whose further ones are the best that follow, while they are worth anything. */
export function unrolledChain(
  context: RoutingContext,
  arms: readonly Arm[],
  how: Unrolling,
  random: () => number,
): Decision {
  const values = how.valuesAt(0, []);
  const best = values.indexOf(Math.max(...values));
  const epsilon = context.isCritical ? 0 : how.epsilon;
  const isDrawn = random() < epsilon;
  const chosen = isDrawn ? Math.floor(random() * arms.length) : best;
  const chainFrom = (first: number): Arm[] => extended(context, arms, how, first);
  const share = (index: number): number => epsilon / arms.length + (index === best ? 1 - epsilon : 0);
  return {
    chain: chainFrom(chosen),
    propensity: share(chosen),
    policy: how.policy,
    reason: how.reason,
    options: arms.flatMap((_, index) =>
      share(index) > 0 ? [{ chain: chainFrom(index), propensity: share(index) }] : [],
    ),
    isExploring: chosen !== best,
  };
}

function extended(context: RoutingContext, arms: readonly Arm[], how: Unrolling, first: number): Arm[] {
  const chain = arms.slice(first, first + 1);
  while (context.hasChecks && chain.length < mostSteps) {
    const before = chain.map(armName);
    const values = how
      .valuesAt(chain.length, before)
      .map((value, index) => (before.includes(armName(arms[index] ?? { provider: '', model: '' })) ? -1 : value));
    const next = values.indexOf(Math.max(...values));
    const arm = arms[next];
    if (!arm || (values[next] ?? 0) <= 0) break;
    chain.push(arm);
  }
  return chain;
}
