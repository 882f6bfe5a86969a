// Runs a workflow: its session, its money, its crew, and its end on record.
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRedactor, WorkStopped } from '@monkey-coder/agents';
import {
  type Event,
  type EventBody,
  type EventOf,
  isMonkeyError,
  type JsonValue,
  MonkeyError,
  microUsd,
  type Task,
} from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import { projectKey } from '../config/homes.ts';
import { defaultSettings } from '../config/settings.ts';
import type { RunConnection, RunReport, SessionChoice, WorkflowReport, WorkflowRequest } from '../engine.ts';
import type { EngineParts, OuterScope } from '../parts/engine-parts.ts';
import { knownKeys } from '../parts/known-keys.ts';
import { takeLease } from '../sessions/lease.ts';
import type { SessionWriter } from '../sessions/session-store.ts';
import { summarise } from '../sessions/summary.ts';
import { checkWorkflow } from '../workflows/check-workflow.ts';
import { hashOf } from '../workflows/definition-hash.ts';
import { filledInputs } from '../workflows/inputs.ts';
import { createJournal, type Journal } from '../workflows/journal.ts';
import { runWorkflow } from '../workflows/run-workflow.ts';
import type { Workflow } from '../workflows/workflow.ts';
import { type CopyPlaces, createCrew } from './workflow-crew.ts';

/** What a workflow lends the runs of its members: money that counts there too, and tools. */
export type Lent = Pick<EngineParts, 'parentScope' | 'outerScopes' | 'lentTools'>;

/** Runs one piece of a workflow as a run of the engine. */
export type RunMember = (task: Task, session: SessionChoice, lent: Lent) => Promise<RunReport>;

type Started = EventOf<'workflow.started'>;
type Finished = Extract<EventBody, { type: 'workflow.finished' }>;

/** Begins a workflow or goes on with one. Throws MonkeyError `usage.invalid`, `session.not-found`, `workspace.in-use` before anything is done. */
export async function executeWorkflow(
  parts: EngineParts,
  request: WorkflowRequest,
  connection: RunConnection,
  runMember: RunMember,
): Promise<WorkflowReport> {
  const { session, started, earlier } = open(parts, request);
  try {
    const journal = createJournal(session, earlier, connection.onEvent);
    if (started !== undefined) journal.record({ type: 'workflow.resumed', afterSeq: earlier.at(-1)?.seq ?? 0 });
    const start = started === undefined ? begin(journal, request) : { ...started, ...ownCap(request.task) };
    const workflow = checked(start.definition);
    const end = await walk({ parts, request, connection, runMember, journal, workflow, start });
    journal.record(end);
    return { sessionId: session.id, ...end, output: end.output as JsonValue };
  } finally {
    session.close();
  }
}

interface Opened {
  readonly session: SessionWriter;
  readonly started: Started | undefined;
  readonly earlier: readonly Event[];
}

function open({ sessions }: EngineParts, { task, resume }: WorkflowRequest): Opened {
  if (resume === undefined) return { session: sessions.create({ cwd: task.cwd }), started: undefined, earlier: [] };
  const session = sessions.open(resume);
  const earlier = sessions.read(resume);
  const started = earlier.find((event): event is Started => event.type === 'workflow.started');
  const end = earlier.findLast((event): event is EventOf<'workflow.finished'> => event.type === 'workflow.finished');
  const problem =
    started === undefined
      ? `session ${resume} is no workflow`
      : end?.status === 'done' || end?.status === 'failed'
        ? `the workflow of session ${resume} has ended (${end.status}); start it anew`
        : undefined;
  if (problem === undefined) return { session, started, earlier };
  session.close();
  throw new MonkeyError('usage.invalid', problem);
}

function checked(definition: unknown): Workflow {
  const result = checkWorkflow(definition);
  if (result.kind === 'valid') return result.workflow;
  const [first] = result.problems;
  throw new MonkeyError('usage.invalid', `this is no workflow: ${first?.path.join('.')}: ${first?.message}`, {
    advice: 'monkey workflow validate FILE says where.',
  });
}

function begin(journal: Journal, { definition, inputs, task }: WorkflowRequest): Extract<EventBody, Started> {
  const workflow = checked(definition);
  const started = {
    type: 'workflow.started',
    name: workflow.workflow,
    version: workflow.version,
    hash: hashOf(workflow.definition),
    definition: { ...workflow.definition },
    inputs: inputsOf(workflow, inputs),
    ...budgetOf(workflow, task),
    maxDurationMs: Math.min(task.limits.maxDurationMs, (workflow.budget?.minutes ?? Number.POSITIVE_INFINITY) * 60_000),
  } as const;
  journal.record(started);
  return started as Extract<EventBody, Started>;
}

/** The smaller of the caps that somebody set. */
function budgetOf({ budget }: Workflow, task: Task): { readonly maxCostMicroUsd?: number } {
  const own = ownCap(task);
  if (budget?.usd === undefined) return own;
  return { maxCostMicroUsd: Math.min(microUsd(budget.usd), own.maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER) };
}

