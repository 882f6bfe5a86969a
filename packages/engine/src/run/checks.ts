// Which checks a run is verified by, and whether they may run: the same permission decision as for the agent's own commands.
import { type DecidedBy, decidePermission } from '@monkey-coder/agents';
import type { ProjectCheck } from '@monkey-coder/workspace';
import { requestedChecks } from '../outcome/requested-checks.ts';
import type { RunFacts } from '../outcome/run-facts.ts';
import type { RunContext } from '../parts/run-context.ts';

/** The project's own checks, those given by the user, and those the request named. */
export function verificationChecks(run: RunContext, facts: RunFacts): ProjectCheck[] {
  const given = run.task.checks.map(
    (command): ProjectCheck => ({ kind: 'custom', command, cwd: '.', evidence: { file: '--check' } }),
  );
  const requested = requestedChecks(run.task.prompt, facts).map(
    (command): ProjectCheck => ({ kind: 'requested', command, cwd: '.', evidence: { file: 'the request' } }),
  );
  return [...given, ...run.facts.checks, ...requested];
}

/** Whether a check may run. Asks once where a person can be asked; what the user gave or the agent was allowed needs no asking. */
export async function permitCheck(run: RunContext, check: ProjectCheck): Promise<boolean> {
  if (check.kind === 'custom' || check.kind === 'requested') return true;
  const { workspace, agentOptions, connection } = run;
  const callId = run.newId('call');
  const decision = decidePermission({
    tool: 'bash',
    intent: { title: `run ${check.command}`, effect: 'command', paths: [], command: check.command },
    mode: agentOptions.permissionMode(),
    rules: agentOptions.rules,
    facts: {
      root: workspace.root,
      addedFolders: workspace.addedFolders,
      outside: [],
      checkCommands: run.facts.checks.map((known) => known.command),
      isSandboxed: run.isSandboxed,
      canAsk: connection.gate.available,
    },
  });
  const record = (answer: 'allowed' | 'denied' | 'expired', by: DecidedBy | 'person'): void =>
    run.recorder.record({
      type: 'permission.decided',
      callId,
      tool: 'check',
      what: check.command,
      decision: answer,
      by,
      reason: by === 'person' ? 'asked before the checks' : decision.reason,
    });
  if (decision.kind !== 'ask') {
    if (decision.kind === 'deny') record('denied', decision.by);
    return decision.kind === 'allow';
  }
  const question = { callId, tool: 'check', grants: decision.grants, reason: 'to verify the change' };
  run.recorder.record({ type: 'permission.requested', ...question, grants: [...question.grants] });
  const answer = await connection.gate.ask(question, { signal: connection.signal });
  record(answer.kind === 'answered' ? 'allowed' : answer.kind, 'person');
  return answer.kind === 'answered';
}
