// Where the extensions of user and project are, from what the engine was made with.
import type { ExtensionPlaces } from '@monkey-coder/agents';
import type { EngineParts } from './engine-parts.ts';

/** Where the extensions of a folder are. */
export function extensionPlaces(
  { homes, environment }: Pick<EngineParts, 'homes' | 'environment'>,
  root: string,
): ExtensionPlaces {
  return { root, userFolder: homes.config, home: environment['HOME'] ?? environment['USERPROFILE'] ?? '' };
}
