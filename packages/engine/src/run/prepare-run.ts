// Puts one run together: session, workspace, model, system text, quote. What is wrong with the request is thrown here.
import { join } from 'node:path';
import {
  type AgentState,
  buildSystem,
  defaultAgent,
  loadInstructions,
  modeNote,
  stricterMode,
} from '@monkey-coder/agents';
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
import { createGitRunner, type ProjectFacts, type SandboxStatus, type Workspace } from '@monkey-coder/workspace';
import { runCap } from '../config/policy.ts';
import { defaultSettings } from '../config/settings.ts';
import type { RunConnection, SessionChoice } from '../engine.ts';
import { type Extensions, extensionsOf } from '../extensions/extensions.ts';
import { hooksOf } from '../extensions/hooks-on-demand.ts';
import { keepableLimits } from '../model-calls/budget.ts';
import {
  addEditCount,
  chooseEditFormat,
  countEdits,
  readEditCounts,
  usedEditFormat,
} from '../model-calls/edit-formats.ts';
import { createModelFinder } from '../model-calls/find-model.ts';
import { refuseByPolicy, withCap } from '../model-calls/policy-bounds.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import type { Findings, Ingredients } from '../parts/ingredients.ts';
import { openSession, type RunStart } from '../parts/open-session.ts';
import { planModels } from '../parts/plan-models.ts';
import { createRecorder } from '../parts/recorder.ts';
import type { RunAgent } from '../parts/registry.ts';
import type { RunContext } from '../parts/run-context.ts';
import { createStages } from '../parts/stages.ts';
import { agentOfRun } from './agent-of-run.ts';
import { agentOptionsOf } from './agent-options.ts';
import { beginRun } from './begin-run.ts';
import { modeOfRun } from './mode-of-run.ts';
import { outerProjectNotes } from './outer-project.ts';

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
  const asked = mergeTask(given, start);
  try {
    const agent = await agentOfRun(parts, asked, start, connection);
    const bound = boundByAgent(asked, agent);
    const workspace = await openedIn(parts, bound, connection);
    const finder = createModelFinder({ ...parts, keys: () => parts.keys.readAll() }, connection.signal);
    const plan = await planModels({ parts, task: bound, start, workspace, finder });
    const found = await finder.find(plan.wanted);
    refuseByPolicy(parts.settings.policies, bound, found);
    const { task, strategyNotes } = await withStrategy({ parts, start, workspace, finder, found, plan }, bound);
    const isEphemeral = choice.kind === 'ephemeral';
    const what = { parts, task, start, connection, workspace, found, finder, plan, isEphemeral, agent };
    return await assemble({ ...what, strategyNotes });
  } catch (error) {
    start.session.close();
    if (choice.kind === 'new' || choice.kind === 'fork') parts.sessions.remove(start.session.id);
    throw error;
  }
}

/** The folder of a run, through the editor where there is one; candidates work in copies, which no editor knows. */
async function openedIn(parts: EngineParts, { cwd, addDirs }: Task, { editor }: RunConnection): Promise<Workspace> {
  const workspace = await parts.openWorkspace(cwd, addDirs);
  if (editor === undefined || parts.parentScope !== undefined) return workspace;
  return (await import('./editor-workspace.ts')).withEditor(workspace, editor);
}

