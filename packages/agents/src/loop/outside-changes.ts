// Notices files that somebody else changed since the model saw them, and tells it once.
//
// A difference between what the model saw and what is there is `noted` with the content it was noted for: told in a message,
// or made by a command of the agent itself. It counts again when the content changes again. What differs right before a
// command runs is not the command's doing, so it is kept for the next message.
import type { RunContext } from './run-context.ts';

/** Paths named in one message. */
const maxNamed = 20;

/** Content hashes by path, null where the file is gone; as events carry them. */
export type Noted = Readonly<Record<string, string | null>>;

/** Keeps what differs before the agent's own command can change it, too. */
export async function keepOutsideChanges(run: RunContext): Promise<void> {
  for (const path of (await unnoted(run)).keys()) run.outside.add(path);
}

/** Notes what differs after the agent's own command; of `only` these paths where given. Undefined when there is nothing. */
export async function noteOwnChanges(run: RunContext, only?: readonly string[]): Promise<Noted | undefined> {
  const changed = [...(await unnoted(run))].filter(([path]) => only === undefined || only.includes(path));
  for (const [path, hash] of changed) run.noted.set(path, hash);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** A message about what changed outside and was not told yet; undefined when there is nothing. */
export async function outsideNote(
  run: RunContext,
): Promise<{ readonly text: string; readonly noted: Noted } | undefined> {
  if (run.seen.size === 0) return undefined;
  const changed = await run.options.workspace.changedFiles(run.seen);
  const told = [...changed].filter(([path, hash]) => run.outside.has(path) || run.noted.get(path) !== hash);
  run.outside.clear();
  if (told.length === 0) return undefined;
  for (const [path, hash] of told) run.noted.set(path, hash);
  const names = told.slice(0, maxNamed).map(([path, hash]) => (hash === null ? `${path} (deleted)` : path));
  const more = told.length > maxNamed ? ` and ${told.length - maxNamed} more` : '';
  return {
    text: `Changed outside since you last read it: ${names.join(', ')}${more}`,
    noted: Object.fromEntries(told),
  };
}

async function unnoted(run: RunContext): Promise<ReadonlyMap<string, string | null>> {
  if (run.seen.size === 0) return new Map();
  const changed = await run.options.workspace.changedFiles(run.seen);
  return new Map([...changed].filter(([path, hash]) => run.noted.get(path) !== hash));
}
