// What became of earlier work: kept, edited or taken back by hand, seen at a decision in the same folder on a later day.
//
// A run's record names the files it wrote with their hashes before and after. Files that a later run wrote too say nothing of the
// earlier one, and a run that was already judged (a thumb, undo, an earlier look) is left alone.
import type { ReplayLine, ReplayRecord, Signal } from '@monkey-coder/router';

/** Hashes of the files that differ now from those given; null for one that is gone. */
export type ChangedFiles = (known: ReadonlyMap<string, string>) => Promise<ReadonlyMap<string, string | null>>;

const mostRuns = 40;
const hourMs = 3_600_000;
/**
 * A run is looked at on the day after: by then it is seen what was kept, and all runs of a day are judged together, because a judgement
 * of a run that is learnt already makes everything be learnt anew.
 */
const judgedAfterMs = 20 * hourMs;
/** Found as it was before the run: taken back; after more than two days it may have been for other reasons. */
const revertedWithinMs = 48 * hourMs;
const tooOldMs = 14 * 24 * hourMs;

type WrittenFile = NonNullable<ReplayRecord['files']>[number];

/** Lines to append for the last runs in that project. `records` in the order they ended. */
export async function laterSignals(
  records: readonly ReplayRecord[],
  {
    project,
    now,
    changedFiles,
  }: { readonly project: string; readonly now: number; readonly changedFiles: ChangedFiles },
): Promise<ReplayLine[]> {
  const lines: ReplayLine[] = [];
  const writtenLater = new Set<string>();
  const own = records.filter((record) => record.project === project && (record.files?.length ?? 0) > 0);
  for (const record of own.slice(-mostRuns).reverse()) {
    const files = (record.files ?? []).filter(({ path }) => !writtenLater.has(path));
    for (const { path } of record.files ?? []) writtenLater.add(path);
    const age = now - record.time;
    if (record.signals.length > 0 || files.length === 0 || age < judgedAfterMs || age > tooOldMs) continue;
    const signal = await signalOf(files, age, changedFiles);
    if (signal !== undefined) lines.push({ type: 'signal', v: 1, id: record.id, time: now, signal });
  }
  return lines;
}

async function signalOf(
  files: readonly WrittenFile[],
  age: number,
  changedFiles: ChangedFiles,
): Promise<Signal | undefined> {
  const present = files.flatMap(({ path, after }) => (after === null ? [] : [[path, after] as const]));
  const changed = await changedFiles(new Map(present));
  if (changed.size === 0) return 'kept';
  const isBack = files.every(
    ({ path, before, after }) => before !== undefined && after !== null && changed.get(path) === before,
  );
  if (!isBack) return 'edited';
  return age <= revertedWithinMs ? 'reverted' : undefined;
}
