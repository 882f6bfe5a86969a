// Gives an exploration what it needs of the engine: runs in its name, folders below the data folder; of an ephemeral one nothing is left.
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isMonkeyError, type Outcome, type Task } from '@monkey-coder/protocol';
import type { RunConnection, RunReport, SessionChoice } from '../engine.ts';
import { runScope } from './budget.ts';
import type { EngineParts } from './engine-parts.ts';
import { explore } from './explore.ts';
import type { RunContext } from './run-context.ts';

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
  const left = { folders: [] as string[], sessions: new Set<string>() };
  // Money of the workflow that the exploring run belongs to stays around that of the run.
  const outerScopes = [...(parts.outerScopes ?? []), ...(parts.parentScope === undefined ? [] : [parts.parentScope])];
  const own = { ...parts, outerScopes, ...(isEphemeral ? { rememberRoute: () => undefined } : {}) };
  try {
    return await explore(context, {
      makeFolder: (name) => {
        const folder = join(parts.homes.data, 'candidates', name);
        mkdirSync(folder, { recursive: true });
        left.folders.push(folder);
        return realpathSync(folder);
      },
      runCandidate: async (task, session, { repairs, ...watch }) => {
        const report = await run({ ...own, parentScope, settings: { ...parts.settings, repairs } }, task, session, {
          ...watch,
          gate: connection.gate,
          ...(connection.permissionMode && task.permissionMode !== 'plan'
            ? { permissionMode: connection.permissionMode }
            : {}),
        });
        left.sessions.add(report.sessionId);
        return report;
      },
    });
  } finally {
    if (isEphemeral) removeAll(parts, left);
  }
}

function removeAll(
  parts: EngineParts,
  left: { readonly folders: readonly string[]; readonly sessions: ReadonlySet<string> },
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