/** The cap a person set; nothing for the default one of runs, which is kept by what is left of it. One that is given when it goes on replaces what held before. */
function ownCap({ limits }: Task): { readonly maxCostMicroUsd?: number } {
  const { maxCostMicroUsd } = limits;
  const isDefault = maxCostMicroUsd === microUsd(defaultSettings.limits.maxBudgetUsd ?? 0);
  return maxCostMicroUsd === undefined || isDefault ? {} : { maxCostMicroUsd };
}

function inputsOf(workflow: Workflow, given: WorkflowRequest['inputs']): Record<string, JsonValue> {
  const filled = filledInputs(workflow, given);
  if (filled.kind === 'filled') return filled.inputs;
  throw new MonkeyError('usage.invalid', filled.message, { advice: 'Give inputs as --input name=value.' });
}

interface Walking {
  readonly parts: EngineParts;
  readonly request: WorkflowRequest;
  readonly connection: RunConnection;
  readonly runMember: RunMember;
  readonly journal: Journal;
  readonly workflow: Workflow;
  readonly start: Pick<Started, 'inputs' | 'maxCostMicroUsd' | 'maxDurationMs'>;
}

async function walk(walking: Walking): Promise<Finished> {
  const { journal, workflow, start } = walking;
  const end = (status: Finished['status'], reason: string, output: unknown = ''): Finished => ({
    type: 'workflow.finished',
    status,
    reason,
    output,
    costMicroUsd: spentOf(journal, (id) => summarise(id, walking.parts.sessions.read(id))?.costMicroUsd ?? 0),
  });
  try {
    const crew = crewOf(walking);
    const result = await runWorkflow({ workflow, inputs: start.inputs as Record<string, JsonValue>, crew });
    const isDone = result.status !== 'failed';
    return end(isDone ? 'done' : 'failed', result.reason, result.data ?? result.text);
  } catch (error) {
    if (error instanceof WorkStopped) return end(error.status, error.message);
    // What is wrong with keys, settings or the folder can be put right: the workflow goes on after that.
    if (isMonkeyError(error)) journal.record(end('interrupted', error.message));
    throw error;
  }
}

function crewOf({ parts, request, connection, runMember, journal, workflow, start }: Walking) {
  return createCrew({
    journal,
    sessions: parts.sessions,
    members: workflow.agents,
    task: request.task,
    prefix: '',
    scopes: [scopeOf(journal, start, request.task)],
    deadline: parts.now() + start.maxDurationMs,
    gate: connection.gate,
    signal: connection.signal,
    now: parts.now,
    answers: request.answers,
    run: (task, session, { tools, scopes: [parentScope, ...outerScopes] }) =>
      runMember(task, session, { ...(parentScope ? { parentScope } : {}), outerScopes, lentTools: tools }),
    copies: copyPlaces(parts),
    redact: createRedactor(knownKeys(parts)).redact,
  });
}

/** The money of the whole: the cap somebody set, or the default one, which is dropped where a price is unknown. */
function scopeOf(journal: Journal, start: Pick<Started, 'maxCostMicroUsd'>, { limits }: Task): OuterScope {
  const id = `workflow:${journal.sessionId}`;
  if (start.maxCostMicroUsd !== undefined) return { id, limitMicroUsd: start.maxCostMicroUsd };
  const { maxCostMicroUsd } = limits;
  return maxCostMicroUsd === undefined ? { id } : { id, limitMicroUsd: maxCostMicroUsd, isDefaultCap: true };
}

function copyPlaces(parts: EngineParts): CopyPlaces {
  return {
    makeFolder(name) {
      const folder = join(parts.homes.data, 'copies', name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      return realpathSync(folder);
    },
    newChangeId: () => parts.newId('run'),
    async withFolder<T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
      const lease = takeLease(join(parts.homes.state, 'leases', `${projectKey(folder)}.json`), 'copies', parts.now());
      if (lease.kind !== 'held')
        throw new MonkeyError('workspace.in-use', `another monkey (pid ${lease.holder.pid}) is working in ${folder}`, {
          advice: 'Wait for it to end, then: monkey workflow resume.',
        });
      const workspace = await parts.openWorkspace(folder, []);
      try {
        return await work(workspace);
      } finally {
        await workspace.close();
        lease.release();
      }
    },
  };
}

/** Micro-dollars of all members' work on record, that of steps which were cut off too; null when a price is unknown. */
function spentOf({ past }: Journal, costOfSession: (id: string) => number): number | null {
  let sum = 0;
  const open = new Map<string, string>();
  for (const event of past) {
    if (event.type === 'step.started' && event.agentSession !== undefined) open.set(event.step, event.agentSession);
    if (event.type !== 'step.finished') continue;
    if (event.result.costMicroUsd === null) return null;
    open.delete(event.step);
    sum += event.result.costMicroUsd;
  }
  return [...open.values()].reduce((all, id) => all + costOfSession(id), sum);
}
