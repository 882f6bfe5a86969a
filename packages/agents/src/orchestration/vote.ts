// A question decided by votes: each voter answers by itself, without seeing the others, then the rule counts.
import type { Ballot, JsonObject, StepResult } from '@monkey-coder/protocol';
import { countVotes, type Verdict, type VotingRule } from '../messaging/consensus.ts';
import { type Crew, costOf, decided, failedStep, fieldOf, sideBySide } from './crew.ts';

/** A vote to be held. */
export interface VoteOptions extends VotingRule {
  readonly step: string;
  readonly question: string;
  /** What decides where the rule does not: nothing, the option named first of the best, or a person. Default `none`. */
  readonly tie?: 'none' | 'first' | 'ask';
  readonly promptFor: (voter: string, prompt: string, step: string) => string;
}

/** Holds the vote; the text of the result is the option. Failed when nothing was decided. */
export async function holdVote(crew: Crew, vote: VoteOptions): Promise<StepResult> {
  const { step, question, options, voters } = vote;
  const answer = ballotShape(options);
  const prompt = `Vote on this: ${question}\nOptions:\n${options.map((one) => `- ${one}`).join('\n')}\nAnswer with JSON: the option, exactly as it stands here, and your reason.`;
  const results = await sideBySide(
    voters.map((voter) => {
      const own = `${step}.${voter}`;
      return crew.ask({ step: own, member: voter, prompt: vote.promptFor(voter, prompt, own), answer });
    }),
  );
  const ballots = results.flatMap((result, index): Ballot[] => {
    const option = fieldOf(result.data, 'option');
    if (result.status !== 'ok' || typeof option !== 'string') return [];
    return [{ voter: voters[index] ?? '', option, reason: String(fieldOf(result.data, 'reason') ?? '') }];
  });
  const verdict = countVotes(ballots, vote);
  const { decision, reason } = await settled(crew, vote, verdict);
  const { rule } = vote;
  crew.note({
    type: 'consensus.reached',
    step,
    question,
    rule,
    ballots,
    ...(decision === undefined ? {} : { decision }),
    reason,
  });
  const costMicroUsd = costOf(results);
  if (decision === undefined) return { ...failedStep(reason), costMicroUsd, data: ballots };
  return decided(decision, reason, { costMicroUsd, data: ballots });
}

async function settled(
  crew: Crew,
  { step, question, tie = 'none' }: VoteOptions,
  verdict: Verdict,
): Promise<{ readonly decision?: string; readonly reason: string }> {
  if (verdict.kind === 'decided') return { decision: verdict.option, reason: verdict.reason };
  const [first] = verdict.tied;
  if (tie === 'none' || first === undefined) return { reason: verdict.reason };
  if (tie === 'first') return { decision: first, reason: `${verdict.reason}; the first of the best counts` };
  for (const option of verdict.tied) {
    const asked = {
      step: `${step}.tie.${option}`,
      question: `${question}: take ${option}?`,
      details: [verdict.reason],
    };
    const said = await crew.askPerson(asked);
    if (said.data === true || said.text === 'yes' || said.text === option)
      return { decision: option, reason: `${verdict.reason}; a person decided` };
  }
  return { reason: `${verdict.reason}; a person took none` };
}

function ballotShape(options: readonly string[]): JsonObject {
  return {
    type: 'object',
    required: ['option', 'reason'],
    properties: { option: { enum: [...options] }, reason: { type: 'string' } },
  };
}
