// Whether a task is explored by several candidates: what the router's foresight says of the models that are there.
import {
  type Arm,
  armName,
  type ExploreAnswer,
  evidenceContext,
  exploreOrNot,
  publicPriors,
} from '@monkey-coder/router';
import { type RouteRequest, routingContext } from './decide-route.ts';

/** What the decision needs beside the request. */
export interface StrategyBounds {
  /** Cap of the run; infinite for none. */
  readonly budgetMicroUsd: number;
  /** How often failing checks go back to a model. */
  readonly repairs: number;
}

const mostCandidates = 3;

/** Asks foresight; undefined where nothing here could prove a candidate right. */
export function decideStrategy(
  request: RouteRequest,
  arms: readonly Arm[],
  { budgetMicroUsd, repairs }: StrategyBounds,
): ExploreAnswer | undefined {
  const context = routingContext(request);
  if (!context.hasChecks) return undefined;
  const evidence = request.store.policy(publicPriors(arms)).evidenceFor(context, arms);
  const isAlone = arms.length === 1;
  return exploreOrNot({
    ...{ evidence, models: arms.map(armName), context: evidenceContext(context), random: request.random },
    ...{ valueMicroUsd: context.valueMicroUsd, budgetMicroUsd, most: mostCandidates },
    longest: isAlone ? Math.min(3, 1 + repairs) : 3,
    repeats: isAlone,
  });
}
