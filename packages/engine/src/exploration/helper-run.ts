// Runs in the name of an exploration that are no candidates. Each is journaled before it begins: after a crash it goes on, or is read.
import type { EventOf, Outcome, Task } from '@monkey-coder/protocol';
import type { Exploration } from './exploration.ts';

/** What a helper is for; there is one of each. */
export type Purpose = EventOf<'helper.started'>['purpose'];

/** The run that was begun for the purpose; undefined when there is none. */
export function helperBefore(
  { run }: Pick<Exploration, 'run'>,
  purpose: Purpose,
): EventOf<'helper.started'> | undefined {
  return run.recorder.events.find(
    (event): event is EventOf<'helper.started'> => event.type === 'helper.started' && event.purpose === purpose,
  );
}

/** Runs the helper, goes on with it or reads what it came to. With `sessionId` it works in a session that is there. */
export async function runHelper(
  exploration: Pick<Exploration, 'run' | 'means' | 'spent'>,
  purpose: Purpose,
  task: Task,
  { repairs = 0, sessionId }: { readonly repairs?: number; readonly sessionId?: string } = {},
): Promise<Outcome> {
  const { run, means, spent } = exploration;
  const before = helperBefore(exploration, purpose);
  const helperSession = before?.helperSession ?? sessionId ?? means.newSession(task.cwd);
  const afterSeq = before?.afterSeq ?? means.lastSeq(helperSession);
  if (before === undefined) run.recorder.record({ type: 'helper.started', purpose, helperSession, afterSeq });
  const { outcome } = await means.runCandidate(
    task,
    { sessionId: helperSession, afterSeq },
    { repairs, signal: run.connection.signal, onEvent: () => undefined, takeSteering: () => [] },
  );
  spent.push(outcome);
  if (cameToNothing.has(outcome.status)) {
    const text = `the ${purposeWords[purpose]} came to nothing: ${outcome.reason}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: `explore.${purpose}`, text });
  }
  return outcome;
}

const cameToNothing: ReadonlySet<Outcome['status']> = new Set(['out-of-budget', 'failed', 'limit', 'auth-failed']);

const purposeWords: Readonly<Record<Purpose, string>> = {
  ideas: 'drawing of ideas',
  tests: 'run that writes tests',
  review: 'review',
  'last-pass': 'last pass',
};
