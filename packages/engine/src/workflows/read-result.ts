// What reading a workflow comes to.
import type { Workflow } from './workflow.ts';

/** A mistake at its place, both counted from 1. */
export interface PlacedProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A workflow, or all that is wrong with its file. */
export type ReadWorkflow =
  | { readonly kind: 'valid'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly problems: readonly PlacedProblem[] };
