// Composes the engine: stores, ledger, workspaces. Below this nothing reads the environment, the clock or chance by itself.
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  type Event,
  errorMessage,
  type IdPrefix,
  isMonkeyError,
  MonkeyError,
  type Outcome,
  type Task,
} from '@monkey-coder/protocol';
import {
  createWorkspace,
  type SnapshotEntry,
  type UndoReport,
  type UndoTarget,
  type Workspace,
} from '@monkey-coder/workspace';
import { type Homes, projectKey } from '../config/homes.ts';
import { createKeyCommands } from '../config/key-command.ts';
import { createKeyStore } from '../config/key-store.ts';
import { searchEmbedder } from '../config/search-embedder.ts';
import type { Settings } from '../config/settings.ts';
import type { Engine, RunConnection, RunReport, SessionChoice, WorkflowReport, WorkflowRequest } from '../engine.ts';
import { createJsonlLedger } from '../ledger/jsonl-ledger.ts';
import { createModelTraffic } from '../model-calls/model-traffic.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import type { RunContext } from '../parts/run-context.ts';
import { appendToRouterLog, routerLogPath } from '../routing/router-log.ts';
import { runRecord } from '../routing/run-record.ts';
import { filesToLookAt } from '../routing/written-files.ts';
import { executeRun } from '../run/execute-run.ts';
import { type PreparedRun, prepareRun } from '../run/prepare-run.ts';
import { createJsonlSessionStore } from '../sessions/jsonl-session-store.ts';
import { type Lease, type LeaseTaken, takeLease } from '../sessions/lease.ts';
import { explainTask } from './explain-task.ts';
import { watchLength } from './long-run.ts';
import { traced, tracedEnvironment, traceOf } from './traced.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly homes: Homes;
  readonly settings: Settings;
  /** Warnings about the settings, shown with each quote. */
  readonly warnings?: readonly string[];
  readonly productVersion: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: (prefix: IdPrefix) => string;
}

/** Makes an engine; nothing is read or written before it is used. */
export function createEngine(options: EngineOptions): Engine {
  const trace = traceOf(options);
  const parts = createParts(options, tracedEnvironment(options.environment, trace));
  return {
    sessions: parts.sessions,
    run: (task, session, connection) =>
      traced(options, trace, connection, (listened) => run(parts, task, session, listened)),
    workflow: (request, connection) =>
      traced(options, trace, connection, (listened) => workflow(parts, request, listened)),
    undo: (cwd, target, options) => undo(parts, cwd, target, options),
    diff: (cwd, range) => withWorkspace(parts, realFolder(cwd), ({ snapshots }) => snapshots.diff(range)),
    route: (task) => explainTask(parts, { ...task, cwd: realFolder(task.cwd) }),
    judge: async (sessionId, signal) => judge(parts, sessionId, signal),
    experience: async () => {
      const { createRouterStore } = await import('../routing/lazy.ts');
      return createRouterStore(parts.homes.state, parts.now).records();
    },
    learnFrom: async (shared) => {
      const { createRouterStore } = await import('../routing/lazy.ts');
      return createRouterStore(parts.homes.state, parts.now).add(shared);
    },
    close: async () => undefined,
  };
}

function createParts(options: EngineOptions, commandEnvironment: EngineOptions['environment']): EngineParts {
  const { homes, now, newId } = options;
  // Where vectors cannot be had, the agent's search goes by words; `monkey search --ranked` says why.
  const embedder = searchEmbedder(options.settings, () => undefined);
  return {
    ...options,
    warnings: options.warnings ?? [],
    userInstructions: join(homes.config, 'AGENTS.md'),
    sessions: createJsonlSessionStore({
      folder: join(homes.state, 'sessions'),
      productVersion: options.productVersion,
      now,
      newSessionId: () => newId('ses'),
    }),
    ledger: createJsonlLedger({
      path: join(homes.state, 'ledger.jsonl'),
      now,
      newId: () => newId('res'),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    }),
    keys: createKeyStore(homes.config),
    keyCommands: createKeyCommands(options.environment),
    traffic: createModelTraffic({ healthPath: join(homes.state, 'health.json'), settings: options.settings, now }),
    rememberRoute: (line) => appendToRouterLog(routerLogPath(homes.state), line, now()),
    openWorkspace: async (root, addedFolders, stateFolder = homes.state) =>
      createWorkspace({
        root,
        addedFolders,
        stateFolder,
        protectedFolders: [homes.config],
        environment: commandEnvironment,
        now,
        newId,
        ...(embedder === undefined ? {} : { embedder }),
      }),
  };
}

