// Puts settings together for one command: files, environment and flags, in their order.
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type LoadedSettings, loadSettings, type SettingsFile, settingsSources } from '@monkey-coder/engine';
import { errorMessage, MonkeyError, type PermissionMode } from '@monkey-coder/protocol';
import { isDomainRule } from '@monkey-coder/workspace';
import { type CommandLine, optionNumber, optionValue } from '../command-line/parse.ts';
import type { World } from './environment.ts';

/** The folder to work in, real path. Throws MonkeyError `usage.invalid`. */
export function workingFolder(world: World, line: CommandLine): string {
  return realFolder(resolve(world.cwd, optionValue(line, 'cwd') ?? '.'), '--cwd');
}

/** Real path of an existing folder. Throws MonkeyError `usage.invalid`. */
export function realFolder(path: string, flag: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new MonkeyError(
      'usage.invalid',
      `${flag}: ${isMissing ? `there is no folder ${path}` : errorMessage(error)}`,
    );
  }
  throw new MonkeyError('usage.invalid', `${flag}: ${path} is not a folder`);
}

/** Settings of all layers for a command in a folder. */
export function commandSettings(world: World, line: CommandLine, root: string): LoadedSettings {
  const extra = optionValue(line, 'settings');
  const sources = settingsSources(world.homes, root, extra === undefined ? undefined : resolve(world.cwd, extra));
  const loaded = loadSettings(sources, { environment: environmentLayer(world), flags: flagLayer(line) });
  return withServers(world, line, loaded);
}

/** Servers of the command line stand above those of the files; with --strict-mcp-config there are no others. */
function withServers(world: World, line: CommandLine, loaded: LoadedSettings): LoadedSettings {
  const isStrict = line.options.has('strict-mcp-config');
  const mcpSources = (line.options.get('mcp-config') ?? []).map((source) =>
    source.trimStart().startsWith('{') ? source : resolve(world.cwd, source),
  );
  const strict = isStrict ? { mcpServers: {}, projectMcpServers: false } : {};
  return { ...loaded, settings: { ...loaded.settings, mcpSources, ...strict } };
}

function environmentLayer(world: World): SettingsFile {
  const model = world.environment['MONKEY_MODEL'];
  return model ? { model } : {};
}

function flagLayer(line: CommandLine): SettingsFile {
  const mode = line.options.has('yolo') ? 'bypassPermissions' : optionValue(line, 'permission-mode');
  const maxTurns = positive('max-turns', optionNumber(line, 'max-turns'));
  const maxMinutes = positive('max-minutes', optionNumber(line, 'max-minutes'));
  const maxBudgetUsd = optionNumber(line, 'max-budget-usd');
  const sandbox = optionValue(line, 'sandbox');
  const model = optionValue(line, 'model');
  return {
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { permissions: { mode: mode as PermissionMode } }),
    limits: {
      ...(maxTurns === undefined ? {} : { maxTurns }),
      ...(maxMinutes === undefined ? {} : { maxMinutes }),
      ...(maxBudgetUsd === undefined ? {} : { maxBudgetUsd }),
    },
    ...(sandbox === undefined ? {} : { sandbox: sandbox as 'required' | 'preferred' | 'off' }),
    ...networkLayer(line),
  };
}

/** `--network` is all of it; domains alone are only those. */
function networkLayer(line: CommandLine): SettingsFile {
  if (line.options.has('network')) return { network: true };
  const domains = line.options
    .get('allow-domain')
    ?.flatMap((value) => value.split(/[,\s]+/))
    .filter((word) => word !== '');
  const wrong = domains?.find((domain) => !isDomainRule(domain));
  if (wrong !== undefined)
    throw new MonkeyError(
      'usage.invalid',
      `--allow-domain: \`${wrong}\` is no domain; write example.org or *.example.org`,
    );
  return domains === undefined ? {} : { network: domains };
}

function positive(name: string, value: number | undefined): number | undefined {
  const isWrong = value !== undefined && (value <= 0 || (name === 'max-turns' && !Number.isInteger(value)));
  if (!isWrong) return value;
  throw new MonkeyError(
    'usage.invalid',
    `--${name} needs a ${name === 'max-turns' ? 'whole ' : ''}number above 0, not ${value}`,
  );
}
