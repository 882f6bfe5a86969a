// The life of a run: the agent works, the checks judge, failing checks go back to the agent, the outcome is recorded.
import { type AgentResult, type AgentState, type AgentStop, createRedactor, runAgent } from '@monkey-coder/agents';
import { type EventBody, messageText, type Outcome, toolCalls, userMessage } from '@monkey-coder/protocol';
import { judge, type Verification } from '../outcome/judge.ts';
import { foldRunFacts, type RunFacts } from '../outcome/run-facts.ts';
import { checkAnswer } from '../outcome/structured-answer.ts';
import { verify } from '../outcome/verify.ts';
import { permitCheck, verificationChecks } from './checks.ts';
import type { RunContext } from './run-context.ts';

/** Runs the agent until the outcome is known, and records it. */
export async function executeRun(run: RunContext, begin: AgentState): Promise<Outcome> {
  let state = begin;
  let repairs = repairsSoFar(run);
  let answered = alreadyAnswered(begin);
  for (;;) {
    const result: AgentResult = answered ?? (await runAgent({ ...run.agentOptions, state }));
    answered = undefined;
    const facts = foldRunFacts(run.recorder.events);
    // While the checks' processes run, this one has time to write.
    setImmediate(run.keepHealth);
    const verification = await verifyWhenDone(run, result.stop, facts);
    const mayRepair = repairs < run.settings.repairs && !run.connection.signal.aborted;
    if (verification.kind !== 'failed' || !mayRepair) return finish(run, result.stop, verification);
    repairs += 1;
    state = handBack(run, result.state, verification.feedback);
  }
}

/** Repairs since the run last ended: who goes on with a failed run gives it new tries. */
function repairsSoFar(run: RunContext): number {
  const events = run.recorder.events;
  const since = events.findLastIndex((event) => event.type === 'run.finished');
  return events.slice(since + 1).filter((event) => event.type === 'message.added' && event.origin === 'verification')
    .length;
}

/** A crash after the last answer and before the verdict: the answer is there, it is not asked and paid for again. */
function alreadyAnswered(state: AgentState): AgentResult | undefined {
  const last = state.messages.at(-1);
  if (last?.role !== 'assistant' || state.openCalls.length > 0 || toolCalls(last).length > 0) return undefined;
  return { stop: { kind: 'finished', text: messageText(last) }, state };
}

async function verifyWhenDone(run: RunContext, stop: AgentStop, facts: RunFacts): Promise<Verification> {
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
  if (facts.changes.length === 0 && !(ranCheck && run.taskKind === 'change')) return { kind: 'none' };
  return verify({
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
  });
}

function handBack(run: RunContext, state: AgentState, feedback: string): AgentState {
  const message = userMessage(feedback, 'verification');
  run.recorder.record({ type: 'message.added', message, origin: 'verification' });
  return { ...state, messages: [...state.messages, message] };
}

function finish(run: RunContext, stop: AgentStop, verification: Verification): Outcome {
  const facts = foldRunFacts(run.recorder.events);
  const judgement = run.connection.signal.aborted
    ? judge(run.taskKind, { kind: 'interrupted' }, facts, { kind: 'none' })
    : judge(run.taskKind, stop, facts, verification);
  const outcome: Outcome = {
    ...judgement,
    text: stop.kind === 'finished' ? stop.text : '',
    receipts: [...facts.receipts],
    changes: [...facts.changes],
    turns: facts.turns,
    usage: facts.usage,
    costMicroUsd: facts.costMicroUsd,
    durationMs: run.now() - facts.startedAt,
    denials: facts.denials,
  };
  const body: EventBody = { type: 'run.finished', outcome };
  run.recorder.record(body);
  return outcome;
}
