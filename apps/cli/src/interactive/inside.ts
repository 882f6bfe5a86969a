// Runs a subcommand of `monkey` inside the conversation: the same code, the same engine, its output taken instead of printed.
import type { Engine, LoadedSettings } from '@monkey-coder/engine';
import { optionsOf } from '../command-line/command-specs.ts';
import { parseCommandLine } from '../command-line/parse.ts';
import { type Command, createCommandContext } from '../configuration/command-context.ts';
import type { World } from '../configuration/environment.ts';
import { createStyle } from '../terminal/style.ts';

/** What the subcommands work with. */
export interface InsideParts {
  readonly world: World;
  readonly engine: Engine;
  readonly loaded: LoadedSettings;
  readonly cwd: string;
  readonly isColored: boolean;
}

/** What it printed, and its exit code. */
export interface InsideResult {
  readonly text: string;
  readonly code: number;
}

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  context: async () => (await import('../commands/context.ts')).context,
  undo: async () => (await import('../commands/undo.ts')).undo,
  redo: async () => (await import('../commands/undo.ts')).redo,
  rewind: async () => (await import('../commands/rewind.ts')).rewind,
  sessions: async () => (await import('../commands/sessions.ts')).sessions,
  stats: async () => (await import('../commands/stats.ts')).stats,
  models: async () => (await import('../commands/models.ts')).models,
  mcp: async () => (await import('../commands/mcp.ts')).mcp,
  doctor: async () => (await import('../commands/doctor.ts')).doctor,
  feedback: async () => (await import('../commands/feedback.ts')).feedback,
};

/** Runs it. Throws what the subcommand throws. */
export async function runInside(parts: InsideParts, args: readonly string[]): Promise<InsideResult> {
  const line = parseCommandLine(args, optionsOf);
  const load = commands[line.command];
  if (load === undefined) throw new Error(`no subcommand ${line.command} inside`);
  let text = '';
  const take = (piece: string): void => {
    text += piece;
  };
  const world: World = { ...parts.world, out: take, err: take, cwd: parts.cwd };
  const command = await load();
  const code = await command({
    ...createCommandContext(world, line),
    style: createStyle(parts.isColored),
    cwd: () => parts.cwd,
    loaded: () => parts.loaded,
    engine: () => parts.engine,
  });
  return { text: asSlashCommands(text.trimEnd()), code };
}

/** What is called on the command line is a command of the conversation here. */
export function asSlashCommands(text: string): string {
  // Behind a colour there is no boundary of a word.
  return text.replace(/(?<=\[[\d;]*m|^|[^\w])monkey (?=(?:undo|redo|rewind|feedback|context|doctor)\b)/g, '/');
}
