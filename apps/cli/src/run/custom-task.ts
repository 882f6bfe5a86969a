// The task of a prompt that calls a custom command or a skill: its text, and for the user's own commands model and allowed tools.
import { expandCommand, findCommands } from '@monkey-coder/agents';
import { expandMcpPrompt, extensionPlaces, type Settings } from '@monkey-coder/engine';
import { MonkeyError, nearestNames, type Task } from '@monkey-coder/protocol';
import type { World } from '../configuration/environment.ts';

/** What a command is read with. */
export interface CustomOptions {
  readonly settings: Settings;
  readonly mustExist: boolean;
  readonly hasModel: boolean;
}

/**
 * The task with the command's text for its prompt. A prompt that only begins with a slash stays as it is; a command that was
 * asked for by name must exist, else MonkeyError `usage.invalid`. Flags win over what the command says.
 */
export async function customTask(
  task: Task,
  world: World,
  { settings, mustExist, hasModel }: CustomOptions,
): Promise<Task> {
  if (task.prompt.startsWith('/mcp__')) {
    const server = { ...world, settings, productVersion: world.version };
    return { ...task, prompt: await expandMcpPrompt(server, task.cwd, task.prompt) };
  }
  const places = extensionPlaces(world, task.cwd);
  const expanded = await expandCommand(task.prompt, places);
  if (expanded === undefined) {
    if (!mustExist) return task;
    throw unknownCommand(
      task.prompt,
      (await findCommands(places)).map(({ name }) => name),
    );
  }
  const { prompt, command } = expanded;
  const model = hasModel ? undefined : command.model;
  return {
    ...task,
    prompt,
    allowedTools: [...task.allowedTools, ...command.allowedTools],
    ...(model === undefined ? {} : { model }),
    ...(command.agent === undefined || task.agent !== undefined ? {} : { agent: command.agent }),
  };
}

function unknownCommand(prompt: string, names: readonly string[]): MonkeyError {
  const name = prompt.slice(1).split(/\s/)[0] ?? '';
  const near = nearestNames(name, names);
  const advice =
    names.length === 0 ? 'There are none here: put one into .monkey/commands/NAME.md.' : `Known: ${names.join(', ')}`;
  const guess = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : '';
  return new MonkeyError('usage.invalid', `there is no command "${name}"${guess}`, { advice });
}
