// The life of a run: the agent works, the checks judge, failing checks go back to the agent, the outcome is recorded.
import { type AgentResult, type AgentState, type AgentStop, createRedactor, runAgent } from '@monkey-coder/agents';
import {
  type EventBody,
  errorMessage,
  type Forecast,
  messageText,
  type Outcome,
  readingKinds,
  toolCalls,
  userMessage,
} from '@monkey-coder/protocol';
import { workKindOf } from '@monkey-coder/router';
import { type Judgement, judge, type Verification } from '../outcome/judge.ts';
import { addUsage, foldRunFacts, type RunFacts } from '../outcome/run-facts.ts';
import { checkAnswer } from '../outcome/structured-answer.ts';
import { type VerifyOptions, verify } from '../outcome/verify.ts';
import type { RunContext } from '../parts/run-context.ts';
import { permitCheck, verificationChecks } from './checks.ts';

/** Runs the agent until the outcome is known, and records it. */
export async function executeRun(given: RunContext, begin: AgentState): Promise<Outcome> {
  let run = given;
  let state = begin;
  let repairs = repairsSoFar(run);
  let answered = alreadyAnswered(begin);
  for (;;) {
    const result: AgentResult = answered ?? (await runAgent({ ...run.stages.current(), state }));
    answered = undefined;
    const planned = await approved(run, result);
    if (planned !== undefined) {
      // Until here an answer was wanted.
      run = { ...run, taskKind: 'change' };
      state = planned;
      continue;
    }
    const facts = foldRunFacts(run.recorder.events);
    // While the checks' processes run, this one has time to write.
    setImmediate(run.keepHealth);
    const verification = await verifyWhenDone(run, result.stop, facts);
    const mayRepair = repairs < repairsOf(run, verification) && !run.connection.signal.aborted;
    if (verification.kind === 'failed' && mayRepair) {
      repairs += 1;
      state = handBack(run, result.state, verification.feedback);
      continue;
    }
    const taken = await escalated(run, result, verification);
    if (taken === undefined) return finish(run, result.stop, verification);
    repairs = 0;
    state = taken;
  }
}

/** Where the agent goes on when it made a plan that a person approves. */
async function approved(run: RunContext, result: AgentResult): Promise<AgentState | undefined> {
  if (run.task.permissionMode !== 'plan' || !run.mayLeavePlan || run.connection.approvePlan === undefined)
    return undefined;
  return (await import('./approve-plan.ts')).approvedPlan(run, result);
}

/** Where a stronger model can take over, or nothing new is broken, one repair must do. */
function repairsOf(run: RunContext, verification: Verification): number {
  const isShort = run.stages.next() !== undefined || (verification.kind === 'failed' && verification.isOld);
  return isShort ? Math.min(1, run.settings.repairs) : run.settings.repairs;
}

/** Repairs since the run last ended, or the last model took over: who goes on with a failed run gives it new tries. */
function repairsSoFar(run: RunContext): number {
  const events = run.recorder.events;
  const since = events.findLastIndex((event) => event.type === 'run.finished' || event.type === 'route.escalated');
  return events.slice(since + 1).filter((event) => event.type === 'message.added' && event.origin === 'verification')
    .length;
}

/** A crash after the last answer and before the verdict: the answer is there, it is not asked and paid for again. */
function alreadyAnswered(state: AgentState): AgentResult | undefined {
  const last = state.messages.at(-1);
  if (last?.role !== 'assistant' || state.openCalls.length > 0 || toolCalls(last).length > 0) return undefined;
  return { stop: { kind: 'finished', text: messageText(last) }, state };
}

/** Hands the run to the next model of its chain when the checks reject, or the model cannot go on; undefined when nobody takes over. */
async function escalated(
  run: RunContext,
  result: AgentResult,
  verification: Verification,
): Promise<AgentState | undefined> {
  const { stages, recorder } = run;
  const to = stages.next();
  const why = reasonToEscalate(result.stop, verification);
  if (to === undefined || why === undefined || run.connection.signal.aborted) return undefined;
  const from = stages.name();
  try {
    await stages.advance();
  } catch (error) {
    const text = `${to} cannot take over: ${errorMessage(error)}`;
    recorder.record({ type: 'notice', level: 'warning', code: 'route.escalation', text });
    return undefined;
  }
  const state = handBack(run, result.state, handOverText(verification));
  recorder.record({ type: 'route.escalated', from, to, ...why, ...quoteOfRest(run, why.verdict) });
  return state;
}

/** What is expected of the stages that are left, now that one more has ended. */
function quoteOfRest(
  { recorder, forecastAfter }: RunContext,
  verdict: EscalationReason['verdict'],
): { readonly forecast?: Forecast } {
  if (forecastAfter === undefined) return {};
  const before = recorder.events.flatMap((event) => (event.type === 'route.escalated' ? [event.verdict] : []));
  return { forecast: forecastAfter([...before, verdict]) };
}

interface EscalationReason {
  readonly verdict: 'rejected' | 'none';
  readonly reason: string;
}

