// Finds out where a run begins: a new session, the next run of an old one, or the middle of a run that was cut off.
import { type Event, type EventOf, MonkeyError, type Task } from '@monkey-coder/protocol';
import type { SessionChoice } from '../engine.ts';
import { createMemorySession } from '../sessions/memory-session.ts';
import type { SessionStore, SessionWriter } from '../sessions/session-store.ts';

/** Where a run begins. */
export interface RunStart {
  readonly session: SessionWriter;
  /** Everything recorded in the session before. */
  readonly prior: readonly Event[];
  /** The run that goes on; absent for a new run. */
  readonly unfinished: UnfinishedRun | undefined;
}

/** A run that has no end, or an end that may be gone on from. */
export interface UnfinishedRun {
  readonly runId: string;
  readonly started: EventOf<'run.started'>;
  readonly events: readonly Event[];
  /** Status it ended with; undefined after a crash. */
  readonly endedWith: string | undefined;
}

/** Ends after which an empty prompt means "go on". */
const resumable: readonly string[] = [
  'interrupted',
  'limit',
  'out-of-budget',
  'failed',
  'auth-failed',
  'denied',
  'verification-failed',
];

/** Opens the session of a run. Throws MonkeyError `session.not-found`, `workspace.in-use`, or `usage.invalid` when there is nothing to do. */
export function openSession(
  store: SessionStore,
  choice: SessionChoice,
  task: Task,
  making: { readonly newSessionId: () => string; readonly productVersion: string; readonly now: () => number },
): RunStart {
  if (choice.kind === 'new') return { session: store.create({ cwd: task.cwd }), prior: [], unfinished: undefined };
  if (choice.kind === 'ephemeral') {
    return {
      session: createMemorySession({ id: making.newSessionId(), cwd: task.cwd, ...making }),
      prior: [],
      unfinished: undefined,
    };
  }
  const session = choice.kind === 'fork' ? store.fork(choice.sessionId) : store.open(choice.sessionId);
  try {
    const prior = store.read(session.id);
    const unfinished = task.prompt === '' ? findUnfinished(prior) : undefined;
    if (task.prompt === '' && !unfinished) {
      throw new MonkeyError('usage.invalid', 'the last run of this session is finished; give a prompt to go on', {
        advice: 'monkey --continue "what to do next"',
      });
    }
    return { session, prior, unfinished };
  } catch (error) {
    session.close();
    throw error;
  }
}

/** Whether the last run of a session was cut short, so that it goes on by itself. Throws MonkeyError `session.not-found`. */
export function wasCutShort(store: SessionStore, sessionId: string): boolean {
  const unfinished = findUnfinished(store.read(sessionId));
  return (
    unfinished !== undefined && [undefined, 'interrupted', 'limit', 'out-of-budget'].includes(unfinished.endedWith)
  );
}

/** The last run of a session when it can be gone on with. */
export function findUnfinished(events: readonly Event[]): UnfinishedRun | undefined {
  const started = events.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started');
  if (!started?.runId) return undefined;
  const own = events.filter((event) => event.runId === started.runId);
  const end = own.findLast((event) => event.type === 'run.finished' || event.type === 'run.resumed');
  const endedWith = end?.type === 'run.finished' ? end.outcome.status : undefined;
  if (endedWith !== undefined && !resumable.includes(endedWith)) return undefined;
  return { runId: started.runId, started, events: own, endedWith };
}
