// The seam between the step log and the way a whole tree is watched: through git's index, or a manifest of our own.
import type { StateChange } from './tree-state.ts';

/**
 * Remembers the state of one tree, and tells what differs from it.
 *
 * Contract: after `refresh` returned, the remembered state and every content in it that can be asked for later are on disk.
 * With `contents`, the contents before and after of every change are in the blob store. `baseline` may start afresh from the
 * user's own index, so its changes mean nothing; `contents` always compares with the state of the last refresh, also one of
 * a process that is gone; without such a state it starts one and gives no changes.
 */
export interface TreeIndex {
  refresh(purpose: 'baseline' | 'contents'): Promise<readonly StateChange[]>;
  /** Whether a look takes so little that nothing is won by looking ahead of time. */
  isQuick(): boolean;
  /** Git's hash of the remembered tree. */
  treeHash(): Promise<string>;
  /** All files of the remembered tree, and those too large to keep; ignored ones are left out. */
  files(): Promise<readonly string[]>;
  /** Ids of all contents of the remembered state: they must be kept. */
  knownIds(): ReadonlySet<string>;
}
