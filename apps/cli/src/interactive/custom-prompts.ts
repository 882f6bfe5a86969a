// Custom commands and skills of the user and the repository, and prompts of MCP servers, as commands of the editor.
import { expandCommand, findCommands } from '@monkey-coder/agents';
import { expandMcpPrompt, extensionPlaces, knownMcpPrompts, type Settings, usageOf } from '@monkey-coder/engine';
import type { World } from '../configuration/environment.ts';
import type { SlashPrompt } from './slash-source.ts';

/** Those that can be called in a folder. */
export async function customPrompts(world: World, settings: Settings, cwd: string): Promise<readonly SlashPrompt[]> {
  const places = extensionPlaces(world, cwd);
  const commands = await findCommands(places);
  const server = { ...world, settings, productVersion: world.version };
  const ofServers = knownMcpPrompts(server, cwd).map((prompt) => ({
    name: prompt.name,
    description: `${usageOf(prompt)} ${prompt.description}`.trim(),
    isTask: true,
    expand: (args: string) => expandMcpPrompt(server, cwd, `/${prompt.name} ${args}`),
  }));
  const own = commands.map(({ name, description }) => ({
    name,
    description,
    isTask: true,
    expand: async (args: string) => (await expandCommand(`/${name} ${args}`, places))?.prompt ?? '',
  }));
  return [...own, ...ofServers];
}
