// Agents of the registry for a run: found by name or chosen by the task. Only loaded where a role is named or called for.
import {
  type AgentDefinition,
  agentThreshold,
  chooseAgent,
  defaultAgent,
  findAgents,
  type Gate,
} from '@monkey-coder/agents';
import { type Event, MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { createAgentStore } from '../config/agent-store.ts';
import type { EngineParts } from './engine-parts.ts';
import { extensionPlaces } from './extension-places.ts';

/** What agents are looked up with. */
export type RegistryParts = Pick<EngineParts, 'homes' | 'environment'>;

/** The agent of a run, and how it came to be. */
export interface RunAgent {
  readonly definition: AgentDefinition;
  readonly chosenBy: 'user' | 'task';
  readonly confidence: number;
  readonly reason: string;
}

/** The agent of a name. Throws MonkeyError `usage.invalid` when there is none, it is switched off, or not the text that is pinned. */
export async function namedAgent(parts: RegistryParts, root: string, name: string): Promise<AgentDefinition> {
  const agents = await findAgents(extensionPlaces(parts, root));
  const found = agents.find((agent) => agent.name === name);
  const names = agents.map((agent) => agent.name);
  if (found === undefined) {
    const near = nearestNames(name, names);
    const guess = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
    throw new MonkeyError('usage.invalid', `there is no agent "${name}"${guess}`, {
      advice: `\`monkey agents\` lists them: ${names.join(', ')}`,
    });
  }
  const { disabled, pins } = createAgentStore(parts.homes.state).read();
  if (disabled.includes(name)) {
    throw new MonkeyError('usage.invalid', `the agent ${name} is switched off`, {
      advice: `monkey agents enable ${name}`,
    });
  }
  const pin = pins[name];
  if (pin !== undefined && pin !== found.hash) {
    throw new MonkeyError(
      'usage.invalid',
      `the agent ${name} is not the one that was pinned (${pin}, now ${found.hash})`,
      {
        advice: `Look at it with \`monkey agents show ${name}\`, then \`monkey agents pin ${name}\` or \`unpin\`.`,
      },
    );
  }
  return found;
}

/** Chooses by the task; where the choice is unsure a person is asked, and without one nobody is chosen: the default agent works. */
export async function agentByTask(
  parts: RegistryParts,
  task: { readonly prompt: string; readonly root: string },
  asking: { readonly gate: Gate; readonly signal: AbortSignal },
): Promise<RunAgent | undefined> {
  const { disabled, pins } = createAgentStore(parts.homes.state).read();
  const agents = (await findAgents(extensionPlaces(parts, task.root))).filter(
    ({ name, hash }) => !disabled.includes(name) && (pins[name] ?? hash) === hash,
  );
  const { name, confidence, reason } = chooseAgent(task.prompt, agents);
  const definition = agents.find((agent) => agent.name === name);
  if (definition === undefined || (name === defaultAgent && definition.scope === 'builtin')) return undefined;
  if (confidence < agentThreshold && !(await isWanted(definition, { confidence, reason }, asking))) return undefined;
  return { definition, chosenBy: 'task', confidence, reason };
}

async function isWanted(
  { name, description }: AgentDefinition,
  { confidence, reason }: Pick<RunAgent, 'confidence' | 'reason'>,
  { gate, signal }: { readonly gate: Gate; readonly signal: AbortSignal },
): Promise<boolean> {
  if (!gate.available) return false;
  const why = `${reason}; ${Math.round(confidence * 100)} % sure`;
  const question = { callId: 'agent', tool: `working as ${name}`, grants: [description], reason: why };
  return (await gate.ask(question, { signal })).kind === 'answered';
}

/** Counts how a run of an agent ended. */
export function countRun(
  parts: RegistryParts,
  { name, hash }: AgentDefinition,
  events: readonly Event[],
  now: number,
): void {
  const end = events.findLast((event) => event.type === 'run.finished');
  if (end?.type !== 'run.finished') return;
  const { status } = end.outcome;
  if (status === 'interrupted' || status === 'auth-failed') return;
  const isGood = status === 'verified' || status === 'answered' || status === 'unverified';
  createAgentStore(parts.homes.state).count(name, hash, { isGood, now });
}
