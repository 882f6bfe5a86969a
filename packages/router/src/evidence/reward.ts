// What a run was worth, from what really happened to it: checks, acceptance, undo, later edits, a person's thumb, money, time.
import * as z from 'zod/mini';

export const signalSchema = z.enum(['up', 'down', 'kept', 'edited', 'undone', 'redone', 'reverted']);
/** What happened to a result afterwards. `edited`: kept with changes by the user; `reverted`: taken back within a day. */
export type Signal = z.infer<typeof signalSchema>;

/** Ends of a run that say something of the model. Interruptions, keys, networks and limits of money do not. */
const telling: readonly string[] = ['verified', 'verification-failed', 'answered', 'unverified', 'nothing-done'];

/** What a reward is made of. */
export interface RewardFacts {
  /** Status the run ended with. */
  readonly status: string;
  /** In the order they came; the last one that contradicts another counts. */
  readonly signals: readonly Signal[];
  readonly costMicroUsd: number;
  readonly durationMs: number;
  /** Tool calls that could not be parsed and edits that could not be applied. */
  readonly malformedCalls: number;
}

/** How right the result turned out to be, 0..1; undefined while nobody said so and only checks were asked. */
export function qualityOf(status: string, signals: readonly Signal[]): number | undefined {
  const last = signals.at(-1);
  if (last === undefined) return status === 'verification-failed' ? 0 : undefined;
  switch (last) {
    case 'up':
    case 'kept':
      return 1;
    case 'redone':
      return qualityOf(
        status,
        signals.slice(0, -1).filter((signal) => signal !== 'undone' && signal !== 'redone'),
      );
    case 'edited':
      return 0.5;
    case 'down':
    case 'undone':
    case 'reverted':
      return 0;
  }
}

/** Time that weighs as much as a hundredth of a solved task. */
const slowMs = 600_000;

/** What a millisecond of waiting costs by the reward, in micro-dollars. */
export function waitCost(valueMicroUsd: number): number {
  return (0.01 * valueMicroUsd) / slowMs;
}

/** The reward: 1 for kept or approved, 0.8 for verified, 0.5 for edited, 0 for failed; less cost, slowness and malformed calls. Undefined: no reward. */
export function rewardOf(facts: RewardFacts, valueMicroUsd: number): number | undefined {
  if (facts.signals.length === 0 && !telling.includes(facts.status)) return undefined;
  const known = qualityOf(facts.status, facts.signals);
  const quality = known ?? (facts.status === 'verified' ? 0.8 : facts.status === 'nothing-done' ? 0 : 0.5);
  const malformed = facts.malformedCalls > 0 ? 0.2 : 0;
  return quality - malformed - facts.costMicroUsd / valueMicroUsd - (0.01 * facts.durationMs) / slowMs;
}

/** Whether a run says anything of the models that ran. */
export function isTelling(status: string, signals: readonly Signal[]): boolean {
  return signals.length > 0 || status === 'verified' || status === 'verification-failed';
}