/** A run that goes on keeps its request; what the new command line says about limits and permissions counts. */
function mergeTask(given: Task, start: RunStart): Task {
  const old = start.unfinished?.started.task;
  if (!old) return given;
  // Checks run without being asked about: only those this user gave here, not what an imported session says of itself.
  const first = start.prior[0];
  const isOwn = first?.type === 'session.started' && !first.forkedFrom;
  const { candidates, strategy, candidateModels, work } = old;
  const kept = {
    ...(candidates === undefined ? {} : { candidates }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(candidateModels === undefined ? {} : { candidateModels }),
    ...(work === undefined ? {} : { work }),
  };
  return {
    ...given,
    ...kept,
    prompt: old.prompt,
    checks: [...new Set([...(isOwn ? old.checks : []), ...given.checks])],
  };
}

/** The task with the candidates that foresight asks for, where it was left to it, and never more than its cap can carry. A run that goes on is not decided anew. */
async function withStrategy(
  given: Pick<Ingredients, 'parts' | 'start' | 'workspace' | 'finder' | 'found' | 'plan'>,
  task: Task,
): Promise<{ readonly task: Task; readonly strategyNotes: readonly string[] }> {
  if (given.start.unfinished !== undefined) return { task, strategyNotes: [] };
  if (task.candidates !== undefined) {
    const { candidatesInBudget } = await import('./candidates-in-budget.ts');
    return candidatesInBudget(given, task);
  }
  if (task.strategy !== 'auto') return { task, strategyNotes: [] };
  const { chooseStrategy } = await import('./choose-strategy.ts');
  return chooseStrategy(given, task);
}

/** Whether the agent that was named never changes anything: an answer is all that is wanted of it. */
function onlyReads({ agent }: Pick<Ingredients, 'agent'>): boolean {
  return agent?.chosenBy === 'user' && agent.definition.permissionMode === 'plan';
}

/** Who names an agent takes its bounds and its model too; one that the task called for only lends its words. */
function boundByAgent(task: Task, agent: RunAgent | undefined): Task {
  if (agent?.chosenBy !== 'user') return task;
  const { permissionMode, model } = agent.definition;
  return {
    ...task,
    permissionMode: stricterMode(task.permissionMode, permissionMode),
    ...(task.model === undefined && model !== undefined ? { model } : {}),
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
  const extensions = await extensionsOf(given);
  const { system, notices } = await systemText(given, project, extensions);
  const { editFormat, keepCount } = editFormatOf(given);
  const pending: string[] = [];
  const opened = await hooksOf(given, (text) =>
    context.recorder.record({ type: 'notice', level: 'warning', code: 'hook', text }),
  );
  const context: RunContext = contextOf(given, {
    project,
    isSandboxed: sandbox.kind !== 'none',
    system,
    limits: money.limits,
    startedAt: parts.now(),
    editFormat,
    pending,
    tools: extensions.tools,
    secrets: extensions.secrets,
    ...(opened === undefined ? {} : { hooks: opened.hooks }),
  });
  await opened?.begin(pending);
  const state = await beginRun({
    parts,
    start,
    found,
    context,
    sandbox: sandboxLine(sandbox),
    route: given.plan.route,
    dearest: given.plan.dearest,
    agent: given.agent,
    notes: [...money.notes, ...notesOf(given, project), ...notices, ...extensions.notes, ...(opened?.notes ?? [])],
    pending,
  });
  const note = knowsPlanMode(given) ? modeNote(system, state.messages, task.permissionMode) : undefined;
  if (note !== undefined) pending.push(note);
  if (context.taskKind === 'change' && task.permissionMode !== 'plan') workspace.snapshots.prepare();
  const close = async (): Promise<void> => {
    keepCount(context.recorder.events);
    await countAgent(given, context);
    parts.traffic.flush();
    await opened?.end();
    await extensions.close();
    await workspace.close();
    start.session.close();
  };
  return { context, state, close };
}

/** What there is to say with the quote, beside what the limits say. */
function notesOf({ parts, task, found, agent, strategyNotes }: Ingredients, project: ProjectFacts): string[] {
  const who = agent === undefined ? [] : [`${agent.definition.name} works: ${agent.reason} (--agent names another)`];
  return [...strategyNotes, ...who, ...found.notes, ...outerProjectNotes(task.cwd, project), ...parts.warnings];
}

async function countAgent({ parts, agent }: Ingredients, { recorder }: RunContext): Promise<void> {
  if (agent === undefined) return;
  const { countRun } = await import('../parts/registry.ts');
  countRun(parts, agent.definition, recorder.events, parts.now());
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
  const identity = { runId, recorder, permissionMode: modeOfRun(given, { recorder, pending: findings.pending }) };
  const agentOptions = agentOptionsOf(given, findings, identity);
  const { chain, position, route } = given.plan;
  return {
    task,
    ...(route === undefined ? {} : { forecastAfter: route.forecastAfter }),
    taskKind: start.unfinished?.started.taskKind ?? (onlyReads(given) ? 'question' : kindOfTask(task)),
    runId,
    settings: parts.settings,
    connection,
    workspace,
    facts: findings.project,
    recorder,
    openFolder: (folder, stateFolder) => parts.openWorkspace(folder, [], stateFolder),
    mayLeavePlan: knowsPlanMode(given),
    isSandboxed: findings.isSandboxed,
    runGit: createGitRunner(parts.environment['PATH']),
    priceOf: (inputTokens, outputTokens) =>
      found.price === undefined ? null : costMicroUsd(found.price, { ...noUsage, inputTokens, outputTokens }),
    keepHealth: () => parts.traffic.flush(),
    checksBefore: new Map(),
    newId: parts.newId,
    now: parts.now,
    agentOptions,
    stages: createStages(chain, position, agentOptions, async (name) => {
      const found = await given.finder.find(name);
      refuseByPolicy(parts.settings.policies, task, found);
      return agentOptionsOf({ ...given, found }, findings, identity);
    }),
  };
}

/** Whether plan mode is what its person chose for a task of words: kinds of work, readers and helpers are told otherwise. */
function knowsPlanMode(given: Pick<Ingredients, 'parts' | 'task' | 'agent'>): boolean {
  return given.task.work === undefined && given.parts.parentScope === undefined && !onlyReads(given);
}

function kindOfTask({ work, prompt, permissionMode }: Task): TaskKind {
  // In plan mode an answer is all that is wanted.
  if (work === undefined) return permissionMode === 'plan' ? 'question' : taskKindOf(prompt);
  return readingKinds.has(work.kind) ? 'question' : 'change';
}

function isDefault({ name, scope }: RunAgent['definition']): boolean {
  return name === defaultAgent && scope === 'builtin';
}

/** The same bytes for the whole session: a run uses the system text of the one before again, unless another agent takes over. */
async function systemText(
  given: Ingredients,
  project: ProjectFacts,
  { skills, facts }: Extensions,
): Promise<{ system: string; notices: readonly string[] }> {
  const last = given.start.prior.findLast((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const agent = given.agent?.definition;
  if (last && (agent?.name ?? defaultAgent) === (last.agent?.name ?? defaultAgent))
    return { system: last.system, notices: [] };
  const instructions = await loadInstructions({ workspace: given.workspace, userFile: given.parts.userInstructions });
  const { task, workspace } = given;
  return {
    system: buildSystem({
      root: workspace.root,
      addedFolders: workspace.addedFolders,
      platform: process.platform,
      project,
      instructions: instructions.files,
      ...(skills === undefined ? {} : { skills }),
      ...(facts === undefined ? {} : { facts }),
      ...(agent === undefined || isDefault(agent) ? {} : { agent: { ...agent, onlyReads: onlyReads(given) } }),
      // A kind of work that only reads says so in its request: the head of all of them is the same.
      permissionMode: onlyReads(given) || task.work !== undefined ? 'default' : task.permissionMode,
      ...(task.outputSchema === undefined ? {} : { outputSchema: task.outputSchema as JsonObject }),
    }),
    notices: instructions.notices,
  };
}
