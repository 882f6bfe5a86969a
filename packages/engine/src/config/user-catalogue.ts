// The catalogue as this user has it: built in, refreshed with `monkey models refresh`, and extended in settings.
import { join } from 'node:path';
import { type Catalogue, createCatalogue, storedCatalogue, toOverride } from '@monkey-coder/models';
import type { Settings } from './settings.ts';

/** File that `monkey models refresh` keeps facts in. */
export function refreshedCatalogueFile(stateFolder: string): string {
  return join(stateFolder, 'catalogue.json');
}

/** Builtin facts, under refreshed ones, under the models and names of the settings. */
export function userCatalogue({ catalogue }: Pick<Settings, 'catalogue'>, stateFolder: string): Catalogue {
  return createCatalogue((catalogue.models ?? []).map(toOverride), {
    refreshed: storedCatalogue(refreshedCatalogueFile(stateFolder)),
    aliases: catalogue.aliases,
  });
}
