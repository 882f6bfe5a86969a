// Which steps an undo or redo means, and how steps are shown.
import type { FileChange } from '@monkey-coder/protocol';
import type { SnapshotEntry, UndoTarget } from './snapshot-store.ts';
import type { RecordedChange, Step, StepHistory } from './step-log.ts';
import type { StateChange } from './tree-state.ts';

/** Whether a step belongs to a session; every one does when none is named. */
export function isOfSession(step: Step, sessionId: string | undefined): boolean {
  return sessionId === undefined || step.begin.sessionId === sessionId;
}

/** A step as it is shown. */
export function entryOf(step: Step): SnapshotEntry {
  const { id, sessionId, runId, reason, time } = step.begin;
  return { id, sessionId, runId, reason, time, changes: step.changes.map(fileChange), state: step.state };
}

/** A recorded change as it is shown. */
export function fileChange({ path, before, after, added, removed }: RecordedChange): FileChange {
  const kind = before === null ? 'created' : after === null ? 'deleted' : 'modified';
  return added === undefined || removed === undefined ? { path, kind } : { path, kind, added, removed };
}

/** The way back. */
export function reversed(change: StateChange): StateChange {
  return { path: change.path, before: change.after, after: change.before };
}

/** Steps an undo takes back, newest first. One that changed nothing is passed over, so that undo does something while it can. */
export function stepsToUndo(history: StepHistory, target: UndoTarget, sessionId: string | undefined): Step[] {
  const done = history.steps.filter((step) => step.state === 'done' && isOfSession(step, sessionId)).reverse();
  if (target.kind === 'to') {
    const end = done.findIndex((step) => step.begin.id === target.snapshotId);
    return end < 0 ? [] : done.slice(0, end + 1);
  }
  const changed = done.filter((step) => step.changes.length > 0);
  const newest = changed[0];
  if (newest === undefined) return [];
  return target.kind === 'last-step' ? [newest] : changed.filter((step) => step.begin.runId === newest.begin.runId);
}

/** Steps a redo brings back: the most recently undone first, which is the oldest of what one undo took back. */
export function stepsToRedo(history: StepHistory, target: UndoTarget, sessionId: string | undefined): Step[] {
  const byId = new Map(history.steps.map((step) => [step.begin.id, step]));
  const undone = [...history.redoable]
    .reverse()
    .flatMap((id) => byId.get(id) ?? [])
    .filter((step) => step.state === 'undone' && isOfSession(step, sessionId));
  if (target.kind === 'to') {
    const end = undone.findIndex((step) => step.begin.id === target.snapshotId);
    return end < 0 ? [] : undone.slice(0, end + 1);
  }
  const next = undone[0];
  if (next === undefined) return [];
  return target.kind === 'last-step' ? [next] : undone.filter((step) => step.begin.runId === next.begin.runId);
}

/** Finished steps from one on, oldest first; of the newest run without one. Empty when the step is not among them. */
export function stepsSince(history: StepHistory, from: string | undefined): Step[] {
  const done = history.steps.filter((step) => step.state === 'done');
  const runId = done.findLast((step) => step.changes.length > 0)?.begin.runId;
  const start = done.findIndex((step) => (from === undefined ? step.begin.runId === runId : step.begin.id === from));
  return start < 0 ? [] : done.slice(start);
}
