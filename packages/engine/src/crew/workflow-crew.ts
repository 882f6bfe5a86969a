// The crew of a workflow: each request to a member is a run of the engine with a session of its own, named in the journal before
// it begins. So after a crash a run that has its end is only read, and one that was cut off goes on where it stood.
import {
  breakerAfter,
  createTeamTool,
  decided,
  failedStep,
  type Gate,
  type MemberRequest,
  type PersonQuestion,
  rejectionOf,
  stricterMode,
  type TeamEvent,
  type Tool,
  WorkStopped,
} from '@monkey-coder/agents';
import {
  type Event,
  type EventOf,
  type JsonValue,
  microUsd,
  type Outcome,
  parseJson,
  type StepResult,
  type Task,
} from '@monkey-coder/protocol';
import type { Workspace } from '@monkey-coder/workspace';
import type { SessionChoice } from '../engine.ts';
import { stripFence } from '../outcome/structured-answer.ts';
import type { OuterScope } from '../parts/engine-parts.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Journal } from '../workflows/journal.ts';
import type { WorkCrew } from '../workflows/work-crew.ts';
import type { Member, Workflow } from '../workflows/workflow.ts';
import { type CopyMeans, openCopies } from './workflow-copies.ts';

/** What a crew is made of. */
export interface CrewParts {
  readonly journal: Journal;
  readonly sessions: SessionStore;
  readonly members: Readonly<Record<string, Member>>;
  /** What the person who started the workflow allows. */
  readonly task: Task;
  /** Begins the keys of all its steps: those of a workflow that is called have keys below the call. */
  readonly prefix: string;
  /** Money over the whole, of the innermost workflow first. */
  readonly scopes: readonly OuterScope[];
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** What a person answered on the command line, by step. */
  readonly answers: Readonly<Record<string, string>>;
  readonly run: RunPiece;
  readonly copies: CopyPlaces;
  /** Takes keys out of what members tell each other. */
  readonly redact: (text: string) => string;
}

/** Runs a piece of work, with tools and money that are not its own. */
export type RunPiece = (
  task: Task,
  session: SessionChoice,
  lent: { readonly tools: readonly Tool[]; readonly scopes: readonly OuterScope[] },
) => Promise<{ readonly outcome: Outcome }>;

/** Where copies of the files are made, and who may write meanwhile. */
export interface CopyPlaces extends Pick<CopyMeans, 'makeFolder' | 'newChangeId'> {
  /** No other process writes in the folder while `work` runs. */
  readonly withFolder: <T>(folder: string, work: (workspace: Workspace) => Promise<T>) => Promise<T>;
}

/** Makes the crew. */
export function createCrew(parts: CrewParts): WorkCrew {
  return crewOf(parts, new Turnstile());
}

function crewOf(parts: CrewParts, writers: Turnstile): WorkCrew {
  const { journal, signal, task, copies } = parts;
  const crew: WorkCrew = {
    signal,
    past: () => ownEvents(journal.past, parts.prefix),
    note: (body) => journal.note(body),
    askPerson: (question) => askPerson(parts, question),
    teamOf: (step, called) => crewOf(calledParts(parts, step, called), writers),
    makeCopies: (step, branches) =>
      openCopies(
        {
          journal,
          cwd: task.cwd,
          makeFolder: copies.makeFolder,
          newChangeId: copies.newChangeId,
          withCheckout: (work) => writers.alone(() => copies.withFolder(task.cwd, work)),
          crew,
          crewIn: (folder) => crewOf({ ...parts, task: { ...task, cwd: folder } }, new Turnstile()),
        },
        step,
        branches,
      ),
    async ask(request) {
      const known = journal.finished(request.step);
      if (known !== undefined) return known.result;
      const isReader = taskOf(parts, request).permissionMode === 'plan';
      const work = (): Promise<StepResult> => askMember(parts, request);
      return isReader ? work() : writers.alone(work);
    },
  };
  return crew;
}

