// Counters of the router: how long decisions took, what was chosen, what was tried out, and an estimate of regret.
import type { ReplayRecord } from '../evidence/replay.ts';
import { rewardOf } from '../evidence/reward.ts';
import { inversePropensity, type LoggedDecision } from './off-policy.ts';

/** The counters. */
export interface RouterCounters {
  readonly runs: number;
  /** Milliseconds; null when none was timed. */
  readonly decisionMs: { readonly p50: number; readonly p95: number } | null;
  readonly chains: Readonly<Record<string, number>>;
  readonly models: Readonly<Record<string, number>>;
  readonly policies: Readonly<Record<string, number>>;
  readonly explored: number;
  /** Share of the spending that exploring was expected to lose. */
  readonly exploreShare: number;
  readonly meanReward: number | null;
  /** Estimated mean reward of always choosing one chain, best first, where the records say enough. */
  readonly alternatives: readonly { readonly chain: string; readonly reward: number; readonly error: number }[];
  /** Best single model and best chain less what was earned, per run; null when not known. */
  readonly regretSingle: number | null;
  readonly regretChain: number | null;
}

/** Fewest effective decisions for which a chain is compared. */
const leastEffective = 5;

/** Counts over records. */
export function countersOf(records: readonly ReplayRecord[]): RouterCounters {
  const times = records.flatMap((record) => record.decisionMs ?? []).sort((a, b) => a - b);
  const spent = records.reduce((sum, record) => sum + record.costMicroUsd, 0);
  const lost = records.reduce((sum, record) => sum + record.exploreCostMicroUsd, 0);
  const logged = records.flatMap((record): LoggedDecision<null>[] => {
    const reward = rewardOf(record, record.valueMicroUsd);
    const { propensity } = record;
    return reward === undefined ? [] : [{ context: null, action: chainText(record.chain), propensity, reward }];
  });
  const meanReward = logged.length === 0 ? null : logged.reduce((sum, one) => sum + one.reward, 0) / logged.length;
  const alternatives = alternativesOf(logged);
  const regret = (isWanted: (chain: string) => boolean): number | null => {
    const best = alternatives.find((one) => isWanted(one.chain));
    return best === undefined || meanReward === null ? null : best.reward - meanReward;
  };
  return {
    runs: records.length,
    decisionMs: times.length === 0 ? null : { p50: at(times, 0.5), p95: at(times, 0.95) },
    chains: tally(records.map((record) => chainText(record.chain))),
    models: tally(records.flatMap((record) => record.stages.map((stage) => stage.model))),
    policies: tally(records.map((record) => record.policy)),
    explored: records.filter((record) => record.isExploring).length,
    exploreShare: spent === 0 ? 0 : lost / spent,
    meanReward,
    alternatives,
    regretSingle: regret((chain) => !chain.includes(' → ')),
    regretChain: regret(() => true),
  };
}

function alternativesOf(logged: readonly LoggedDecision<null>[]): RouterCounters['alternatives'] {
  return [...new Set(logged.map((one) => one.action))]
    .map((chain) => ({ chain, ...inversePropensity(logged, (_, action) => (action === chain ? 1 : 0)) }))
    .filter((one) => one.effective >= leastEffective)
    .sort((a, b) => b.mean - a.mean)
    .map(({ chain, mean, error }) => ({ chain, reward: mean, error }));
}

/** A chain as text. */
export function chainText(chain: readonly string[]): string {
  return chain.join(' → ');
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
