// What votes decide. Pure: the same ballots give the same decision.
import type { Ballot } from '@monkey-coder/protocol';

/** How votes are counted. */
export interface VotingRule {
  /**
   * `majority`: more than half of those who may vote. `weighted`: more than half of their weight. `quorum`: a share of those who may
   * vote, and more than any other option. `unanimous`: all of them.
   */
  readonly rule: 'majority' | 'weighted' | 'quorum' | 'unanimous';
  readonly options: readonly string[];
  readonly voters: readonly string[];
  /** 1 where a voter has none. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Share of the voters, 0..1, for `quorum`; default 0.5. */
  readonly quorum?: number;
}

/** What came of it; `tied` holds the best options when the rule decides for none of them. */
export type Verdict =
  | { readonly kind: 'decided'; readonly option: string; readonly reason: string }
  | { readonly kind: 'undecided'; readonly tied: readonly string[]; readonly reason: string };

/** Counts. One vote a voter, the first; votes of strangers and for what is no option do not count; who is silent stays in the number of voters. */
export function countVotes(ballots: readonly Ballot[], rule: VotingRule): Verdict {
  const weightOf = (voter: string): number => (rule.rule === 'weighted' ? (rule.weights?.[voter] ?? 1) : 1);
  const total = rule.voters.reduce((sum, voter) => sum + weightOf(voter), 0);
  const counts = new Map<string, number>(rule.options.map((option) => [option, 0]));
  for (const voter of rule.voters) {
    const ballot = ballots.find((one) => one.voter === voter);
    const count = ballot === undefined ? undefined : counts.get(ballot.option);
    if (ballot !== undefined && count !== undefined) counts.set(ballot.option, count + weightOf(voter));
  }
  const best = Math.max(0, ...counts.values());
  const leaders = [...counts].filter(([, count]) => count === best && best > 0).map(([option]) => option);
  const tally = [...counts].map(([option, count]) => `${option} ${count}`).join(', ');
  const [leader] = leaders;
  if (leader !== undefined && leaders.length === 1 && isEnough(best, total, rule)) {
    return { kind: 'decided', option: leader, reason: `${rule.rule} of ${total}: ${tally}` };
  }
  return { kind: 'undecided', tied: leaders, reason: `no ${rule.rule} of ${total}: ${tally}` };
}

function isEnough(best: number, total: number, { rule, quorum = 0.5 }: VotingRule): boolean {
  switch (rule) {
    case 'majority':
    case 'weighted':
      return best * 2 > total;
    case 'quorum':
      return best >= quorum * total;
    case 'unanimous':
      return best === total;
  }
}