/** A workflow that is called has a team, a blackboard, messages and facts of its own; money, mode and time of the caller hold. */
function calledParts(
  parts: CrewParts,
  step: string,
  { agents, budget }: Pick<Workflow, 'agents' | 'budget'>,
): CrewParts {
  const own: OuterScope[] =
    budget?.usd === undefined
      ? []
      : [{ id: `workflow:${parts.journal.sessionId}:${step}`, limitMicroUsd: microUsd(budget.usd) }];
  const minutes = budget?.minutes ?? Number.POSITIVE_INFINITY;
  return {
    ...parts,
    members: agents,
    prefix: `${step}.`,
    scopes: [...own, ...parts.scopes],
    deadline: Math.min(parts.deadline, parts.now() + minutes * 60_000),
  };
}

/** Events of one team: not those of the workflows it calls, nor of the one that called it. */
function ownEvents(all: readonly TeamEvent[], prefix: string): readonly TeamEvent[] {
  const calls = all.filter((event) => event.type === 'workflow.called' && event.step.startsWith(prefix));
  if (prefix === '' && calls.length === 0) return all;
  const inner = calls.map((event) => `${event.step}.`);
  return all.filter(({ step }) => step.startsWith(prefix) && !inner.some((below) => step.startsWith(below)));
}

/** Those who may write have the checkout one after another, in the order in which they ask. */
class Turnstile {
  #last: Promise<void> = Promise.resolve();

  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    try {
      return await work();
    } finally {
      leave();
    }
  }
}

async function askMember(parts: CrewParts, request: MemberRequest): Promise<StepResult> {
  const { journal, signal, now, deadline } = parts;
  const { step, member } = request;
  if (signal.aborted) throw new WorkStopped('interrupted', 'it was interrupted');
  if (now() >= deadline) throw new WorkStopped('limit', 'its time is up');
  const begun = journal.started(step);
  if (begun === undefined && breakerAfter(ownEvents(journal.past, parts.prefix), member) === 'open') {
    journal.note({ type: 'step.started', step, kind: 'agent', member });
    return finish(journal, step, failedStep(rejectionOf(member)));
  }
  const agentSession = begun?.agentSession ?? newSession(parts);
  if (begun === undefined) journal.note({ type: 'step.started', step, kind: 'agent', member, agentSession });
  const task = taskOf(parts, request);
  const outcome = await outcomeOf(parts, task, { sessionId: agentSession, tools: toolsOf(parts, request) });
  if (outcome.status === 'interrupted') throw new WorkStopped('interrupted', outcome.reason);
  const isOwnCap = parts.members[member]?.maxUsd !== undefined;
  if (outcome.status === 'out-of-budget' && !isOwnCap) throw new WorkStopped('out-of-budget', outcome.reason);
  return finish(journal, step, resultOf(outcome, task));
}

function finish(journal: Journal, step: string, result: StepResult): StepResult {
  return journal.note({ type: 'step.finished', step, result }).result;
}

/** Made and closed at once: the run opens it again. */
function newSession({ sessions, task, journal }: CrewParts): string {
  const session = sessions.create({ cwd: task.cwd, partOf: journal.sessionId });
  session.close();
  return session.id;
}

function toolsOf({ journal, members, prefix, redact }: CrewParts, { member, step }: MemberRequest): Tool[] {
  if (members[member]?.talks !== true) return [];
  const past = (): readonly TeamEvent[] => ownEvents(journal.past, prefix);
  const names = Object.keys(members);
  const readers = names.filter(
    (name) => members[name]?.talks === true || members[name]?.receives?.includes('messages') === true,
  );
  const tool = createTeamTool({ member, step, members: names, readers, past, note: journal.note, redact });
  return [tool as unknown as Tool];
}

/** Runs it, goes on with it, or reads what it came to. */
async function outcomeOf(
  { sessions, run, scopes }: CrewParts,
  task: Task,
  { sessionId, tools }: { readonly sessionId: string; readonly tools: readonly Tool[] },
): Promise<Outcome> {
  const events = sessions.read(sessionId);
  const hasBegun = events.some((event) => event.type === 'run.started');
  const end = events.findLast((event: Event): event is EventOf<'run.finished'> => event.type === 'run.finished');
  const isOver = end !== undefined && end.outcome.status !== 'interrupted' && end.outcome.status !== 'out-of-budget';
  if (isOver) return end.outcome;
  const { outcome } = await run(
    hasBegun ? { ...task, prompt: '' } : task,
    { kind: 'resume', sessionId },
    { tools, scopes },
  );
  return outcome;
}

