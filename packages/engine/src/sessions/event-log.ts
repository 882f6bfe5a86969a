// One session's file: an append-only log of events, one JSON object a line, readable however it was cut.
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  type Event,
  envelopeSchema,
  errorMessage,
  eventBodySchema,
  MonkeyError,
  sessionLogVersion,
} from '@monkey-coder/protocol';

/** A change of the record format: takes a record of its version to the next. */
export type Migration = (record: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Migrations by the version they start from. Version 1 is the first, so there are none yet. */
export const migrations: ReadonlyMap<number, Migration> = new Map();

/** What could be read of a log. */
export interface ReadLog {
  readonly events: Event[];
  /** Bytes up to and including the last whole record; what follows was cut by a crash. */
  readonly wholeBytes: number;
  readonly totalBytes: number;
  /** 1-based numbers of whole lines that are no events. */
  readonly badLines: readonly number[];
}

/** Reads a log up to its last whole record. Throws the file system's error, or MonkeyError `session.version`. */
export function readEventLog(path: string, steps: ReadonlyMap<number, Migration> = migrations): ReadLog {
  const bytes = readFileSync(path);
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n');
  lines.pop();
  const events: Event[] = [];
  const badLines: number[] = [];
  let version = sessionLogVersion;
  for (const [index, line] of lines.entries()) {
    const record = parseRecord(line);
    if (record && record['type'] === 'session.started') version = logVersionOf(record, path);
    const event = record && toEvent(migrate(record, version, steps));
    if (event) events.push(event);
    else badLines.push(index + 1);
  }
  return { events, wholeBytes, totalBytes: bytes.length, badLines };
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function logVersionOf(record: Readonly<Record<string, unknown>>, path: string): number {
  const version = Number(record['logVersion']);
  if (version > sessionLogVersion) {
    throw new MonkeyError(
      'session.version',
      `${path} has format ${version}; this monkey reads up to ${sessionLogVersion}`,
    );
  }
  return version;
}

/** Takes a record from the version of its log to today's. */
export function migrate(
  record: Record<string, unknown>,
  from: number,
  steps: ReadonlyMap<number, Migration>,
  to: number = sessionLogVersion,
): Record<string, unknown> {
  let current = record;
  for (let version = from; version < to; version++) {
    const step = steps.get(version);
    if (!step) throw new MonkeyError('session.version', `no migration from session format ${version}`);
    current = step(current);
  }
  return current;
}

function toEvent(record: Record<string, unknown>): Event | undefined {
  const envelope = envelopeSchema.safeParse(record);
  const body = eventBodySchema.safeParse(record);
  return envelope.success && body.success ? ({ ...envelope.data, ...body.data } as Event) : undefined;
}

/** Appends whole lines to one file. */
export interface LogAppender {
  /** Returns when the line is in the file; on failure the file is as before and MonkeyError `workspace.io` is thrown. */
  append(event: Event): void;
  close(): void;
}

/** Opens a log for appending. What a crash cut off behind the last whole record is moved into a file beside it. */
export function openEventLog(path: string, now: number): LogAppender {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a+', 0o600);
  let size = setCutTailAside(fd, path, now);
  return {
    append(event) {
      size = appendLine(fd, `${JSON.stringify(event)}\n`, size, path);
    },
    close: () => closeSync(fd),
  };
}

function setCutTailAside(fd: number, path: string, now: number): number {
  const size = fstatSync(fd).size;
  if (size === 0) return 0;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole === bytes.length) return size;
  writeFileSync(`${path}.cut-${now.toString(36)}`, bytes.subarray(whole), { mode: 0o600 });
  ftruncateSync(fd, whole);
  return whole;
}

function appendLine(fd: number, line: string, size: number, path: string): number {
  const bytes = Buffer.from(line, 'utf8');
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch (error) {
    ftruncateSync(fd, size);
    throw new MonkeyError('workspace.io', `the session log ${path} cannot be written: ${errorMessage(error)}`, {
      cause: error,
      advice: 'Free some space or fix the permissions, then `monkey --continue`; everything up to here is kept.',
    });
  }
  return size + bytes.length;
}
