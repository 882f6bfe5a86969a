// The folders that explorations left: which run each is of, what it changed, whether anything in it would be lost by removing it.
import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EventOf, MonkeyError } from '@monkey-coder/protocol';
import type { SessionStore } from '../sessions/session-store.ts';

/** One folder. */
export interface KeptCandidate {
  /** Name of the folder. */
  readonly name: string;
  readonly folder: string;
  /** Undefined where no session knows of it any more. */
  readonly of: KeptOrigin | undefined;
  /** Milliseconds since 1970: when something directly in it last changed. */
  readonly changedAt: number;
}

/** What the session of the exploration says of it. */
export interface KeptOrigin {
  readonly sessionId: string;
  /** Folder of the project. */
  readonly cwd: string;
  readonly candidate: number;
  readonly approach: string;
  readonly status: string;
  readonly reason: string;
  readonly isChosen: boolean;
  /** All candidates of its run side by side, as a table for people; empty where there was no choice yet. */
  readonly evidence: string;
  /** When the run ended, milliseconds since 1970; undefined: it has not, somebody may work in the folder. */
  readonly endedAt: number | undefined;
  readonly changed: readonly string[];
}

/** What a cleaning did. */
export interface CandidateCleaning {
  readonly removed: readonly KeptCandidate[];
  readonly kept: readonly (KeptCandidate & { readonly why: string })[];
}

/** The folders below the data folder, oldest first. */
export function keptCandidates(dataFolder: string, sessions: SessionStore): KeptCandidate[] {
  const home = join(dataFolder, 'candidates');
  if (!existsSync(home)) return [];
  const origins = originsOf(sessions);
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(home, name);
      return { name, folder, of: origins.get(name), changedAt: newestIn(folder) };
    })
    .sort((a, b) => a.changedAt - b.changedAt);
}

/**
 * One of them by the name of its folder or the beginning of it, or, of the newest run in the folder `cwd`, by its number. Throws
 * MonkeyError `usage.invalid`.
 */
export function keptCandidate(all: readonly KeptCandidate[], name: string, cwd?: string): KeptCandidate {
  const ofNewest = /^\d+$/.test(name)
    ? newestRun(all, cwd).find(({ of }) => of?.candidate === Number(name))
    : undefined;
  if (ofNewest !== undefined) return ofNewest;
  const fitting = all.filter((one) => one.name === name || one.name.startsWith(name));
  const [only] = fitting;
  if (only !== undefined && (fitting.length === 1 || only.name === name)) return only;
  const why = only === undefined ? 'is not there' : `fits ${fitting.length} of them`;
  throw new MonkeyError('usage.invalid', `a candidate's folder ${name} ${why}`, { advice: 'monkey explore list' });
}

/** Those of the run that ended last, the newest ones first: who began anew has several folders. */
function newestRun(all: readonly KeptCandidate[], cwd: string | undefined): KeptCandidate[] {
  const here = all.filter(({ of }) => of?.cwd === cwd).toReversed();
  const endOf = ({ of }: KeptCandidate): number => of?.endedAt ?? Number.POSITIVE_INFINITY;
  const newest = Math.max(...here.map(endOf));
  return here.filter((one) => endOf(one) === newest);
}

/**
 * Removes folders in which nothing is that was not recorded: those of runs that have ended and whose files are as the run left them. With
 * `force` also the others, but never one that a run is at work in.
 */
export function cleanCandidates(all: readonly KeptCandidate[], force: boolean): CandidateCleaning {
  const removed: KeptCandidate[] = [];
  const kept: (KeptCandidate & { why: string })[] = [];
  for (const one of all) {
    const why = whyKept(one, force);
    if (why === undefined) {
      rmSync(one.folder, { recursive: true, force: true });
      removed.push(one);
    } else kept.push({ ...one, why });
  }
  return { removed, kept };
}

function whyKept({ of, folder }: KeptCandidate, force: boolean): string | undefined {
  if (of !== undefined && of.endedAt === undefined) return 'its run has not ended (monkey --continue goes on with it)';
  if (force) return undefined;
  if (of === undefined) return 'no session knows of it: somebody may need it (--force removes it)';
  const later = changedSince(folder, of.endedAt ?? 0);
  return later === undefined ? undefined : `${later} was changed after the run (--force removes it)`;
}

/** A file that was written after the run ended; undefined when there is none. */
function changedSince(folder: string, endedAt: number): string | undefined {
  for (const path of filesIn(folder, '')) if (lstatSync(join(folder, path)).mtimeMs > endedAt + 1000) return path;
  return undefined;
}

function* filesIn(root: string, under: string): Generator<string> {
  for (const entry of readdirSync(join(root, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(root, path);
    else if (entry.isFile()) yield path;
  }
}

function newestIn(folder: string): number {
  const times = readdirSync(folder).map((name) => lstatSync(join(folder, name)).mtimeMs);
  return Math.max(lstatSync(folder).mtimeMs, ...times);
}

/** What the sessions say, by the name of the folder. A session that cannot be read knows nothing. */
function originsOf(sessions: SessionStore): ReadonlyMap<string, KeptOrigin> {
  const origins = new Map<string, KeptOrigin>();
  for (const summary of sessions.list()) {
    const events = readOrNone(sessions, summary.id);
    const runs = new Map(events.flatMap((event) => (event.type === 'run.finished' ? [[event.runId, event.time]] : [])));
    const chosen = new Map(
      events.flatMap((event) => (event.type === 'candidate.chosen' ? [[event.runId, event] as const] : [])),
    );
    const approaches = new Map(
      events.flatMap((event) => (event.type === 'candidate.started' ? [[event.folder, event.approach]] : [])),
    );
    for (const event of events) {
      if (event.type === 'candidate.started' || event.type === 'candidate.scored')
        origins.set(
          nameOf(event.folder),
          originOf(event, {
            summary,
            approach: approaches.get(event.folder) ?? '',
            runs,
            chosen,
            before: origins.get(nameOf(event.folder)),
          }),
        );
    }
  }
  return origins;
}

interface Known {
  readonly summary: { readonly id: string; readonly cwd: string };
  readonly approach: string;
  readonly runs: ReadonlyMap<string | undefined, number>;
  readonly chosen: ReadonlyMap<string | undefined, EventOf<'candidate.chosen'>>;
  /** What was known of the folder from the rounds before. */
  readonly before: KeptOrigin | undefined;
}

function originOf(
  event: EventOf<'candidate.started'> | EventOf<'candidate.scored'>,
  { summary, approach, runs, chosen, before }: Known,
): KeptOrigin {
  const outcome = event.type === 'candidate.scored' ? event.outcome : undefined;
  return {
    sessionId: summary.id,
    cwd: summary.cwd,
    candidate: event.candidate,
    approach,
    status: outcome?.status ?? 'at work',
    reason: outcome?.reason ?? '',
    isChosen: chosen.get(event.runId)?.candidate === event.candidate,
    evidence: chosen.get(event.runId)?.evidence ?? '',
    changed: [...new Set([...(before?.changed ?? []), ...(outcome?.changes.map((change) => change.path) ?? [])])],
    endedAt: runs.get(event.runId),
  };
}

function nameOf(folder: string): string {
  return folder.split(/[\\/]/).at(-1) ?? '';
}

function readOrNone(sessions: SessionStore, id: string): ReturnType<SessionStore['read']> {
  try {
    return sessions.read(id);
  } catch {
    return [];
  }
}
