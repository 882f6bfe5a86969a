// The seam between the walk through a workflow and who does its work: a crew that may work in copies and lend itself to called workflows.
import type { Crew } from '@monkey-coder/agents';
import type { StepResult } from '@monkey-coder/protocol';
import type { Workflow } from './workflow.ts';

/** A crew of a workflow. */
export interface WorkCrew extends Crew {
  /** Copies of the files as they are now, one for each branch; the same ones when the work goes on. */
  makeCopies(step: string, branches: readonly string[]): Promise<Copies>;
  /** The team of a workflow that is called: members, messages, blackboard and facts of its own, money and mode of the caller. */
  teamOf(step: string, called: Pick<Workflow, 'agents' | 'budget'>): WorkCrew;
}

/** Copies of the files in which branches work side by side. */
export interface Copies {
  /** The crew at work in the copy of a branch. */
  crewOf(branch: string): WorkCrew;
  /** Folder of the copy of a branch. */
  folderOf(branch: string): string;
  /** Brings what branches changed into the files they were copied from, in the order given; done once, as one undoable step. */
  join(branches: readonly JoinedBranch[], rule: ConflictRule): Promise<StepResult>;
  /** Nothing is joined: the copies stay as they are, and only what they were made from goes. */
  leave(): Promise<void>;
}

/** A branch that is done. */
export interface JoinedBranch {
  readonly branch: string;
  /** Paths it changed. */
  readonly changes: readonly string[];
}

/** What counts where copies changed the same lines. */
export type ConflictRule =
  | { readonly kind: 'fail' | 'first' | 'ask' }
  | { readonly kind: 'agent'; readonly member: string };
