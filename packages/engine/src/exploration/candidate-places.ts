// Where candidates work: the snapshot they begin with, and a copy of it for each.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { type Event, errorMessage, MonkeyError } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';
import type { Exploration, Place } from './exploration.ts';

/** The files that the candidates of a run that was cut off began with. */
export function treeAtFirst(run: RunContext): string | undefined {
  const first = run.recorder.events.find((event: Event) => event.type === 'candidate.started');
  return first?.type === 'candidate.started' ? first.tree : undefined;
}

const baseReason = 'where the candidates begin';

/** A snapshot of the files that the candidates begin with; after a crash the one that was made then. */
export async function snapshotBase(run: RunContext): Promise<string> {
  const { snapshots } = run.workspace;
  const { sessionId } = run.agentOptions;
  const known = (await snapshots.list({ sessionId })).find(
    ({ runId, reason }) => runId === run.runId && reason === baseReason,
  );
  if (known !== undefined) return known.id;
  const id = await snapshots.begin({ sessionId, runId: run.runId, reason: baseReason });
  await snapshots.end(id);
  return id;
}

/** The place of a candidate: the one it had, where its turn is on record, else its copy. */
export async function placeOf(exploration: Exploration, candidate: number, approach: string): Promise<Place> {
  const { run } = exploration;
  const known = run.recorder.events.findLast(
    (event) =>
      (event.type === 'candidate.scored' || event.type === 'candidate.started') && event.candidate === candidate,
  );
  const folder = known?.type === 'candidate.scored' || known?.type === 'candidate.started' ? known.folder : undefined;
  return { candidate, folder: folder ?? (await copyOf(exploration, String(candidate))), approach };
}

/** The copy of that name of the files that all began with: the one that is there after a crash, else a new one. */
export async function copyOf(exploration: Exploration, name: string): Promise<string> {
  const folder = helperFolder(exploration, name);
  return existsSync(folder) ? folder : newCopy(exploration, name);
}

/** A new copy; one of that name is gone. It is there as a whole or not at all. Throws MonkeyError `workspace.io`. */
export async function newCopy(exploration: Exploration, name: string): Promise<string> {
  const { run, base } = exploration;
  const [folder, part] = [helperFolder(exploration, name), helperFolder(exploration, `${name}.part`)];
  for (const old of [folder, part]) rmSync(old, { recursive: true, force: true });
  try {
    await run.workspace.snapshots.materialise(base, part);
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw noCopies(error);
  }
  return folder;
}

/** What is said where the files of a candidate have no room. */
export function noCopies(error: unknown): MonkeyError {
  const cause = error instanceof MonkeyError && error.cause !== undefined ? error.cause : error;
  return new MonkeyError('workspace.io', `there is no room for the files of candidates: ${errorMessage(cause)}`, {
    cause,
    advice: 'Nothing was applied. Make room below the data folder (monkey explore clean), or work without candidates.',
  });
}

/** Folder of this exploration of a name. */
export function helperFolder({ run, means }: Exploration, name: string): string {
  return means.folderOf(`${run.runId}-${name}`);
}

/** Removes what was made for comparing only: each folder goes as a whole or stays, whenever a crash comes. */
export function dropHelpers(exploration: Exploration): void {
  const oldTests = Array.from({ length: exploration.count + 1 }, (_, at) => `old-tests-${at + 1}`);
  for (const name of ['compare', 'tests', 'kept', ...oldTests]) {
    const [folder, gone] = [helperFolder(exploration, name), helperFolder(exploration, `${name}.gone`)];
    rmSync(gone, { recursive: true, force: true });
    if (existsSync(folder)) renameSync(folder, gone);
    rmSync(gone, { recursive: true, force: true });
  }
}
