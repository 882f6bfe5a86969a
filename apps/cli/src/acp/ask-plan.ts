// A plan was made in plan mode: the editor's person is asked whether it is carried out, and how much is allowed for that.
import {
  type AgentContext,
  methods,
  type PermissionOption,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';
import type { PermissionMode } from '@monkey-coder/protocol';

const choices: PermissionOption[] = [
  { optionId: 'acceptEdits', name: 'Yes, accept edits', kind: 'allow_once' },
  { optionId: 'default', name: 'Yes, ask before edits and commands', kind: 'allow_once' },
  { optionId: 'plan', name: 'No, go on planning', kind: 'reject_once' },
];

const modes: readonly PermissionMode[] = ['acceptEdits', 'default'];

/** What is asked with. */
export interface PlanQuestion {
  readonly client: AgentContext;
  readonly sessionId: string;
  /** Sends what the editor must know before it is asked. */
  readonly tell: (updates: readonly SessionUpdate[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The mode the plan is carried out in; undefined: not now. */
export async function askPlan({ client, sessionId, tell, signal }: PlanQuestion): Promise<PermissionMode | undefined> {
  const toolCallId = `plan-${crypto.randomUUID()}`;
  const about = { toolCallId, title: 'Carry out the plan?' };
  await tell([{ sessionUpdate: 'tool_call', ...about, kind: 'switch_mode', status: 'pending' }]);
  const stopped = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  const asking: Promise<RequestPermissionResponse> = client.request(methods.client.session.requestPermission, {
    sessionId,
    toolCall: about,
    options: choices,
  });
  const answer = asking.catch(() => null);
  const given = await Promise.race([answer, stopped]);
  const chosen = given?.outcome.outcome === 'selected' ? given.outcome.optionId : '';
  const mode = modes.find((one) => one === chosen);
  await tell([{ sessionUpdate: 'tool_call_update', toolCallId, status: mode === undefined ? 'failed' : 'completed' }]);
  return mode;
}
