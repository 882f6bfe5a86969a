// Teaches a policy from records of the replay buffer.
import { tellingStages } from '../evidence/outcome-of-record.ts';
import type { ReplayRecord } from '../evidence/replay.ts';
import { rewardOf } from '../evidence/reward.ts';
import type { RoutingOutcome, RoutingPolicy } from './routing-policy.ts';

/** The policy after the records, oldest first; runs that say nothing of their models are passed over. */
export function learnRecords<Policy extends RoutingPolicy>(policy: Policy, records: readonly ReplayRecord[]): Policy {
  let learnt = policy;
  for (const record of records) {
    const outcome = outcomeOf(record);
    if (outcome) learnt = learnt.learn(outcome) as Policy;
  }
  return learnt;
}

/** What a policy learns from a record; undefined when it says nothing. */
export function outcomeOf(record: ReplayRecord): RoutingOutcome | undefined {
  const stages = tellingStages(record);
  const reward = rewardOf(record, record.valueMicroUsd);
  if (stages.length === 0 || reward === undefined) return undefined;
  return {
    context: {
      kind: 'change',
      work: record.work,
      languages: [],
      ...(record.project === undefined ? {} : { project: record.project }),
      ...(record.numbers === undefined ? {} : { numbers: record.numbers }),
      hasChecks: record.hasChecks,
      valueMicroUsd: record.valueMicroUsd,
      time: record.time,
    },
    stages,
    reward,
    exploreCostMicroUsd: record.exploreCostMicroUsd,
  };
}
