// What the interactive terminal is given.

import { type Engine, type LoadedSettings, type SessionChoice, wasCutShort } from '@monkey-coder/engine';
import type { Task } from '@monkey-coder/protocol';
import type { CommandLine } from '../command-line/parse.ts';
import type { World } from '../configuration/environment.ts';
import type { InteractiveHost } from '../interactive/host.ts';
import { continuedTask } from '../run/continued-task.ts';
import { sessionChoiceOf, taskOf } from '../run/task.ts';
import { wantsColor } from '../terminal/style.ts';

/** What a run of `monkey` without a prompt works with. */
export interface StartedWith {
  readonly world: World;
  readonly line: CommandLine;
  readonly loaded: LoadedSettings;
  readonly engine: Engine;
  readonly cwd: string;
}

/** The host of the interactive terminal. Throws MonkeyError `session.not-found` when there is none to go on with. */
export function interactiveHost(given: StartedWith): InteractiveHost {
  const { world, line, loaded, engine, cwd } = given;
  const session = sessionChoiceOf(line, engine.sessions, cwd);
  const first = continuedTask(taskOf(world, line, loaded.settings, cwd, ''), line, engine.sessions, session);
  const taskFor = async (prompt: string, choice: SessionChoice) => {
    const plain = taskOf(world, line, loaded.settings, cwd, prompt);
    const task = prompt.startsWith('/') ? await expandedTask(plain, given) : plain;
    return continuedTask(task, line, engine.sessions, choice);
  };
  return {
    ...given,
    stdout: process.stdout,
    settings: loaded.settings.interactive,
    isColored: wantsColor(world.environment, { isTTY: world.outIsTerminal }, line.options.has('no-color')),
    session,
    goesOn: session.kind === 'resume' && wasCutShort(engine.sessions, session.sessionId),
    defaultModel: loaded.settings.model ?? 'auto',
    permissionMode: first.permissionMode,
    taskOf: taskFor,
    slashSource: {
      prompts: async () =>
        (await import('../interactive/custom-prompts.ts')).customPrompts(world, loaded.settings, cwd),
    },
  };
}

async function expandedTask(task: Task, { world, line, loaded }: StartedWith): Promise<Task> {
  const { customTask } = await import('../run/custom-task.ts');
  const { settings } = loaded;
  return customTask(task, world, { settings, mustExist: false, hasModel: line.options.has('model') });
}