/** A member never gets more than the person who started the workflow has: mode, limits, rules are the stricter ones. */
function taskOf(parts: CrewParts, request: MemberRequest): Task {
  const { task, members, now, deadline } = parts;
  const member = members[request.member] ?? {};
  // What a person set is over the whole, and kept by the scopes around each call.
  const { maxCostMicroUsd: _whole, ...limits } = task.limits;
  const cap = member.maxUsd === undefined ? undefined : microUsd(member.maxUsd);
  const model = member.model ?? task.model;
  return {
    ...task,
    prompt: request.prompt,
    ...(model === undefined ? {} : { model }),
    ...(member.agent === undefined ? {} : { agent: member.agent }),
    permissionMode: stricterMode(task.permissionMode, member.mode ?? 'plan'),
    limits: {
      ...limits,
      maxTurns: Math.min(limits.maxTurns, member.maxTurns ?? limits.maxTurns),
      maxDurationMs: Math.max(1, Math.min(limits.maxDurationMs, deadline - now())),
      ...(cap === undefined ? {} : { maxCostMicroUsd: cap }),
    },
    ...(request.answer === undefined ? {} : { outputSchema: request.answer }),
  };
}

const good: readonly Outcome['status'][] = ['verified', 'answered', 'unverified'];

function resultOf(outcome: Outcome, task: Task): StepResult {
  const { status, reason, text, costMicroUsd, changes } = outcome;
  // Whether words are enough is for the workflow to say (`exit`): a prompt of it may ask for an outline as well as for a change.
  const isAnswer = status === 'answered' || (status === 'nothing-done' && text.trim() !== '');
  const isGood = good.includes(status) || isAnswer;
  const data =
    isGood && task.outputSchema !== undefined ? (parseJson(stripFence(text)) as JsonValue | undefined) : undefined;
  return {
    status: isGood ? 'ok' : 'failed',
    text,
    ...(data === undefined ? {} : { data }),
    reason: isAnswer ? 'it answered, no file was changed' : `${status}: ${reason}`,
    costMicroUsd,
    changes: changes.map((change) => change.path),
  };
}

/** Asks once; an answer is kept, that nobody answered is not: the workflow waits, and asks again when it goes on. */
async function askPerson(parts: CrewParts, question: PersonQuestion): Promise<StepResult> {
  const { journal, gate, signal, answers } = parts;
  const { step, fallback } = question;
  const known = journal.finished(step);
  if (known !== undefined) return known.result;
  journal.note({ type: 'step.started', step, kind: 'ask' });
  const given = answers[step];
  if (given !== undefined) return finish(journal, step, saidBy(given, 'a person said'));
  if (gate.available) {
    const { question: text, details } = question;
    const answer = await gate.ask(
      { callId: step, tool: `the workflow to go on: ${text}`, grants: details, reason: 'a checkpoint of the workflow' },
      { signal },
    );
    if (answer.kind === 'answered') return finish(journal, step, saidBy('yes', 'a person said'));
    if (answer.kind === 'denied') {
      const text = answer.message ?? 'no';
      const reason = text === 'no' ? 'a person said no' : `a person said no: ${text}`;
      return finish(journal, step, decided(text, reason, { data: false }));
    }
  }
  if (signal.aborted) throw new WorkStopped('interrupted', 'it was interrupted');
  if (fallback !== undefined) return finish(journal, step, saidBy(fallback, 'nobody could be asked, which counts as'));
  throw new WorkStopped('waiting', `${step} waits for a person: ${question.question}`);
}

/** An answer, with true or false as its data where it is a yes or a no. */
function saidBy(text: string, who: string): StepResult {
  const [yes, no] = [/^\s*y(?:es)?\s*$/i.test(text), /^\s*no?\s*$/i.test(text)];
  return decided(text, `${who} ${text}`, yes || no ? { data: yes } : {});
}