function reasonToEscalate(stop: AgentStop, verification: Verification): EscalationReason | undefined {
  if (verification.kind === 'failed' && !verification.isOld)
    return { verdict: 'rejected', reason: verification.reason };
  if (stop.kind === 'loop') return { verdict: 'rejected', reason: stop.message };
  // A provider that does not answer says nothing of the model.
  if (stop.kind === 'model-failed') return { verdict: 'none', reason: stop.message };
  return undefined;
}

function handOverText(verification: Verification): string {
  const failure = verification.kind === 'failed' ? `\n\n${verification.feedback}` : '';
  return `Another model worked on this before you and did not bring it to an end. The files are as it left them: look at them with fresh eyes, keep what is right, and undo what is wrong.${failure}`;
}

/** Runs the checks when the agent has ended its work. */
export async function verifyWhenDone(run: RunContext, stop: AgentStop, facts: RunFacts): Promise<Verification> {
  if (stop.kind !== 'finished') return { kind: 'none' };
  const wrongAnswer = run.task.outputSchema ? await checkAnswer(stop.text, run.task.outputSchema) : undefined;
  if (wrongAnswer)
    return {
      kind: 'failed',
      reason: `the answer does not fit the JSON Schema: ${wrongAnswer}`,
      feedback: `Your answer does not fit the required JSON Schema: ${wrongAnswer}. Answer with the JSON alone.`,
    };
  const ranCheck = facts.commands.some((command) =>
    run.facts.checks.some((check) => check.command === command.command.trim()),
  );
  const { work } = run.task;
  const onlyReads = work !== undefined && readingKinds.has(work.kind);
  const isChecked = ranCheck && run.taskKind === 'change' && work === undefined;
  if (facts.changes.length === 0 && !isChecked && !onlyReads) return { kind: 'none' };
  const options = verifyOptions(run, facts);
  if (work === undefined) return verify(options);
  const { judgeWork } = await import('../kinds/judge-work.ts');
  const { isSandboxed, runGit, priceOf } = run;
  return judgeWork({ ...options, work, text: stop.text, isSandboxed, runGit, priceOf });
}

/** Runs the checks on the files of the run's workspace; what they come to is told to `record`. */
export function verifyFiles(
  run: RunContext,
  facts: RunFacts,
  record: (event: EventBody) => void,
): Promise<Verification> {
  return verify({ ...verifyOptions(run, facts), record });
}

function verifyOptions(run: RunContext, facts: RunFacts): VerifyOptions {
  return {
    workspace: run.workspace,
    checks: verificationChecks(run, facts),
    facts,
    record: run.recorder.record,
    redact: createRedactor(run.agentOptions.secrets ?? []).redact,
    sessionId: run.agentOptions.sessionId,
    runId: run.runId,
    isPermitted: (check) => permitCheck(run, check),
    openFolder: run.openFolder,
    signal: run.connection.signal,
    timeoutMs: run.settings.limits.commandTimeoutSeconds * 5000,
    sandbox: run.settings.sandbox,
    network: run.settings.network,
    newId: () => run.newId('chk'),
    now: run.now,
    before: run.checksBefore,
    failuresAreTheWork: () => run.task.work?.kind === 'fix' || workKindOf(run.task.prompt) === 'bugfix',
  };
}

function handBack(run: RunContext, state: AgentState, feedback: string): AgentState {
  const message = userMessage(feedback, 'verification');
  run.recorder.record({ type: 'message.added', message, origin: 'verification' });
  return { ...state, messages: [...state.messages, message] };
}

/** Judges, records and returns the outcome; `spent` is what others used in the run's name. */
export function finish(
  run: RunContext,
  stop: AgentStop,
  verification: Verification,
  spent: readonly Outcome[] = [],
): Outcome {
  const facts = foldRunFacts(run.recorder.events);
  const judgement = run.connection.signal.aborted
    ? judge(run.taskKind, { kind: 'interrupted' }, facts, { kind: 'none' })
    : judge(run.taskKind, stop, facts, verification);
  const outcome: Outcome = {
    ...judgement,
    text: stop.kind === 'finished' ? stop.text : '',
    receipts: [...facts.receipts],
    changes: [...facts.changes],
    ...withSpent(facts, spent),
    durationMs: run.now() - facts.startedAt,
    denials: facts.denials,
    ...workOf(run, judgement, verification),
  };
  const body: EventBody = { type: 'run.finished', outcome };
  run.recorder.record(body);
  return outcome;
}

/** What a kind of work came to; a run that did not get as far as being judged says why. */
function workOf({ task }: RunContext, { status, reason }: Judgement, { work }: Verification): Pick<Outcome, 'work'> {
  if (task.work === undefined) return {};
  if (work !== undefined && status !== 'interrupted') return { work };
  return { work: { kind: task.work.kind, verdict: 'not-verified', reasons: [reason], evidence: [] } };
}

function withSpent(facts: RunFacts, spent: readonly Outcome[]): Pick<Outcome, 'turns' | 'usage' | 'costMicroUsd'> {
  let { turns, usage, costMicroUsd } = facts;
  for (const one of spent) {
    turns += one.turns;
    usage = addUsage(usage, one.usage);
    costMicroUsd = costMicroUsd === null || one.costMicroUsd === null ? null : costMicroUsd + one.costMicroUsd;
  }
  return { turns, usage, costMicroUsd };
}