async function run(
  parts: EngineParts,
  given: Task,
  choice: SessionChoice,
  connection: RunConnection,
): Promise<RunReport> {
  const task = { ...given, cwd: realFolder(given.cwd) };
  let lease = task.permissionMode === 'plan' ? undefined : takeCheckout(parts, task.cwd);
  const leavePlan = (): string | undefined => {
    if (lease !== undefined) return undefined;
    const taken = leaseOf(parts, task.cwd);
    if (taken.kind === 'taken') return inUse(taken, task.cwd);
    lease = taken;
    return undefined;
  };
  try {
    const prepared = await prepareRun({ ...parts, leavePlan }, task, choice, {
      ...connection,
      onEvent: watchLength(connection.onEvent),
    });
    try {
      const outcome = await (prepared.context.task.candidates === undefined
        ? executeRun(prepared.context, prepared.state)
        : exploreRun(parts, prepared, connection, choice.kind === 'ephemeral'));
      // Candidates are runs of their own and were learnt from as such.
      if (choice.kind !== 'ephemeral' && prepared.context.task.candidates === undefined)
        await remember(parts, prepared.context);
      return { sessionId: prepared.context.agentOptions.sessionId, runId: prepared.context.runId, outcome };
    } finally {
      await prepared.close();
    }
  } finally {
    lease?.release();
  }
}

/** The run as an exploration; its code is read only then. */
async function exploreRun(
  parts: EngineParts,
  prepared: PreparedRun,
  connection: RunConnection,
  isEphemeral: boolean,
): Promise<Outcome> {
  const { exploreWith } = await import('../exploration/explore-with.ts');
  return exploreWith({ parts, context: prepared.context, connection, isEphemeral, run });
}

/** A workflow: its code is read only then. */
async function workflow(
  parts: EngineParts,
  request: WorkflowRequest,
  connection: RunConnection,
): Promise<WorkflowReport> {
  const { executeWorkflow } = await import('../crew/workflow.ts');
  const task = { ...request.task, cwd: realFolder(request.task.cwd) };
  return executeWorkflow(parts, { ...request, task }, connection, (member, session, lent) =>
    run({ ...parts, ...lent }, member, session, connection),
  );
}

/** Writes down what the router can learn from the run. */
async function remember(parts: EngineParts, { recorder, task, settings, workspace }: RunContext): Promise<void> {
  const { valueUsd } = settings.router;
  const unsure = filesToLookAt(recorder.events);
  const found =
    unsure.length === 0 ? undefined : await workspace.changedFiles(new Map(unsure.map((path) => [path, ''])));
  const record = runRecord(recorder.events, {
    project: projectKey(task.cwd),
    valueMicroUsd: valueUsd * 1e6,
    ...(found === undefined ? {} : { found }),
  });
  if (record) parts.rememberRoute(record);
}

/** Who may change files has the checkout for itself. Throws MonkeyError `workspace.in-use`. */
function takeCheckout(parts: EngineParts, cwd: string): Lease {
  const lease = leaseOf(parts, cwd);
  if (lease.kind === 'held') return lease;
  throw new MonkeyError('workspace.in-use', inUse(lease, cwd), {
    advice: 'Wait for it to end, or work in a git worktree of your own: --worktree.',
  });
}

function leaseOf({ homes, now }: EngineParts, cwd: string): Lease | LeaseTaken {
  return takeLease(join(homes.state, 'leases', `${projectKey(cwd)}.json`), 'run', now());
}

