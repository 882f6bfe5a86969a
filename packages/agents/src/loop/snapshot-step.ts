// Wraps a step that changes the world with snapshots, so that it can be undone.
import { type EffectPlan, errorMessage, type FileChange } from '@monkey-coder/protocol';
import { notice, type RunContext } from './run-context.ts';

/** More changed files than this are summed up in one notice. */
const maxReported = 500;

/** Whether an effect needs the state before it to be kept. */
export function isMutating(effect: EffectPlan): boolean {
  return effect.kind === 'files' || (effect.kind === 'command' && !effect.readOnly);
}

/** Keeps the state before a step. Throws MonkeyError when it cannot: then the step must not run. */
export async function beginSnapshot(
  run: RunContext,
  step: { readonly callId: string; readonly title: string; readonly effect: EffectPlan },
): Promise<string> {
  const { workspace, sessionId, runId, record } = run.options;
  const paths = step.effect.kind === 'files' ? { paths: step.effect.files.map((file) => file.path) } : {};
  const snapshotId = await workspace.snapshots.begin({ sessionId, runId, reason: step.title, ...paths });
  record({ type: 'snapshot.taken', snapshotId, reason: step.title, callId: step.callId });
  return snapshotId;
}

/** Ends a step and reports what it changed. A failure here is a notice: the step itself has happened. */
export async function endSnapshot(
  run: RunContext,
  step: { readonly callId: string; readonly snapshotId: string },
): Promise<readonly FileChange[]> {
  const { workspace, record } = run.options;
  try {
    const changes = await workspace.snapshots.end(step.snapshotId);
    reportChanges(run, step, changes);
    return changes;
  } catch (error) {
    record(notice('snapshot.end', `What ${step.callId} changed could not be worked out: ${errorMessage(error)}`));
    return [];
  }
}

/** Records a `file.changed` for each change that is not reported yet. */
export function reportChanges(
  run: RunContext,
  step: { readonly callId: string; readonly snapshotId: string; readonly reported?: readonly string[] },
  changes: readonly FileChange[],
): void {
  const { record } = run.options;
  const fresh = changes.filter((change) => step.reported?.includes(change.path) !== true);
  for (const change of fresh.slice(0, maxReported)) {
    record({ type: 'file.changed', callId: step.callId, snapshotId: step.snapshotId, change });
  }
  if (fresh.length > maxReported) {
    record(notice('changes.many', `${fresh.length - maxReported} more files changed`));
  }
}
