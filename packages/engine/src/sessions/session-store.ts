// The seam of sessions: append-only logs of events.
import type { RecallHit } from '@monkey-coder/agents';
import type { Event, EventBody } from '@monkey-coder/protocol';
import type { RecallQuery } from './recall-log.ts';

/** What a list shows of a session. Rebuilt from its log when the index is missing or old. */
export interface SessionSummary {
  readonly id: string;
  readonly title: string;
  readonly cwd: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly runs: number;
  readonly costMicroUsd: number;
  /** Status of the last run; `running` when it has no end (a crash, or still at work). */
  readonly status: string;
  readonly model: string;
  /** Session of the workflow that it is a part of: nobody goes on with it by itself. */
  readonly partOf?: string;
}

/** An open session that is being written. */
export interface SessionWriter {
  readonly id: string;
  /** Assigns order and time, writes, returns the event; throws MonkeyError `workspace.io` and then nothing was written. */
  append(body: EventBody, runId?: string, parentCallId?: string): Event;
  close(): void;
}

/**
 * Keeps sessions.
 *
 * Contract: `append` returns when the whole line is in the file. A log cut anywhere is read up to its last whole record, the rest
 * set aside beside the log, never deleted. Records of older versions are migrated while reading; newer ones are refused with `session.version`.
 */
export interface SessionStore {
  create(session: {
    readonly cwd: string;
    readonly forkedFrom?: { readonly sessionId: string; readonly seq: number };
    /** Session of the workflow it is for. */
    readonly partOf?: string;
  }): SessionWriter;
  /** Opens for writing; throws `session.not-found`, or `workspace.in-use` when another process writes it. */
  open(id: string): SessionWriter;
  /** All events from a sequence number on, in order. Throws `session.not-found`. */
  read(id: string, from?: number): Event[];
  list(filter?: { readonly cwd?: string }): SessionSummary[];
  /** What was said in one session with all the words, newest first. Throws `session.not-found`. */
  recall(id: string, query: RecallQuery): Promise<RecallHit[]>;
  search(text: string): { readonly session: SessionSummary; readonly line: string }[];
  /** Copies the events up to `seq` into a new session. */
  fork(id: string, seq?: number): SessionWriter;
  import(events: readonly Event[], cwd: string): SessionSummary;
  remove(id: string): void;
}
