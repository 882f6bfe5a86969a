// Whether a person at a terminal gets the interactive one.
import type { LoadedSettings } from '@monkey-coder/engine';
import type { CommandLine } from '../command-line/parse.ts';
import type { World } from '../configuration/environment.ts';

/** How a person at a terminal is served: drawn, or line by line (no cursor to place, or read aloud). */
export function terminalKind(world: World, line: CommandLine, loaded: LoadedSettings): 'drawn' | 'lines' {
  const isPlain = world.environment['TERM'] === 'dumb' || line.options.has('screen-reader');
  return isPlain || loaded.settings.interactive.screenReader || line.operands.length > 0 ? 'lines' : 'drawn';
}
