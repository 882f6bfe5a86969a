// `monkey config`: shows the settings that hold, changes those of the user.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSettings, settingsSchema } from '@monkey-coder/engine';
import { type JsonObject, MonkeyError, nearestNames, parseJson } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import type { World } from '../configuration/environment.ts';
import { printable } from '../terminal/style.ts';

/** Without operands all settings, else get, set, unset or path. */
export const config: Command = async (context) => {
  const [action, key, ...rest] = context.line.operands;
  if (action === undefined) return showAll(context);
  if (action === 'path') return print(context.world, settingsPath(context.world));
  if (action === 'get' && key) return printJson(context.world, valueAt(context.loaded().settings, key));
  if (action === 'set' && key && rest.length > 0) return change(context.world, key, readValue(rest.join(' ')));
  if (action === 'unset' && key) return change(context.world, key, undefined);
  throw new MonkeyError('usage.invalid', 'monkey config [get KEY | set KEY VALUE | unset KEY | path]');
};

function showAll(context: CommandContext): number {
  const { settings, sources, warnings } = context.loaded();
  if (context.asJson) return printJson(context.world, { settings, sources, warnings });
  for (const warning of warnings) context.world.err(`monkey: ${printable(warning)}\n`);
  context.world.out(`${JSON.stringify(settings, null, 2)}\n`);
  context.world.err(
    sources.length > 0
      ? `from ${sources.map((source) => source.path).join(', ')}\n`
      : 'all defaults; no settings file yet\n',
  );
  return 0;
}

function settingsPath(world: World): string {
  return join(world.homes.config, 'settings.json');
}

function print(world: World, text: string): number {
  world.out(`${text}\n`);
  return 0;
}

function valueAt(settings: object, key: string): unknown {
  let value: unknown = settings;
  for (const part of key.split('.')) {
    if (typeof value !== 'object' || value === null || !(part in value)) throw unknownKey(part, value);
    value = (value as Record<string, unknown>)[part];
  }
  return value ?? null;
}

function unknownKey(key: string, inside: unknown): MonkeyError {
  const known = typeof inside === 'object' && inside !== null ? Object.keys(inside) : Object.keys(settingsSchema.shape);
  const near = nearestNames(key, known)[0];
  return new MonkeyError('usage.invalid', `there is no setting "${key}"${near ? `; did you mean "${near}"?` : ''}`);
}

function readValue(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

/** Checks the whole file before it replaces the old one, so that a wrong value changes nothing. */
function change(world: World, key: string, value: unknown): number {
  const path = settingsPath(world);
  const parts = key.split('.');
  if (!Object.keys(settingsSchema.shape).includes(parts[0] ?? '')) throw unknownKey(parts[0] ?? '', undefined);
  const before = existsSync(path) ? (parseJson(readFileSync(path, 'utf8')) as JsonObject | undefined) : {};
  if (before === undefined) throw new MonkeyError('config.invalid', `${path} is not JSON; correct it first`);
  const after = JSON.stringify(withValue(before, parts, value), null, 2);
  const known = warningsBefore(JSON.stringify(before), path);
  const [wrong] = warningsOf(after, path).filter((warning) => !known.includes(warning));
  if (wrong) throw new MonkeyError('usage.invalid', `nothing was changed: ${wrong}`);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${after}\n`, { mode: 0o600 });
  renameSync(temporary, path);
  return 0;
}

/** A file with a wrong value in it can be corrected by `set` and `unset`. */
function warningsBefore(text: string, path: string): readonly string[] {
  try {
    return warningsOf(text, path);
  } catch {
    return [];
  }
}

/** Throws MonkeyError `config.invalid` for values that do not fit. */
function warningsOf(text: string, path: string): readonly string[] {
  const warnings: string[] = [];
  parseSettings(text, path, warnings);
  return warnings;
}

function withValue(
  object: JsonObject,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const { [first]: old, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [first]: value };
  const inner = typeof old === 'object' && old !== null && !Array.isArray(old) ? (old as JsonObject) : {};
  return { ...object, [first]: withValue(inner, rest, value) };
}
