// Custom commands and skills of the user and the repository, as commands of the editor.
import { expandCommand, findCommands } from '@monkey-coder/agents';
import { extensionPlaces } from '@monkey-coder/engine';
import type { World } from '../configuration/environment.ts';
import type { SlashPrompt } from './slash-source.ts';

/** Those that can be called in a folder. */
export async function customPrompts(world: World, cwd: string): Promise<readonly SlashPrompt[]> {
  const places = extensionPlaces(world, cwd);
  const commands = await findCommands(places);
  return commands.map(({ name, description }) => ({
    name,
    description,
    isTask: true,
    expand: async (args) => (await expandCommand(`/${name} ${args}`, places))?.prompt ?? '',
  }));
}
