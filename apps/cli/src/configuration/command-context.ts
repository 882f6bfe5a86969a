// What every subcommand gets: the arguments, the outside world, an engine for the folder, and a style.
import { createEngine, type Engine, type LoadedSettings } from '@monkey-coder/engine';
import type { CommandLine } from '../command-line/parse.ts';
import { createStyle, type Style, wantsColor } from '../terminal/style.ts';
import { commandSettings, workingFolder } from './command-settings.ts';
import type { World } from './environment.ts';

/** One call of a subcommand. */
export interface CommandContext {
  readonly world: World;
  readonly line: CommandLine;
  readonly style: Style;
  /** Real path of the folder it works in. */
  readonly cwd: () => string;
  readonly loaded: () => LoadedSettings;
  readonly engine: () => Engine;
  readonly asJson: boolean;
}

/** A subcommand; resolves to its exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** Makes the context; settings and engine are made when they are first asked for. */
export function createCommandContext(world: World, line: CommandLine): CommandContext {
  const cwd = once(() => workingFolder(world, line));
  const loaded = once(() => commandSettings(world, line, cwd()));
  return {
    world,
    line,
    style: createStyle(wantsColor(world.environment, { isTTY: world.outIsTerminal }, line.options.has('no-color'))),
    cwd,
    loaded,
    engine: once(() => {
      const { settings, warnings } = loaded();
      return createEngine({ ...world, settings, warnings, productVersion: world.version });
    }),
    asJson: line.options.has('json'),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Prints a value as JSON. */
export function printJson(world: World, value: unknown): number {
  world.out(`${JSON.stringify(value, null, 2)}\n`);
  return 0;
}
