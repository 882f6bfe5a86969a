// What the interactive terminal is given by whoever starts it.
import type { Engine, InteractiveSettings, LoadedSettings, SessionChoice } from '@monkey-coder/engine';
import type { PermissionMode, Task } from '@monkey-coder/protocol';
import type { World } from '../configuration/environment.ts';
import type { SlashSource } from './slash-source.ts';

/** The outside of it. */
export interface InteractiveHost {
  readonly world: World;
  readonly stdout: NodeJS.WriteStream;
  readonly engine: Engine;
  readonly loaded: LoadedSettings;
  readonly settings: InteractiveSettings;
  readonly isColored: boolean;
  readonly cwd: string;
  readonly session: SessionChoice;
  /** Whether the session's last run was cut short and goes on by itself. */
  readonly goesOn: boolean;
  /** Shown until a model was chosen. */
  readonly defaultModel: string;
  readonly permissionMode: PermissionMode;
  readonly taskOf: (prompt: string, session: SessionChoice) => Promise<Task>;
  readonly slashSource: SlashSource;
}

/** Whether a tmux (or a screen) stands between the program and the terminal. */
export function isTmux({ environment }: Pick<World, 'environment'>): boolean {
  return Boolean(environment['TMUX']) || /^(tmux|screen)/.test(environment['TERM'] ?? '');
}
