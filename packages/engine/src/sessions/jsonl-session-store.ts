// Sessions as JSONL files, grouped by project; the index beside them can be deleted at any time.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Event, type EventBody, MonkeyError, messageText, sessionLogVersion } from '@monkey-coder/protocol';
import { projectKey } from '../config/homes.ts';
import { type LogAppender, openEventLog, readEventLog } from './event-log.ts';
import { type Lease, takeLease } from './lease.ts';
import type { SessionStore, SessionSummary, SessionWriter } from './session-store.ts';
import { summarise } from './summary.ts';

/** What the store needs from outside. */
export interface SessionStoreOptions {
  /** Folder of all sessions. */
  readonly folder: string;
  readonly productVersion: string;
  readonly now: () => number;
  readonly newSessionId: () => string;
}

interface IndexEntry {
  readonly size: number;
  readonly mtimeMs: number;
  readonly summary: SessionSummary;
}

/** Opens the store; nothing is read or written until it is used. */
export function createJsonlSessionStore(options: SessionStoreOptions): SessionStore {
  const store: SessionStore = {
    create: (session) => createSession(options, session),
    open: (id) => openWriter(options, id, findLog(options.folder, id)),
    read: (id, from = 0) => readEventLog(findLog(options.folder, id)).events.filter((event) => event.seq >= from),
    list: (filter) => listSessions(options.folder, filter?.cwd),
    recall: async (id, query) => (await import('./recall-log.ts')).recallFromLog(findLog(options.folder, id), query),
    search: (text) => searchSessions(options.folder, text),
    fork: (id, seq) => forkSession(store, id, seq),
    import: (events, cwd) => importSession(options, events, cwd),
    remove(id) {
      const path = findLog(options.folder, id);
      const lease = leaseOf(path, id, options.now());
      rmSync(path);
      lease.release();
    },
  };
  return store;
}

function logPath(folder: string, cwd: string, id: string): string {
  return join(folder, projectKey(cwd), `${id}.jsonl`);
}

function findLog(folder: string, id: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(id)) {
    for (const project of foldersIn(folder)) {
      const path = join(folder, project, `${id}.jsonl`);
      if (existsSync(path)) return path;
    }
  }
  throw new MonkeyError('session.not-found', `there is no session "${id}"`);
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function createSession(options: SessionStoreOptions, session: Parameters<SessionStore['create']>[0]): SessionWriter {
  const id = options.newSessionId();
  const writer = openWriter(options, id, logPath(options.folder, session.cwd, id), 0);
  writer.append({
    type: 'session.started',
    logVersion: sessionLogVersion,
    productVersion: options.productVersion,
    cwd: session.cwd,
    ...(session.forkedFrom ? { forkedFrom: session.forkedFrom } : {}),
    ...(session.partOf ? { partOf: session.partOf } : {}),
  });
  return writer;
}

function openWriter(options: SessionStoreOptions, id: string, path: string, nextSeq?: number): SessionWriter {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  const lease = leaseOf(path, id, options.now());
  let seq = nextSeq ?? 1 + Math.max(-1, ...readEventLog(path).events.map((event) => event.seq));
  const log: LogAppender = openEventLog(path, options.now());
  return {
    id,
    append(body, runId, parentCallId) {
      const ids = { ...(runId ? { runId } : {}), ...(parentCallId ? { parentCallId } : {}) };
      const event = { seq, time: options.now(), sessionId: id, ...ids, ...body } as Event;
      log.append(event);
      seq += 1;
      return event;
    },
    close() {
      log.close();
      lease.release();
    },
  };
}

function leaseOf(path: string, id: string, now: number): Lease {
  const lease = takeLease(`${path}.lock`, `session ${id}`, now);
  if (lease.kind === 'held') return lease;
  throw new MonkeyError('workspace.in-use', `session ${id} is open in another process (pid ${lease.holder.pid})`, {
    advice: 'Wait for it to end, or go on in a copy with --fork-session.',
  });
}

