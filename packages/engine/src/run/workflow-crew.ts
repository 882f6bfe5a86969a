// The crew of a workflow: each request to a member is a run of the engine with a session of its own, named in the journal before
// it begins. So after a crash a run that has its end is only read, and one that was cut off goes on where it stood.
import {
  breakerAfter,
  type Crew,
  createTeamTool,
  decided,
  failedStep,
  type Gate,
  type MemberRequest,
  type PersonQuestion,
  rejectionOf,
  stricterMode,
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
import type { SessionChoice } from '../engine.ts';
import { stripFence } from '../outcome/structured-answer.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import type { Journal } from '../workflows/journal.ts';
import type { Member } from '../workflows/workflow.ts';

/** What a crew is made of. */
export interface CrewParts {
  readonly journal: Journal;
  readonly sessions: SessionStore;
  readonly members: Readonly<Record<string, Member>>;
  /** What the person who started the workflow allows. */
  readonly task: Task;
  /** A cap over the whole is kept by a scope of money around each call. */
  readonly hasBudget: boolean;
  /** Micro-dollars so far; null when a price is unknown. */
  readonly spent: () => number | null;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** What a person answered on the command line, by step. */
  readonly answers: Readonly<Record<string, string>>;
  readonly run: (task: Task, session: SessionChoice, tools: readonly Tool[]) => Promise<{ readonly outcome: Outcome }>;
  /** Takes keys out of what members tell each other. */
  readonly redact: (text: string) => string;
}

/** Makes the crew. */
export function createCrew(parts: CrewParts): Crew {
  const { journal, signal } = parts;
  const writers = new Turnstile();
  return {
    signal,
    past: () => journal.past,
    note: (body) => journal.note(body),
    askPerson: (question) => askPerson(parts, question),
    async ask(request) {
      const known = journal.finished(request.step);
      if (known !== undefined) return known.result;
      const isReader = taskOf(parts, request).permissionMode === 'plan';
      const leave = isReader ? () => undefined : await writers.enter();
      try {
        return await askMember(parts, request);
      } finally {
        leave();
      }
    },
  };
}

/** Those who may write have the checkout one after another, in the order in which they ask. */
class Turnstile {
  #last: Promise<void> = Promise.resolve();

  async enter(): Promise<() => void> {
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    return leave;
  }
}

async function askMember(parts: CrewParts, request: MemberRequest): Promise<StepResult> {
  const { journal, sessions, signal, now, deadline } = parts;
  const { step, member } = request;
  if (signal.aborted) throw new WorkStopped('interrupted', 'it was interrupted');
  if (now() >= deadline) throw new WorkStopped('limit', 'its time is up');
  const begun = journal.started(step);
  if (begun === undefined && breakerAfter(journal.past, member) === 'open') {
    journal.note({ type: 'step.started', step, kind: 'agent', member });
    return finish(journal, step, failedStep(rejectionOf(member)));
  }
  const agentSession = begun?.agentSession ?? newSession(sessions, parts.task.cwd);
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
function newSession(sessions: SessionStore, cwd: string): string {
  const session = sessions.create({ cwd });
  session.close();
  return session.id;
}

function toolsOf({ journal, members, redact }: CrewParts, { member, step }: MemberRequest): Tool[] {
  if (members[member]?.talks !== true) return [];
  const { past, note } = journal;
  const tool = createTeamTool({ member, step, members: Object.keys(members), past: () => past, note, redact });
  return [tool as unknown as Tool];
}

/** Runs it, goes on with it, or reads what it came to. */
async function outcomeOf(
  { sessions, run }: CrewParts,
  task: Task,
  { sessionId, tools }: { readonly sessionId: string; readonly tools: readonly Tool[] },
): Promise<Outcome> {
  const events = sessions.read(sessionId);
  const hasBegun = events.some((event) => event.type === 'run.started');
  const end = events.findLast((event: Event): event is EventOf<'run.finished'> => event.type === 'run.finished');
  const isOver = end !== undefined && end.outcome.status !== 'interrupted' && end.outcome.status !== 'out-of-budget';
  if (isOver) return end.outcome;
  const { outcome } = await run(hasBegun ? { ...task, prompt: '' } : task, { kind: 'resume', sessionId }, tools);
  return outcome;
}

/** A member never gets more than the person who started the workflow has: mode, limits, rules are the stricter ones. */
function taskOf(parts: CrewParts, request: MemberRequest): Task {
  const { task, members, now, deadline } = parts;
  const member = members[request.member] ?? {};
  const { maxCostMicroUsd: _whole, ...limits } = task.limits;
  const cap = capOf(parts, member);
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

/** Its own cap; where nobody set one over the whole, at most what is left of the default one. */
function capOf({ task, hasBudget, spent }: CrewParts, { maxUsd }: Member): number | undefined {
  const own = maxUsd === undefined ? undefined : microUsd(maxUsd);
  const whole = task.limits.maxCostMicroUsd;
  const left = hasBudget || whole === undefined ? undefined : Math.max(0, whole - (spent() ?? 0));
  return own === undefined || left === undefined ? (own ?? left) : Math.min(own, left);
}

const good: readonly Outcome['status'][] = ['verified', 'answered', 'unverified'];

function resultOf(outcome: Outcome, task: Task): StepResult {
  const { status, reason, text, costMicroUsd, changes } = outcome;
  // Who may only read does nothing, whatever its prompt sounds like: its words are what was wanted.
  const isAnswer = status === 'nothing-done' && task.permissionMode === 'plan' && text.trim() !== '';
  const isGood = good.includes(status) || isAnswer;
  const data =
    isGood && task.outputSchema !== undefined ? (parseJson(stripFence(text)) as JsonValue | undefined) : undefined;
  return {
    status: isGood ? 'ok' : 'failed',
    text,
    ...(data === undefined ? {} : { data }),
    reason: isAnswer ? 'it answered' : `${status}: ${reason}`,
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
  if (given !== undefined) return finish(journal, step, decided(given, 'a person answered'));
  if (gate.available) {
    const { question: text, details } = question;
    const answer = await gate.ask(
      { callId: step, tool: `the workflow to go on: ${text}`, grants: details, reason: 'a checkpoint of the workflow' },
      { signal },
    );
    if (answer.kind === 'answered') return finish(journal, step, decided('yes', 'a person said yes'));
    if (answer.kind === 'denied') return finish(journal, step, decided(answer.message ?? 'no', 'a person said no'));
  }
  if (signal.aborted) throw new WorkStopped('interrupted', 'it was interrupted');
  if (fallback !== undefined) return finish(journal, step, decided(fallback, 'nobody could be asked'));
  throw new WorkStopped('waiting', `${step} waits for a person: ${question.question}`);
}
