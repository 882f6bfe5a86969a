// What the router knows, on disk: an append-only log of runs and signals, and the state learnt from it, which is only a shortcut.
//
// Runs append a line and learn nothing there and then. Whoever decides next reads the state and the lines since. A signal about a run
// that is learnt already makes the state be learnt anew from the whole log. The state can be deleted at any time.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MonkeyError, parseJson } from '@monkey-coder/protocol';
import {
  type ChainThompson,
  createChainThompson,
  learnRecords,
  type Priors,
  parseReplay,
  type ReplayRecord,
  readShared,
  recordsOf,
  restoreChainThompson,
} from '@monkey-coder/router';
import * as z from 'zod/mini';
import { takeLease } from '../sessions/lease.ts';
import { appendAllToRouterLog, routerLogPath } from './router-log.ts';

const stateVersion = 1;
/** Runs learnt from when everything is learnt anew: the last ones. */
const mostRecords = 2000;
/** How much of the log's end is looked at for the last runs. */
const recentBytes = 256 * 1024;

function stateSchema() {
  return z.object({
    version: z.literal(stateVersion),
    /** Bytes of the log that are learnt. */
    logBytes: z.number(),
    policy: z.unknown(),
  });
}

/** The router's memory of one user. */
export interface RouterStore {
  /** The default policy with everything learnt up to now. Writes the state when there was something new. */
  policy(priors: Priors): ChainThompson;
  /** All runs with what was said of them. */
  records(): ReplayRecord[];
  /** The last runs (some hundreds), read from the end of the log alone. */
  recent(): ReplayRecord[];
  /** Adds the runs of a shared file that are not known yet. Throws MonkeyError `workspace.io` when the log cannot be written. */
  add(shared: string): { readonly runs: number; readonly unreadable: number };
}

/** Opens the memory; nothing is read before it is used. */
export function createRouterStore(stateFolder: string, now: () => number): RouterStore {
  const log = routerLogPath(stateFolder);
  const state = join(stateFolder, 'router.json');
  return {
    records: () => recordsOf(parseReplay(readFrom(log, 0)).lines),
    // A line that is cut at the beginning is left out.
    recent: () => recordsOf(parseReplay(readFrom(log, Math.max(0, sizeOf(log) - recentBytes))).lines),
    add(shared) {
      const own = recordsOf(parseReplay(readFrom(log, 0)).lines);
      const { lines, runs, unreadable } = readShared(shared, new Set(own.map((record) => record.id)), now());
      if (lines.length > 0 && !appendAllToRouterLog(log, lines, now()))
        throw new MonkeyError('workspace.io', `${log} cannot be written: nothing was added`);
      // What is learnt is learnt in the order of time: older runs of others come before own ones.
      if (lines.length > 0) rmSync(state, { force: true });
      return { runs, unreadable };
    },
    policy(priors) {
      const saved = readState(state);
      const size = sizeOf(log);
      const restored = saved && restoreChainThompson(priors, saved.policy);
      // A clock that was far ahead made everything fade: it is learnt anew.
      const isAhead = (restored?.evidence.fadedAt ?? 0) > now() && !isBehind(this.recent(), now());
      if (saved && restored && saved.logBytes === size && !isAhead) return restored;
      const learnt = catchUp(log, isAhead ? undefined : saved, priors, now());
      writeState(state, learnt.policy, learnt.logBytes, now);
      return learnt.policy;
    },
  };
}

interface SavedState {
  readonly logBytes: number;
  readonly policy: Parameters<typeof restoreChainThompson>[1];
}

function readState(path: string): SavedState | undefined {
  try {
    const parsed = stateSchema().safeParse(parseJson(readFileSync(path, 'utf8')));
    return parsed.success ? (parsed.data as SavedState) : undefined;
  } catch {
    return undefined;
  }
}

function catchUp(
  log: string,
  saved: SavedState | undefined,
  priors: Priors,
  now: number,
): { readonly policy: ChainThompson; readonly logBytes: number } {
  const from = saved && saved.logBytes <= sizeOf(log) ? saved.logBytes : 0;
  const text = readFrom(log, from);
  const { lines } = parseReplay(text);
  const records = recordsOf(lines).map((record) => noLater(record, now));
  // A signal about a run of an earlier reading changes what was learnt from it.
  const isLate = lines.some((line) => line.type === 'signal' && !records.some((record) => record.id === line.id));
  const logBytes = from + Buffer.byteLength(text);
  if (saved && from > 0 && !isLate)
    return { policy: learnRecords(restoreChainThompson(priors, saved.policy), records), logBytes };
  const all =
    from === 0 ? records : recordsOf(parseReplay(readFrom(log, 0)).lines).map((record) => noLater(record, now));
  const byTime = [...all].sort((a, b) => a.time - b.time);
  return { policy: learnRecords(createChainThompson(priors), byTime.slice(-mostRecords)), logBytes };
}

/** Whether the clock of now is the wrong one: most of the last runs are later. */
function isBehind(recent: readonly ReplayRecord[], now: number): boolean {
  return recent.filter(({ time }) => time > now).length > recent.length / 2;
}

/** A run that a clock which was ahead wrote is one of now. */
function noLater(record: ReplayRecord, now: number): ReplayRecord {
  return record.time > now ? { ...record, time: now } : record;
}

/** Whole lines from a position on; a line that is being written is left for the next time. */
function readFrom(path: string, from: number): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, sizeOf(path) - from));
    const read = readSync(file, bytes, 0, bytes.length, from);
    const text = bytes.subarray(0, read);
    return text.subarray(0, text.lastIndexOf(10) + 1).toString('utf8');
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Atomic; when another process is writing or the disk is full, the next decision learns the same lines again. */
function writeState(path: string, policy: ChainThompson, logBytes: number, now: () => number): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lease = takeLease(`${path}.lock`, 'router', now());
    if (lease.kind !== 'held') return;
    try {
      const temporary = `${path}.${process.pid}`;
      const text = JSON.stringify({ version: stateVersion, logBytes, policy: policy.state });
      writeFileSync(temporary, `${text}\n`, { mode: 0o600 });
      renameSync(temporary, path);
    } finally {
      lease.release();
    }
  } catch {
    // What was learnt is in the log.
  }
}
