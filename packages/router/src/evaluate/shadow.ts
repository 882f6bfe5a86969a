// Policies in shadow mode: each is led through the recorded decisions in order, asked what it would have done, and then told what came.
//
// Its choice counts by inverse propensity. A policy is worth promoting only when its interval lies above what was earned.
import { type Arm, armName } from '../evidence/arm.ts';
import type { Priors } from '../evidence/model-prior.ts';
import type { ReplayRecord } from '../evidence/replay.ts';
import { seededRandom } from '../numbers/random.ts';
import { outcomeOf } from '../policies/learn-records.ts';
import { createPolicy } from '../policies/policies.ts';
import { type PolicyName, policyNames } from '../policies/policy-names.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { chainText } from './counters.ts';
import { type Estimate, inversePropensity, type LoggedDecision } from './off-policy.ts';

/** What a policy would have earned. */
export interface ShadowResult extends Estimate {
  readonly policy: PolicyName;
  /** Its mean less two errors is above what was really earned, with enough decisions behind it. */
  readonly mayBePromoted: boolean;
}

/** Fewest effective decisions for a promotion. */
const leastEffective = 50;

/** Compares all policies on records, oldest first. */
export function compareInShadow(records: readonly ReplayRecord[], priors: Priors): ShadowResult[] {
  const telling = records.filter((record) => outcomeOf(record) !== undefined && record.options.length > 0);
  const earned = mean(telling.map((record) => outcomeOf(record)?.reward ?? 0));
  return policyNames
    .map((policy): ShadowResult => {
      const estimate = estimateOf(createPolicy(policy, priors), telling);
      const isBetter = estimate.mean - 2 * estimate.error > earned && estimate.effective >= leastEffective;
      return { policy, ...estimate, mayBePromoted: isBetter };
    })
    .sort((a, b) => b.mean - a.mean);
}

function estimateOf(fresh: RoutingPolicy, records: readonly ReplayRecord[]): Estimate {
  let policy = fresh;
  const logged: LoggedDecision<number>[] = [];
  const chances: number[] = [];
  for (const [index, record] of records.entries()) {
    const outcome = outcomeOf(record);
    if (!outcome) continue;
    const decision = policy.decide(outcome.context, armsOf(record), seededRandom(index + 1));
    const action = chainText(record.chain);
    chances.push(
      decision.options
        .filter((option) => chainText(option.chain.map(armName)) === action)
        .reduce((sum, option) => sum + option.propensity, 0),
    );
    logged.push({ context: logged.length, action, propensity: record.propensity, reward: outcome.reward });
    policy = policy.learn(outcome);
  }
  return inversePropensity(logged, (at) => chances[at] ?? 0);
}

/** The models that could have been chosen, as far as the record says. */
function armsOf(record: ReplayRecord): Arm[] {
  const names = new Set([...record.chain, ...record.options.flatMap((option) => option.chain)]);
  return [...names].map((name) => {
    const slash = name.indexOf('/');
    return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
