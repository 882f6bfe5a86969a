// A plan is there: whether the person wants it carried out, and then how the same run goes on.
import type { AgentResult, AgentState } from '@monkey-coder/agents';
import { userMessage } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';

/** Where the agent goes on when its plan is approved; undefined when the run ends with the plan. */
export async function approvedPlan(run: RunContext, { stop, state }: AgentResult): Promise<AgentState | undefined> {
  const { connection, recorder, agentOptions } = run;
  if (stop.kind !== 'finished' || stop.text.trim() === '' || agentOptions.permissionMode() !== 'plan') return undefined;
  if ((await connection.approvePlan?.(stop.text, connection.signal)) !== 'carry-out') return undefined;
  // Somebody else may be at work in the checkout by now, or a policy forbids the mode.
  if (connection.signal.aborted || agentOptions.permissionMode() === 'plan') return undefined;
  const message = userMessage('The plan is approved: carry it out.', 'steering');
  recorder.record({ type: 'message.added', message, origin: 'steering' });
  return { ...state, messages: [...state.messages, message] };
}
