// Prices for the budget decorator, by the name a reply gives.
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type EffectivePrice, priceOf } from '../catalogue/price.ts';
import { providerEntry } from './table.ts';
import type { ModelTarget } from './target.ts';

/** `priceFor` of a target: what the model named costs at its provider at a time; nothing on this machine. */
export function priceLookup(
  catalogue: Catalogue,
  target: Pick<ModelTarget, 'provider' | 'isOwnBaseUrl'>,
): (model: string, at: number) => EffectivePrice | undefined {
  const isFree = providerEntry(target.provider)?.isLocal === true && !target.isOwnBaseUrl;
  return (model, at) => (isFree ? { input: 0, output: 0 } : priceOf(catalogue.find(target.provider, model), at));
}
