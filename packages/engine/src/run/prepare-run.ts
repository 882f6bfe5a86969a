// Puts one run together: session, workspace, model, system text, quote. What is wrong with the request is thrown here.
import { join } from 'node:path';
import { type AgentState, buildSystem, loadInstructions } from '@monkey-coder/agents';
import { costMicroUsd } from '@monkey-coder/models';
import {
  type Event,
  type EventOf,
  type JsonObject,
  MonkeyError,
  microUsd,
  noUsage,
  readingKinds,
  type Task,
  type TaskKind,
} from '@monkey-coder/protocol';
import { taskKindOf } from '@monkey-coder/router';
import { createGitRunner, type ProjectFacts, type SandboxStatus } from '@monkey-coder/workspace';
import { runCap } from '../config/policy.ts';
import { defaultSettings } from '../config/settings.ts';
import type { RunConnection, SessionChoice } from '../engine.ts';
import { agentOptionsOf } from './agent-options.ts';
import { beginRun } from './begin-run.ts';
import { keepableLimits } from './budget.ts';
import { addEditCount, chooseEditFormat, countEdits, readEditCounts, usedEditFormat } from './edit-formats.ts';
import type { EngineParts } from './engine-parts.ts';
import { createModelFinder } from './find-model.ts';
import type { Findings, Ingredients } from './ingredients.ts';
import { openSession, type RunStart } from './open-session.ts';
import { outerProjectNotes } from './outer-project.ts';
import { planModels } from './plan-models.ts';
import { refuseByPolicy, withCap } from './policy-bounds.ts';
import { createRecorder } from './recorder.ts';
import type { RunContext } from './run-context.ts';
import { createStages } from './stages.ts';

/** A run that can be executed, and what must be closed after it. */
export interface PreparedRun {
  readonly context: RunContext;
  readonly state: AgentState;
  close(): Promise<void>;
}

/** Prepares a run. Throws MonkeyError before anything is recorded that could not be gone on with. */
export async function prepareRun(
  parts: EngineParts,
  given: Task,
  choice: SessionChoice,
  connection: RunConnection,
): Promise<PreparedRun> {
  const start = openSession(parts.sessions, choice, given, {
    newSessionId: () => parts.newId('ses'),
    productVersion: parts.productVersion,
    now: parts.now,
  });
  const task = mergeTask(given, start);
  try {
    const workspace = await parts.openWorkspace(task.cwd, task.addDirs);
    const finder = createModelFinder({ ...parts, keys: () => parts.keys.readAll() }, connection.signal);
    const plan = await planModels({ parts, task, start, workspace, finder });
    const found = await finder.find(plan.wanted);
    refuseByPolicy(parts.settings.policies, task, found);
    const isEphemeral = choice.kind === 'ephemeral';
    return await assemble({ parts, task, start, connection, workspace, found, finder, plan, isEphemeral });
  } catch (error) {
    start.session.close();
    if (choice.kind === 'new' || choice.kind === 'fork') parts.sessions.remove(start.session.id);
    throw error;
  }
}

/** A run that goes on keeps its request; what the new command line says about limits and permissions counts. */
function mergeTask(given: Task, start: RunStart): Task {
  const old = start.unfinished?.started.task;
  if (!old) return given;
  // Checks run without being asked about: only those this user gave here, not what an imported session says of itself.
  const first = start.prior[0];
  const isOwn = first?.type === 'session.started' && !first.forkedFrom;
  const { candidates, work } = old;
  const kept = { ...(candidates === undefined ? {} : { candidates }), ...(work === undefined ? {} : { work }) };
  return {
    ...given,
    ...kept,
    prompt: old.prompt,
    checks: [...new Set([...(isOwn ? old.checks : []), ...given.checks])],
  };
}

async function assemble(given: Ingredients): Promise<PreparedRun> {
  const { parts, task, start, workspace, found } = given;
  // Planning has no lease on the checkout: a step that is open may belong to a run that is at work.
  const recovery = task.permissionMode === 'plan' ? undefined : workspace.snapshots.recover();
  const [project, sandbox] = await Promise.all([
    workspace.project(),
    sandboxOf(given),
    recovery,
    workspace.commands.recover(),
  ]);
  const money = boundsOf(given);
  const { system, notices } = await systemText(given, project);
  const { editFormat, keepCount } = editFormatOf(given);
  const pending: string[] = [];
  const context = contextOf(given, {
    project,
    isSandboxed: sandbox.kind !== 'none',
    system,
    limits: money.limits,
    startedAt: parts.now(),
    editFormat,
    pending,
  });
  const state = await beginRun({
    parts,
    start,
    found,
    context,
    sandbox: sandboxLine(sandbox),
    route: given.plan.route,
    dearest: given.plan.dearest,
    notes: [...money.notes, ...found.notes, ...outerProjectNotes(task.cwd, project), ...notices, ...parts.warnings],
    pending,
  });
  if (context.taskKind === 'change' && task.permissionMode !== 'plan') workspace.snapshots.prepare();
  return {
    context,
    state,
    async close() {
      keepCount(context.recorder.events);
      parts.traffic.flush();
      await workspace.close();
      start.session.close();
    },
  };
}

