// Gives an exploration what it needs of the engine: runs in its name, folders below the data folder; of an ephemeral one nothing is left.
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isMonkeyError, type Outcome, type Task } from '@monkey-coder/protocol';
import type { RunConnection, RunReport, SessionChoice } from '../engine.ts';
import { runScope } from '../model-calls/budget.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import type { RunContext } from '../parts/run-context.ts';
import { noCopies } from './candidate-places.ts';
import type { SessionPlace } from './exploration.ts';
import { explore } from './explore.ts';

/** What an exploration is started with. */
export interface ExploreWith {
  readonly parts: EngineParts;
  readonly context: RunContext;
  readonly connection: RunConnection;
  /** Nothing is kept: no folder, no session, nothing for the router to learn from. */
  readonly isEphemeral: boolean;
  readonly run: (
    parts: EngineParts,
    task: Task,
    choice: SessionChoice,
    connection: RunConnection,
  ) => Promise<RunReport>;
}

/** Explores and ends the run. */
export async function exploreWith({ parts, context, connection, isEphemeral, run }: ExploreWith): Promise<Outcome> {
  const { runId, agentOptions } = context;
  const parentScope = runScope(runId, agentOptions.limits);
  const left = { folders: new Set<string>(), sessions: new Set<string>() };
  // Money of the workflow that the exploring run belongs to stays around that of the run.
  const outerScopes = [...(parts.outerScopes ?? []), ...(parts.parentScope === undefined ? [] : [parts.parentScope])];
  const own = { ...parts, outerScopes, ...(isEphemeral ? { rememberRoute: () => undefined } : {}) };
  const home = homeOf(parts);
  try {
    return await explore(context, {
      folderOf: (name) => {
        const folder = join(home, name);
        left.folders.add(folder);
        return folder;
      },
      newSession: (folder) => {
        // Who works in the user's own folder is part of this session: "go on" does not mean it.
        const partOf = folder === context.task.cwd ? { partOf: agentOptions.sessionId } : {};
        const session = parts.sessions.create({ cwd: folder, ...partOf });
        session.close();
        left.sessions.add(session.id);
        return session.id;
      },
      lastSeq: (sessionId) => parts.sessions.read(sessionId).at(-1)?.seq ?? 0,
      runCandidate: async (task, where, { repairs, ...watch }) => {
        const stand = standOf(parts, where);
        if (stand.kind === 'over') return { sessionId: where.sessionId, outcome: stand.outcome };
        const asked = stand.kind === 'begun' ? { ...task, prompt: '' } : task;
        const choice = { kind: 'resume', sessionId: where.sessionId } as const;
        return run({ ...own, parentScope, settings: { ...parts.settings, repairs } }, asked, choice, {
          ...watch,
          onEvent(event) {
            watch.onEvent(event);
            connection.trace?.(event);
          },
          ...(connection.trace === undefined ? {} : { trace: connection.trace }),
          gate: connection.gate,
          ...(connection.permissionMode && task.permissionMode !== 'plan'
            ? { permissionMode: connection.permissionMode }
            : {}),
        });
      },
    });
  } finally {
    if (isEphemeral) removeAll(parts, left);
  }
}

/** Where the folders of candidates are. Throws MonkeyError `workspace.io`. */
function homeOf({ homes }: EngineParts): string {
  const home = join(homes.data, 'candidates');
  try {
    mkdirSync(home, { recursive: true });
    return realpathSync(home);
  } catch (error) {
    throw noCopies(error);
  }
}

type Stand =
  | { readonly kind: 'new' }
  | { readonly kind: 'begun' }
  | { readonly kind: 'over'; readonly outcome: Outcome };

/** What is on record of the run behind a place. One that was interrupted goes on. */
function standOf(parts: EngineParts, { sessionId, afterSeq }: SessionPlace): Stand {
  const last = parts.sessions
    .read(sessionId, afterSeq + 1)
    .findLast(({ type }) => type === 'run.started' || type === 'run.resumed' || type === 'run.finished');
  if (last === undefined) return { kind: 'new' };
  if (last.type !== 'run.finished' || last.outcome.status === 'interrupted') return { kind: 'begun' };
  return { kind: 'over', outcome: last.outcome };
}

function removeAll(
  parts: EngineParts,
  left: { readonly folders: ReadonlySet<string>; readonly sessions: ReadonlySet<string> },
): void {
  for (const folder of left.folders) rmSync(folder, { recursive: true, force: true });
  for (const id of left.sessions) {
    try {
      parts.sessions.remove(id);
    } catch (error) {
      // One that is gone already is what was wanted.
      if (!isMonkeyError(error)) throw error;
    }
  }
}