function forkSession(store: SessionStore, id: string, seq?: number): SessionWriter {
  const events = store.read(id).filter((event) => seq === undefined || event.seq <= seq);
  const first = events[0];
  if (first?.type !== 'session.started') throw new MonkeyError('session.corrupt', `session ${id} has no beginning`);
  const writer = store.create({ cwd: first.cwd, forkedFrom: { sessionId: id, seq: events.at(-1)?.seq ?? 0 } });
  for (const event of events.slice(1)) writer.append(bodyOf(event), event.runId, event.parentCallId);
  return writer;
}

function bodyOf(event: Event): EventBody {
  const { seq: _seq, time: _time, sessionId: _session, runId: _run, parentCallId: _parent, ...body } = event;
  return body as EventBody;
}

function importSession(options: SessionStoreOptions, events: readonly Event[], cwd: string): SessionSummary {
  const last = events.at(-1);
  const forkedFrom = last && { sessionId: last.sessionId, seq: last.seq };
  const writer = createSession(options, { cwd, ...(forkedFrom ? { forkedFrom } : {}) });
  try {
    for (const event of events)
      if (event.type !== 'session.started') writer.append(bodyOf(event), event.runId, event.parentCallId);
  } finally {
    writer.close();
  }
  const path = logPath(options.folder, cwd, writer.id);
  const summary = summarise(writer.id, readEventLog(path).events);
  if (!summary) throw new MonkeyError('session.corrupt', 'the imported session could not be read back');
  return summary;
}

function listSessions(folder: string, cwd: string | undefined): SessionSummary[] {
  const projects = cwd === undefined ? foldersIn(folder) : [projectKey(cwd)];
  return projects.flatMap((project) => listProject(join(folder, project))).sort((a, b) => b.updatedAt - a.updatedAt);
}

/** Lists one project's sessions; only logs that changed since the index was written are read again. */
function listProject(folder: string): SessionSummary[] {
  const indexPath = join(folder, 'index.json');
  const old = readIndex(indexPath);
  const fresh: Record<string, IndexEntry> = {};
  let changed = false;
  for (const name of logNames(folder)) {
    const stat = statSync(join(folder, name));
    const known = old[name];
    if (known && known.size === stat.size && known.mtimeMs === stat.mtimeMs) {
      fresh[name] = known;
      continue;
    }
    changed = true;
    const summary = summariseLog(join(folder, name), name.slice(0, -'.jsonl'.length));
    if (summary) fresh[name] = { size: stat.size, mtimeMs: stat.mtimeMs, summary };
  }
  if (changed || Object.keys(old).length !== Object.keys(fresh).length) writeIndex(indexPath, fresh);
  return Object.values(fresh).map((entry) => entry.summary);
}

function logNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  } catch {
    return [];
  }
}

function summariseLog(path: string, id: string): SessionSummary | undefined {
  try {
    return summarise(id, readEventLog(path).events);
  } catch {
    return undefined;
  }
}

function readIndex(path: string): Record<string, IndexEntry> {
  try {
    const index = JSON.parse(readFileSync(path, 'utf8')) as {
      version: number;
      entries: Record<string, IndexEntry> | null;
    };
    return index.version === 1 ? (index.entries ?? {}) : {};
  } catch {
    return {};
  }
}

function writeIndex(path: string, entries: Record<string, IndexEntry>): void {
  const temporary = `${path}.${process.pid}`;
  try {
    writeFileSync(temporary, JSON.stringify({ version: 1, entries }), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function searchSessions(folder: string, text: string): { readonly session: SessionSummary; readonly line: string }[] {
  const wanted = text.toLowerCase();
  return listSessions(folder, undefined).flatMap((session) =>
    readEventLog(findLog(folder, session.id))
      .events.map(spokenText)
      .flatMap((spoken) => spoken.split('\n'))
      .filter((line) => line.toLowerCase().includes(wanted))
      .slice(0, 3)
      .map((line) => ({ session, line: line.trim().slice(0, 200) })),
  );
}

function spokenText(event: Event): string {
  if (event.type === 'message.added' || event.type === 'model.ended') return messageText(event.message);
  return event.type === 'tool.ended' ? event.output : '';
}
