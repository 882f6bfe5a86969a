// The registry: built-in agents and those of user and project, by name, by capability.
import { markdownFiles } from '../extensions/markdown-files.ts';
import { type ExtensionPlaces, extensionFolders } from '../extensions/places.ts';
import { type AgentDefinition, readAgent } from './agent-definition.ts';
import { builtinAgents } from './personas.ts';

/** All agents, by name. The user's stand before the project's, both before built-in ones of the same name. */
export async function findAgents(places: ExtensionPlaces): Promise<AgentDefinition[]> {
  const files = await markdownFiles(extensionFolders(places, 'agents'), places);
  const agents = new Map<string, AgentDefinition>();
  for (const { text, ...file } of files) {
    const agent = readAgent(text, file);
    if (agent !== undefined && !agents.has(agent.name)) agents.set(agent.name, agent);
  }
  for (const agent of builtinAgents) if (!agents.has(agent.name)) agents.set(agent.name, agent);
  return [...agents.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Agents that say they are good at something; those that name it as a capability before those that only mention it. */
export function agentsFor(capability: string, agents: readonly AgentDefinition[]): AgentDefinition[] {
  const wanted = capability.toLowerCase();
  const named = agents.filter(({ capabilities }) => capabilities.some((one) => one.toLowerCase() === wanted));
  const mentioned = agents.filter(
    (agent) => !named.includes(agent) && `${agent.name} ${agent.description}`.toLowerCase().includes(wanted),
  );
  return [...named, ...mentioned];
}
