// All of the user's provider keys that this process knows, so that they can be hidden from what tools say.
import { providerTable } from '@monkey-coder/models';
import type { FoundModel } from '../model-calls/find-model.ts';
import type { EngineParts } from './engine-parts.ts';

/** Keys from the environment, from the key file, and those the run's models, where they are found already, are called with (a command may have printed them). */
export function knownKeys({ environment, settings, keys }: EngineParts, found?: FoundModel): string[] {
  const names = [
    ...providerTable.flatMap((provider) => provider.keyEnv),
    ...Object.values(settings.providers).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
  ];
  const callable = found === undefined ? [] : [found, ...found.alternatives];
  const used = callable.map(({ target }) => target.key?.reveal());
  const all = [...names.map((name) => environment[name]), ...Object.values(keys.readAll()).flat(), ...used];
  return [...new Set(all.map((key) => key?.trim() ?? ''))].filter((key) => key !== '');
}
