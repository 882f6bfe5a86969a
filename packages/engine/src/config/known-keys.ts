// Which keys are known without asking anybody: stored ones, those of variables the settings name, and promises of commands.
import type { Settings } from './settings.ts';

/** Stands for a key that a command will print: the command only runs when its provider is the one that is called. */
export const promisedKey = 'printed by apiKeyCommand';

/** What is looked at. */
export interface KeySources {
  readonly settings: Pick<Settings, 'providers'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Stored keys by provider, those tried first in front. */
  readonly keys: () => Readonly<Record<string, readonly string[]>>;
}

/** Keys by provider in the order they are tried, the variable the settings name first; `promisedKey` where only a command is known. */
export function knownKeys({ settings, environment, keys }: KeySources): Readonly<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = { ...keys() };
  for (const [id, { apiKeyEnv, apiKeyCommand }] of Object.entries(settings.providers)) {
    const named = apiKeyEnv === undefined ? undefined : environment[apiKeyEnv]?.trim();
    const known = [...(named ? [named] : []), ...(all[id] ?? [])];
    if (known.length === 0 && apiKeyCommand !== undefined) known.push(promisedKey);
    if (known.length > 0) all[id] = known;
  }
  return all;
}

/** The key of each provider that is tried first. */
export function firstKeys(keys: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(keys).flatMap(([id, [key]]) => (key === undefined ? [] : [[id, key]])));
}
