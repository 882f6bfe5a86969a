// The folders that workflows left of their copies: whose they are, and whether anything in them would be lost by removing them.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@monkey-coder/protocol';
import type { SessionStore } from '../sessions/session-store.ts';

/** One folder. */
export interface KeptCopy {
  readonly name: string;
  readonly folder: string;
  /** Folder of the workflow's project; undefined where no session knows of it any more. */
  readonly cwd: string | undefined;
  /** Why it is of use still; undefined: nothing in it would be lost. */
  readonly why: string | undefined;
  /** Whether `force` removes it all the same. */
  readonly isRemovable: boolean;
}

/** What a cleaning did. */
export interface CopyCleaning {
  readonly removed: readonly KeptCopy[];
  readonly kept: readonly KeptCopy[];
}

/** The folders below the data folder, by name. */
export function keptCopies(dataFolder: string, sessions: SessionStore): KeptCopy[] {
  const home = join(dataFolder, 'copies');
  if (!existsSync(home)) return [];
  const folders = readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => ({ name, folder: join(home, name), ...standingOf(name, sessions) }));
}

/** Removes those in which nothing is that the workflow did not take; with `force` also the others, but none of a workflow that may go on. */
export function cleanCopies(all: readonly KeptCopy[], force: boolean): CopyCleaning {
  const isLeft = ({ why, isRemovable }: KeptCopy): boolean => why !== undefined && !(force && isRemovable);
  const removed = all.filter((one) => !isLeft(one));
  for (const { folder } of removed) rmSync(folder, { recursive: true, force: true });
  return { removed, kept: all.filter(isLeft) };
}

function standingOf(name: string, sessions: SessionStore): Pick<KeptCopy, 'cwd' | 'why' | 'isRemovable'> {
  const id = /^ses_[a-z0-9]+/.exec(name)?.[0] ?? '';
  const summary = sessions.list().find((one) => one.id === id);
  if (summary === undefined)
    return {
      cwd: undefined,
      why: 'no session knows of it: somebody may need it (--force removes it)',
      isRemovable: true,
    };
  const events = sessions.read(id);
  const end = events.findLast(({ type }) => type === 'workflow.finished' || type === 'workflow.resumed');
  const isOver = end?.type === 'workflow.finished' && (end.status === 'done' || end.status === 'failed');
  const { cwd } = summary;
  if (!isOver)
    return { cwd, why: `its workflow can be gone on with (monkey workflow resume ${id})`, isRemovable: false };
  const paths = notTaken(events, name);
  if (paths.length === 0) return { cwd, why: undefined, isRemovable: true };
  return { cwd, why: `${paths.join(', ')} in it was not taken (--force removes it)`, isRemovable: true };
}

/** What the workflow left in a copy: single paths of one that was merged, all of one that was not, or whose branch failed. */
function notTaken(events: readonly Event[], name: string): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'copies.made' || !event.copies.some(({ folder }) => nameOf(folder) === name)) return [];
    const joined = events.find((one) => one.type === 'copies.joined' && one.step === event.step);
    const kept = joined?.type === 'copies.joined' && joined.kept.find(({ folder }) => nameOf(folder) === name);
    return kept ? kept.paths : ['what was done'];
  });
}

function nameOf(folder: string): string {
  return folder.split(/[\\/]/).at(-1) ?? '';
}
