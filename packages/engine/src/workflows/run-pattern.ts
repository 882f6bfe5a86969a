// Steps in which several members work together, handed to their patterns.
import { awardTask, type Crew, holdChat, holdVote, leadTeam, passOn } from '@monkey-coder/agents';
import type { JsonObject, StepResult } from '@monkey-coder/protocol';
import type { Step } from './workflow.ts';

/** Steps that are patterns. */
export type PatternStep = Extract<Step, { readonly kind: 'vote' | 'auction' | 'chat' | 'handoff' | 'team' }>;

/** What a pattern is run with. */
export interface PatternMeans {
  readonly crew: Crew;
  readonly fill: (text: string) => string;
  /** A prompt with what its member is declared to receive. */
  readonly withContext: (member: string, prompt: string, step: string) => string;
}

/** Runs a pattern. */
export function runPattern(step: PatternStep, key: string, means: PatternMeans): Promise<StepResult> {
  const { crew, fill, withContext } = means;
  const common = { step: key, promptFor: withContext };
  switch (step.kind) {
    case 'vote':
      return holdVote(crew, { ...present(step.vote), ...common, question: fill(step.vote.question) });
    case 'auction':
      return awardTask(crew, { ...present(step.auction), ...common, task: fill(step.auction.task) });
    case 'chat':
      return holdChat(crew, { ...present(step.chat), ...common, subject: fill(step.chat.subject) });
    case 'handoff': {
      const state = step.handoff.state as JsonObject;
      return passOn(crew, { ...step.handoff, ...common, task: fill(step.handoff.task), state });
    }
    case 'team':
      return leadTeam(crew, { ...present(step.team), ...common, goal: fill(step.team.goal) });
  }
}

type Present<Of> = { [Key in keyof Of]: Exclude<Of[Key], undefined> };

/** The same value; members that are not given are absent, as YAML has it. */
function present<Of extends object>(of: Of): Present<Of> {
  return of as Present<Of>;
}
