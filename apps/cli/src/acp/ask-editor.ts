// Permission questions, asked in the editor: exactly what would be granted, and what it would change.
import { type AgentContext, methods, type PermissionOption } from '@agentclientprotocol/sdk';
import type { Gate, GateAnswer, GateQuestion } from '@monkey-coder/agents';
import type { SessionUpdates } from './session-updates.ts';

/** Whom and about what is asked. */
export interface EditorQuestions {
  readonly client: AgentContext;
  readonly sessionId: string;
  readonly updates: SessionUpdates;
  /** Sends what the editor must know before it is asked. */
  readonly tell: (updates: ReturnType<SessionUpdates['asked']>) => Promise<void>;
}

/** A gate to the person at the editor. */
export function editorGate({ client, sessionId, updates, tell }: EditorQuestions): Gate {
  return {
    available: true,
    async ask(question, { deadlineMs, signal }): Promise<GateAnswer> {
      const title = question.grants.join('; ') || question.tool;
      const toolCallId = updates.idOfQuestion(question.callId);
      await tell(updates.asked(toolCallId, question.tool, title));
      const asking = client.request(methods.client.session.requestPermission, {
        sessionId,
        toolCall: {
          toolCallId,
          title,
          status: 'pending',
          content: [
            { type: 'content', content: { type: 'text', text: wordsOf(question) } },
            ...updates.proposed(toolCallId),
          ],
        },
        options: optionsOf(question),
      });
      // An editor that is gone, or does not know the request, has not answered.
      const answer = asking.catch(() => null);
      const given = await Promise.race([answer, expired(deadlineMs, signal)]);
      if (given === null || given.outcome.outcome === 'cancelled') return { kind: 'expired' };
      if (given.outcome.optionId === 'once') return { kind: 'answered', scope: 'once' };
      if (given.outcome.optionId === 'session' && question.alwaysRule) return { kind: 'answered', scope: 'session' };
      return { kind: 'denied' };
    },
  };
}

function wordsOf(question: GateQuestion): string {
  return [question.reason, ...question.grants.map((grant) => `- ${grant}`)].filter((line) => line !== '').join('\n');
}

function optionsOf({ alwaysRule }: GateQuestion): PermissionOption[] {
  return [
    { optionId: 'once', name: 'Allow once', kind: 'allow_once' },
    ...(alwaysRule === undefined
      ? []
      : [{ optionId: 'session', name: `Always in this session: ${alwaysRule}`, kind: 'allow_always' as const }]),
    { optionId: 'no', name: 'No', kind: 'reject_once' },
  ];
}

/** Null once the time is over or the run is stopped. */
function expired(deadlineMs: number | undefined, signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
    if (deadlineMs !== undefined) setTimeout(() => resolve(null), deadlineMs).unref();
  });
}
