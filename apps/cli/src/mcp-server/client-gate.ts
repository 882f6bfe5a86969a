// Asks the person behind an MCP client, by elicitation, where the client can do that.
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Gate, GateAnswer, GateQuestion } from '@monkey-coder/agents';

const choices = { once: 'Allow once', session: 'Allow for this session', deny: 'Deny' } as const;

/** Nobody is waited for longer than this. */
const patienceMs = 10 * 60_000;

/** The gate of a run that a client asked for. */
export function clientGate(server: Server): Gate {
  return {
    available: server.getClientCapabilities()?.elicitation !== undefined,
    ask: (question, { signal }) => ask(server, question, signal),
  };
}

async function ask(server: Server, question: GateQuestion, signal: AbortSignal): Promise<GateAnswer> {
  const { tool, grants, reason, alwaysRule } = question;
  const offered =
    alwaysRule === undefined ? [choices.once, choices.deny] : [choices.once, choices.session, choices.deny];
  const always = alwaysRule === undefined ? '' : `\n"${choices.session}" adds the rule ${alwaysRule}`;
  try {
    const answer = await server.elicitInput(
      {
        message: `${tool} wants:\n${grants.join('\n')}\n(${reason})${always}`,
        requestedSchema: {
          type: 'object',
          properties: { decision: { type: 'string', title: 'Decision', enum: offered } },
          required: ['decision'],
        },
      },
      { signal, timeout: patienceMs },
    );
    return answerOf(answer.action, answer.content?.['decision'], alwaysRule !== undefined);
  } catch {
    return { kind: 'expired' };
  }
}

/** Only the two words that allow do allow; a client that accepts without one of them has said no. */
function answerOf(action: string, decision: unknown, mayAlways: boolean): GateAnswer {
  if (action === 'cancel') return { kind: 'expired' };
  if (action === 'accept' && decision === choices.once) return { kind: 'answered', scope: 'once' };
  if (action === 'accept' && decision === choices.session && mayAlways) return { kind: 'answered', scope: 'session' };
  return { kind: 'denied' };
}
