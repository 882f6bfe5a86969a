// Where in a workflow a step is walked.
import type { Party } from './wait-at-barrier.ts';
import type { WorkCrew } from './work-crew.ts';

/** What is around a step. */
export interface Place {
  /** Who works there. */
  readonly crew: WorkCrew;
  /** Of the innermost loop. */
  readonly round?: number;
  /** The branch it belongs to, as others at its barriers see it. */
  readonly party?: Party;
}
