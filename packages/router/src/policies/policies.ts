// All policies by name. The default is the one that measures best; the others are for comparison, and for who wants them.
import type { JsonValue } from '@monkey-coder/protocol';
import type { Priors } from '../evidence/model-prior.ts';
import { restoreChainThompson } from './chain-thompson.ts';
import {
  createBestPolicy,
  createCheapestPolicy,
  createEpsilonGreedyPolicy,
  createUcbPolicy,
} from './count-policies.ts';
import { createDqnPolicy } from './dqn.ts';
import { createFixedPolicy } from './fixed.ts';
import { createLinearThompsonPolicy } from './linear-thompson.ts';
import { createNearestPolicy } from './nearest.ts';
import type { PolicyName } from './policy-names.ts';
import { createQLearningPolicy } from './q-learning.ts';
import type { RoutingPolicy } from './routing-policy.ts';

const makers = {
  'chain-thompson': restoreChainThompson,
  fixed: () => createFixedPolicy(),
  cheapest: () => createCheapestPolicy(),
  best: (_: Priors, saved: JsonValue) => createBestPolicy(saved),
  'epsilon-greedy': (_: Priors, saved: JsonValue) => createEpsilonGreedyPolicy(0.1, saved),
  ucb1: (_: Priors, saved: JsonValue) => createUcbPolicy(saved),
  'linear-thompson': (_: Priors, saved: JsonValue) => createLinearThompsonPolicy(saved),
  nearest: (_: Priors, saved: JsonValue) => createNearestPolicy(saved),
  'q-learning': (_: Priors, saved: JsonValue) => createQLearningPolicy(saved),
  dqn: (_: Priors, saved: JsonValue) => createDqnPolicy(saved),
} satisfies Readonly<Record<PolicyName, (priors: Priors, saved: JsonValue) => RoutingPolicy>>;

/** Makes a policy from its saved state; null for a fresh one. */
export function createPolicy(name: PolicyName, priors: Priors, saved: JsonValue = null): RoutingPolicy {
  return makers[name](priors, saved);
}
