// Where candidates work: the snapshot they begin with, and a copy of it for each.
import type { Event } from '@monkey-coder/protocol';
import type { Exploration, Place } from './exploration.ts';
import type { RunContext } from './run-context.ts';

/** The files that the candidates of a run that was cut off began with. */
export function treeAtFirst(run: RunContext): string | undefined {
  const first = run.recorder.events.find((event: Event) => event.type === 'candidate.started');
  return first?.type === 'candidate.started' ? first.tree : undefined;
}

/** A snapshot of the files as they are now. */
export async function snapshotBase(run: RunContext): Promise<string> {
  const { snapshots } = run.workspace;
  const { sessionId } = run.agentOptions;
  const id = await snapshots.begin({ sessionId, runId: run.runId, reason: 'where the candidates begin' });
  await snapshots.end(id);
  return id;
}

/** The place of a candidate: the one it had, where its turn is on record, else a fresh copy. */
export async function placeOf(exploration: Exploration, candidate: number, approach: string): Promise<Place> {
  const { run } = exploration;
  const known = run.recorder.events.findLast(
    (event) => event.type === 'candidate.scored' && event.candidate === candidate,
  );
  if (known?.type === 'candidate.scored') return { candidate, folder: known.folder, approach };
  return { candidate, folder: await freshCopy(exploration, String(candidate)), approach };
}

/** A copy of the files that all began with. */
export async function freshCopy({ run, means, base }: Exploration, name: string): Promise<string> {
  const folder = means.makeFolder(`${run.newId('run')}-${name}`);
  await run.workspace.snapshots.materialise(base, folder);
  return folder;
}