function inUse({ holder }: LeaseTaken, cwd: string): string {
  return `another monkey (pid ${holder.pid}) is working in ${cwd}`;
}

function judge(parts: EngineParts, sessionId: string, signal: 'up' | 'down'): { readonly runId: string } {
  const last = parts.sessions.read(sessionId).findLast((event) => event.type === 'run.finished');
  if (last?.runId === undefined)
    throw new MonkeyError('session.not-found', `session ${sessionId} has no finished run to judge`);
  parts.rememberRoute({ type: 'signal', v: 1, id: last.runId, time: parts.now(), signal });
  return { runId: last.runId };
}

async function withCheckout<T>(
  parts: EngineParts,
  folder: string,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const cwd = realFolder(folder);
  const lease = takeCheckout(parts, cwd);
  try {
    return await withWorkspace(parts, cwd, work);
  } finally {
    lease.release();
  }
}

async function undo(
  parts: EngineParts,
  cwd: string,
  target: UndoTarget,
  options: { readonly preview: boolean; readonly redo?: boolean; readonly file?: string },
): Promise<UndoReport> {
  const { preview, redo = false, file } = options;
  const from = target.kind === 'to' ? { from: target.snapshotId } : {};
  const restore = ({ snapshots }: Workspace): Promise<UndoReport> => {
    if (file !== undefined) return snapshots.restoreFile(file, { ...from, preview });
    return redo ? snapshots.redo(target, { preview }) : snapshots.undo(target, { preview });
  };
  const report = await withCheckout(parts, cwd, async (workspace) => {
    await workspace.snapshots.recover();
    const added = addedFoldersOf(parts, await workspace.snapshots.list());
    return added.length === 0 ? restore(workspace) : withWorkspace(parts, realFolder(cwd), restore, added);
  });
  if (!preview && report.changes.length > 0) {
    recordUndo(parts, report, redo ? 'redo' : 'undo');
    // The router learns from what people take back.
    for (const runId of new Set(report.entries.map((entry) => entry.runId)))
      parts.rememberRoute({ type: 'signal', v: 1, id: runId, time: parts.now(), signal: redo ? 'redone' : 'undone' });
  }
  return report;
}

/** Folders that runs were given beside their own and changed files in: what was done there is taken back there. */
function addedFoldersOf(parts: EngineParts, entries: readonly SnapshotEntry[]): string[] {
  const changedBeside = entries.filter((entry) => entry.changes.some((change) => isAbsolute(change.path)));
  const sessions = [...new Set(changedBeside.map((entry) => entry.sessionId))];
  const folders = sessions.flatMap((id) =>
    readIfThere(parts, id).flatMap((event) => (event.type === 'run.started' ? event.task.addDirs : [])),
  );
  return [...new Set(folders)];
}

function readIfThere(parts: EngineParts, sessionId: string): Event[] {
  try {
    return parts.sessions.read(sessionId);
  } catch (error) {
    if (isMonkeyError(error)) return [];
    throw error;
  }
}

/** The sessions whose steps were taken back say so; one that is gone or in use is left alone: the files are what counts. */
function recordUndo(parts: EngineParts, report: UndoReport, direction: 'undo' | 'redo'): void {
  for (const sessionId of new Set(report.entries.map((entry) => entry.sessionId))) {
    try {
      const session = parts.sessions.open(sessionId);
      session.append({ type: 'undo.done', direction, changes: [...report.changes] });
      session.close();
    } catch (error) {
      if (!isMonkeyError(error)) throw error;
    }
  }
}

async function withWorkspace<T>(
  parts: EngineParts,
  cwd: string,
  work: (workspace: Workspace) => Promise<T>,
  addedFolders: readonly string[] = [],
): Promise<T> {
  const workspace = await parts.openWorkspace(cwd, addedFolders);
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new MonkeyError('usage.invalid', `the folder ${path} cannot be used: ${errorMessage(error)}`);
  }
}
