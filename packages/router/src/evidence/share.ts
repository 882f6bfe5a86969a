// The replay buffer as a file that a team can share: one JSON line a run, with what was said of it, and nothing of what was asked or written.
import { parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import { type ReplayLine, type ReplayRecord, runSchema } from './replay.ts';
import { signalSchema } from './reward.ts';

/** A run in the file; its lines have the version of the buffer's. */
const sharedSchema = z.lazy(() => z.extend(runSchema(), { signals: z.array(signalSchema) }));

/** The file. Paths of files are left out: what became of them can be seen only where they are. */
export function sharedRuns(records: readonly ReplayRecord[]): string {
  return records.map(({ files: _own, ...record }) => `${JSON.stringify(record)}\n`).join('');
}

/** More models than this one run never tried. */
const mostStages = 32;
/** Clocks of a team differ by less, in milliseconds. */
const clockDifferenceMs = 86_400_000;

/**
 * The lines to add to a buffer that has `known` runs already, oldest first; runs that are there are passed over. What is no run of
 * this version, or of a time after `now` (milliseconds since 1970), is counted: a run of the future would make all of today fade.
 */
export function readShared(
  text: string,
  known: ReadonlySet<string>,
  now: number,
): { readonly lines: readonly ReplayLine[]; readonly runs: number; readonly unreadable: number } {
  const found = new Map<string, ReplayRecord>();
  let unreadable = 0;
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue;
    const parsed = z.safeParse(sharedSchema, parseJson(raw));
    if (!parsed.success || parsed.data.time > now + clockDifferenceMs || parsed.data.stages.length > mostStages)
      unreadable += 1;
    else if (!known.has(parsed.data.id)) found.set(parsed.data.id, parsed.data);
  }
  const runs = [...found.values()].sort((a, b) => a.time - b.time);
  const lines = runs.flatMap(({ signals, files: _others, ...run }): ReplayLine[] => [
    run,
    ...signals.map((signal) => ({ type: 'signal', v: run.v, id: run.id, time: run.time, signal }) as const),
  ]);
  return { lines, runs: runs.length, unreadable };
}
