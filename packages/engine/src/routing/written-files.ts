// Which files a run wrote, first state to last: what edits say of themselves, and what commands and checks did to files after them.
import type { Event } from '@monkey-coder/protocol';
import type { ReplayRun } from '@monkey-coder/router';

/** A file a run wrote: content hashes; `before` is absent where a command changed it and nobody looked before. */
export type WrittenFile = NonNullable<ReplayRun['files']>[number];

/** More than these say no more of what became of the work. */
const mostFiles = 50;

/**
 * Files whose content at the end no edit tells: those that a command or a check changed after an edit (a formatter), or, in a run
 * without edits, those that its commands wrote. Beside edits, what commands write is mostly by-product.
 */
export function filesToLookAt(events: readonly Event[]): string[] {
  const edits = editsOf(events);
  const byCommands = changedByCommands(events, edits);
  return [...byCommands.keys()].filter((path) => edits.size === 0 || edits.has(path)).slice(0, mostFiles);
}

/** The files. `found` has the hash of each file looked at as it is at the end; null: it is gone. */
export function writtenFiles(events: readonly Event[], found: ReadonlyMap<string, string | null>): WrittenFile[] {
  const edits = editsOf(events);
  const byCommands = changedByCommands(events, edits);
  const files = new Map<string, WrittenFile>(edits);
  for (const path of filesToLookAt(events)) {
    const after = found.get(path);
    if (after === undefined) continue;
    const known = edits.get(path);
    const before = known?.before ?? (byCommands.get(path) === 'created' ? null : undefined);
    files.set(path, { path, after, ...(before === undefined ? {} : { before }) });
  }
  return [...files.values()].filter(({ before, after }) => before !== after).slice(0, mostFiles);
}

function editsOf(events: readonly Event[]): Map<string, WrittenFile> {
  const done = new Set(
    events.flatMap((event) => (event.type === 'tool.ended' && event.status === 'ok' ? [event.callId] : [])),
  );
  const files = new Map<string, WrittenFile>();
  for (const event of events) {
    if (event.type !== 'tool.started' || event.effect.kind !== 'files' || !done.has(event.callId)) continue;
    for (const { path, before, after } of event.effect.files)
      files.set(path, { path, before: files.has(path) ? (files.get(path)?.before ?? null) : before, after });
  }
  return files;
}

/** Path to what first happened to it, for changes that are no edit's own. In a run with no edits those of checks are by-products. */
function changedByCommands(
  events: readonly Event[],
  edits: ReadonlyMap<string, WrittenFile>,
): Map<string, 'created' | 'modified' | 'deleted'> {
  const byEdit = new Set(
    events.flatMap((event) => (event.type === 'tool.started' && event.effect.kind === 'files' ? [event.callId] : [])),
  );
  const changed = new Map<string, 'created' | 'modified' | 'deleted'>();
  for (const event of events) {
    if (event.type !== 'file.changed' || (event.callId !== undefined && byEdit.has(event.callId))) continue;
    const isByCheck = event.callId === undefined;
    if (isByCheck && !edits.has(event.change.path)) continue;
    if (!changed.has(event.change.path)) changed.set(event.change.path, event.change.kind);
  }
  return changed;
}
