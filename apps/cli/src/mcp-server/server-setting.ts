// What `monkey mcp-server` was started with: the bounds that no client can widen.
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { stricterMode } from '@monkey-coder/agents';
import { createEngine, type Engine } from '@monkey-coder/engine';
import { MonkeyError, microUsd, type PermissionMode, type Task } from '@monkey-coder/protocol';
import type { CommandLine } from '../command-line/parse.ts';
import { commandSettings } from '../configuration/command-settings.ts';
import type { World } from '../configuration/environment.ts';
import { taskOf } from '../run/task.ts';

/** The bounds of a server. */
export interface ServerSetting {
  readonly world: World;
  readonly line: CommandLine;
  /** Real path: runs work here or below. */
  readonly root: string;
}

/** What a client may ask a run for. */
export interface WantedRun {
  readonly task: string;
  readonly cwd?: string | undefined;
  readonly mode?: PermissionMode | undefined;
  readonly maxBudgetUsd?: number | undefined;
  readonly maxTurns?: number | undefined;
  readonly maxMinutes?: number | undefined;
}

/** A folder a client names. Throws MonkeyError `workspace.outside` for one that is not the server's or below it. */
export function folderOf({ root }: ServerSetting, wanted = '.'): string {
  let real: string;
  try {
    real = realpathSync(resolve(root, wanted));
  } catch {
    throw new MonkeyError('usage.invalid', `there is no folder ${wanted}`);
  }
  const inside = relative(root, real);
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return real;
  throw new MonkeyError('workspace.outside', `${wanted} is not below ${root}`, {
    advice: 'Start the server there: monkey mcp-server --cwd FOLDER.',
  });
}

/** An engine with the settings of a folder. */
export function engineFor({ world, line }: ServerSetting, folder: string): Engine {
  const { settings, warnings } = commandSettings(world, line, folder);
  return createEngine({ ...world, settings, warnings, productVersion: world.version });
}

/** The task a client asks for, within the bounds of the server: a mode is never freer, a limit never higher. */
export function boundedTask({ world, line }: ServerSetting, folder: string, wanted: WantedRun): Task {
  const { settings } = commandSettings(world, line, folder);
  const task = taskOf(world, line, settings, folder, wanted.task);
  const { limits } = task;
  const cost = lower(
    limits.maxCostMicroUsd,
    wanted.maxBudgetUsd === undefined ? undefined : microUsd(wanted.maxBudgetUsd),
  );
  return {
    ...task,
    permissionMode: stricterMode(task.permissionMode, wanted.mode),
    limits: {
      maxTurns: Math.min(limits.maxTurns, wanted.maxTurns ?? limits.maxTurns),
      maxDurationMs: Math.min(limits.maxDurationMs, (wanted.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000),
      ...(cost === undefined ? {} : { maxCostMicroUsd: cost }),
    },
  };
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : Math.min(a, b ?? a);
}
