// Steps in which several members work together, handed to their patterns.
import { type Crew, failedStep } from '@monkey-coder/agents';
import type { StepResult } from '@monkey-coder/protocol';
import type { Step } from './workflow.ts';

/** Kinds of steps that are patterns. */
export type PatternStep = Extract<Step, { readonly kind: 'vote' | 'auction' | 'chat' | 'handoff' | 'team' }>;

/** What a pattern is run with. */
export interface PatternMeans {
  readonly crew: Crew;
  readonly fill: (text: string) => string;
  /** A prompt with what its member is declared to receive. */
  readonly withContext: (member: string, prompt: string, step: string) => string;
}

/** Runs a pattern. */
export async function runPattern(step: PatternStep, _key: string, _means: PatternMeans): Promise<StepResult> {
  return failedStep(`the pattern ${step.kind} is not there yet`);
}
