// `monkey models refresh FILE|URL`: newer facts about models from where the user says.

import { resolve } from 'node:path';
import { refreshedCatalogueFile } from '@monkey-coder/engine';
import { proxyFromEnvironment, refreshCatalogue } from '@monkey-coder/models';
import { MonkeyError } from '@monkey-coder/protocol';
import { type CommandContext, printJson } from '../configuration/command-context.ts';

/** Reads, checks and keeps a list of models; what is broken changes nothing. */
export async function modelsRefresh({ world, line, cwd, asJson }: CommandContext): Promise<number> {
  const source = line.operands[1];
  if (!source)
    throw new MonkeyError('usage.invalid', 'refresh from where? Give a file or an address', {
      advice: 'For example `monkey models refresh https://models.dev/api.json`.',
    });
  const result = await refreshCatalogue({
    source: /^https?:\/\//.test(source) ? source : resolve(cwd(), source),
    file: refreshedCatalogueFile(world.homes.state),
    now: world.now(),
    signal: AbortSignal.timeout(120_000),
    proxyFor: proxyFromEnvironment(world.environment),
  });
  if (asJson) return printJson(world, result);
  const ignored = result.ignored > 0 ? `; ${result.ignored} others are of no use here` : '';
  world.out(`${result.models} models as of ${result.asOf} are known from ${source} now${ignored}\n`);
  return 0;
}
