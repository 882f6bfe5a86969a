// The seam to undo: states of the tree before each step, independent of the user's own git history.
import type { FileChange } from '@monkey-coder/protocol';

/** A recorded step: the state before it, and after it once it ended. */
export interface SnapshotEntry {
  readonly id: string;
  readonly sessionId: string;
  /** Groups the steps of one turn of the user. */
  readonly runId: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly changes: readonly FileChange[];
  readonly state: 'open' | 'done' | 'undone';
}

/** What to undo or redo. */
export type UndoTarget =
  | { readonly kind: 'last-step' }
  | { readonly kind: 'last-run' }
  | { readonly kind: 'to'; readonly snapshotId: string };

/** What an undo did, or would do. */
export interface UndoReport {
  readonly entries: readonly SnapshotEntry[];
  readonly changes: readonly FileChange[];
  /** Files left as they are because the user changed them since and both could not be merged; path and why. */
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
  /** Files in which the user's later change was kept and the step's change taken out. */
  readonly merged: readonly string[];
  readonly diff: string;
}

/**
 * Keeps and restores states of one tree.
 *
 * Contract:
 * - `begin` returns only when the state before the step is safe on disk. With `paths` only those files are kept (cheap, for
 *   edits whose targets are known); without, the whole tree (for commands). `end` works out what the step changed.
 * - A step that was begun and never ended (crash) is ended by `recover`, from what is on disk.
 * - `undo` and `redo` touch only paths that the steps changed, never delete or overwrite what the user changed since
 *   (three-way merge, else kept and reported), and can themselves be undone by the other.
 * - Works in git repositories (borrowing their objects), and without git. Never writes to the user's own git folder.
 */
export interface SnapshotStore {
  /** Starts preparing a baseline in the background; optional, makes the first `begin` without paths faster. */
  prepare(): void;
  begin(step: {
    readonly sessionId: string;
    readonly runId: string;
    readonly reason: string;
    readonly paths?: readonly string[];
  }): Promise<string>;
  end(snapshotId: string): Promise<readonly FileChange[]>;
  recover(): Promise<readonly SnapshotEntry[]>;
  /** Newest last. */
  list(filter?: { readonly sessionId?: string }): Promise<readonly SnapshotEntry[]>;
  /** Unified diff between the state before a step and now (or after that step); without id, of the newest run. */
  diff(range: { readonly from?: string; readonly runId?: string }): Promise<string>;
  undo(target: UndoTarget, options: { readonly preview: boolean; readonly sessionId?: string }): Promise<UndoReport>;
  redo(target: UndoTarget, options: { readonly preview: boolean; readonly sessionId?: string }): Promise<UndoReport>;
  /**
   * Puts one file back as it was before a step (before the newest run, without `from`), recorded as a step of its own that `undo`
   * takes back. What the user changed since is merged or kept, as in `undo`.
   */
  restoreFile(path: string, options: { readonly from?: string; readonly preview: boolean }): Promise<UndoReport>;
  /** Git-style tree hash of all files that are not ignored, as they are now. Equal content gives equal hashes. */
  treeHash(): Promise<string>;
  /** Writes the state before a step into an empty folder, dependencies (node_modules, .venv …) linked in. */
  materialise(snapshotId: string, folder: string): Promise<void>;
}