/** A session keeps the format it began with; what the edits of a run came to is counted at its end. */
function editFormatOf({ parts, start, found }: Ingredients) {
  const path = join(parts.homes.state, 'edit-formats.json');
  const model = `${found.target.provider}/${found.target.model}`;
  const counts = readEditCounts(path, model);
  const hasRun = start.prior.some((event) => event.type === 'run.started');
  const editFormat = usedEditFormat(start.prior) ?? (hasRun ? 'old-new-string' : chooseEditFormat(counts));
  const keepCount = (events: readonly Event[]): void => {
    addEditCount(path, { model, format: editFormat, count: countEdits(events), now: parts.now() });
  };
  return { editFormat, keepCount };
}

/** The limits that hold, and what there is to say about them. */
function boundsOf({
  parts,
  task,
  found,
}: Ingredients): Pick<Findings, 'limits'> & { readonly notes: readonly string[] } {
  const cap = runCap(parts.settings.policies);
  const wanted = withCap(task.limits, cap?.usd);
  const kept = keepableLimits(wanted, found, parts.settings, microUsd(defaultSettings.limits.maxBudgetUsd ?? 0));
  const isCapped = cap !== undefined && wanted !== task.limits;
  return {
    limits: kept.limits,
    notes: [...(isCapped ? [`at most $${cap.usd} a run (policy in ${cap.source})`] : []), ...kept.notes],
  };
}

/** What bounds commands. Throws MonkeyError `permission.denied` when a sandbox is required and there is none. */
async function sandboxOf({ parts, workspace }: Ingredients): Promise<SandboxStatus> {
  const wanted = parts.settings.sandbox;
  if (wanted === 'off') return { kind: 'none', enforced: [], notEnforced: ['switched off by configuration'] };
  const status = await workspace.commands.sandbox();
  if (wanted === 'required' && status.kind === 'none') {
    throw new MonkeyError(
      'permission.denied',
      `a sandbox is required and there is none: ${status.notEnforced.join('; ')}`,
      {
        advice: 'Install bubblewrap, or set the sandbox to preferred.',
      },
    );
  }
  return status;
}

function sandboxLine(sandbox: SandboxStatus): string {
  return sandbox.kind === 'none'
    ? `none (${sandbox.notEnforced.join('; ')})`
    : `${sandbox.kind} (${sandbox.enforced.join('; ')})`;
}

function contextOf(given: Ingredients, findings: Findings): RunContext {
  const { parts, task, start, connection, workspace, found } = given;
  const runId = start.unfinished?.runId ?? parts.newId('run');
  const recorder = createRecorder({
    session: start.session,
    runId,
    earlier: start.unfinished?.events ?? [],
    listener: connection.onEvent,
    now: parts.now,
  });
  const agentOptions = agentOptionsOf(given, findings, { runId, recorder });
  const { chain, position } = given.plan;
  return {
    task,
    taskKind: start.unfinished?.started.taskKind ?? kindOfTask(task),
    runId,
    settings: parts.settings,
    connection,
    workspace,
    facts: findings.project,
    recorder,
    openFolder: (folder, stateFolder) => parts.openWorkspace(folder, [], stateFolder),
    isSandboxed: findings.isSandboxed,
    runGit: createGitRunner(parts.environment['PATH']),
    priceOf: (inputTokens, outputTokens) =>
      found.price === undefined ? null : costMicroUsd(found.price, { ...noUsage, inputTokens, outputTokens }),
    keepHealth: () => parts.traffic.flush(),
    newId: parts.newId,
    now: parts.now,
    agentOptions,
    stages: createStages(chain, position, agentOptions, async (name) => {
      const found = await given.finder.find(name);
      refuseByPolicy(parts.settings.policies, task, found);
      return agentOptionsOf({ ...given, found }, findings, { runId, recorder });
    }),
  };
}

function kindOfTask({ work, prompt }: Task): TaskKind {
  if (work === undefined) return taskKindOf(prompt);
  return readingKinds.has(work.kind) ? 'question' : 'change';
}

/** The same bytes for the whole session: the first run's system text is used again by all later ones. */
async function systemText(
  given: Ingredients,
  project: ProjectFacts,
): Promise<{ system: string; notices: readonly string[] }> {
  const first = given.start.prior.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  if (first) return { system: first.system, notices: [] };
  const instructions = await loadInstructions({ workspace: given.workspace, userFile: given.parts.userInstructions });
  const { task, workspace } = given;
  return {
    system: buildSystem({
      root: workspace.root,
      addedFolders: workspace.addedFolders,
      platform: process.platform,
      project,
      instructions: instructions.files,
      // A kind of work that only reads says so in its request: the head of all of them is the same.
      permissionMode: task.work === undefined ? task.permissionMode : 'default',
      ...(task.outputSchema === undefined ? {} : { outputSchema: task.outputSchema as JsonObject }),
    }),
    notices: instructions.notices,
  };
}
