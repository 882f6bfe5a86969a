// The table of models: built in, extended and corrected by the user's settings.
import { builtinCatalogueText } from './builtin.ts';
import type { ModelFacts } from './model-facts.ts';

/** Facts about models by provider and name. */
export interface Catalogue {
  /** Day of the facts, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly models: readonly ModelFacts[];
  /** The user's own names for other names. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Facts of a provider's model, of what an alias stands for included. */
  find(provider: string, id: string): ModelFacts | undefined;
}

/** A user's entry: replaces the fields it names of a built-in model, or adds a model. */
export type ModelOverride = Partial<ModelFacts> & Pick<ModelFacts, 'provider' | 'id'>;

/** What lies over the built-in facts. */
export interface CatalogueLayers {
  /** Facts fetched later; a price that is only the built-in one without its windows and tiers changes nothing. */
  readonly refreshed?: { readonly asOf: string; readonly models: readonly ModelOverride[] } | undefined;
  /** Names of the user's own for other names. */
  readonly aliases?: Readonly<Record<string, string>> | undefined;
}

/**
 * Parses the built-in facts (about a millisecond), lays refreshed facts over them, and the user's overrides over both.
 * Make it once, at composition.
 */
export function createCatalogue(overrides: readonly ModelOverride[] = [], layers: CatalogueLayers = {}): Catalogue {
  const builtin = JSON.parse(builtinCatalogueText) as { asOf: string; models: ModelFacts[] };
  const byName = new Map(builtin.models.map((facts) => [keyOf(facts.provider, facts.id), facts]));
  const usual = usualDialects(builtin.models);
  const lay = (override: ModelOverride): void => {
    const key = keyOf(override.provider, override.id);
    const dialects = usual.get(override.provider) ?? ['openai-chat'];
    byName.set(key, { dialects, ...byName.get(key), ...override });
  };
  for (const model of layers.refreshed?.models ?? []) lay(withKnownPrice(model, byName));
  for (const override of overrides) lay(override);
  const later = layers.refreshed?.asOf ?? '';
  return {
    asOf: later > builtin.asOf ? later : builtin.asOf,
    models: [...byName.values()],
    aliases: layers.aliases ?? {},
    find: (provider, id) => byName.get(keyOf(provider, id)) ?? dated(byName, provider, id),
  };
}

/** A new model speaks what its provider's newest one speaks. */
function usualDialects(models: readonly ModelFacts[]): Map<string, ModelFacts['dialects']> {
  const newest = new Map<string, ModelFacts>();
  for (const facts of models) {
    const known = newest.get(facts.provider);
    if (known === undefined || (facts.released ?? '') > (known.released ?? '')) newest.set(facts.provider, facts);
  }
  return new Map([...newest].map(([provider, facts]) => [provider, facts.dialects]));
}

/** Public lists leave out windows of the day and announced changes: where the plain rates agree, ours know more. */
function withKnownPrice(model: ModelOverride, byName: ReadonlyMap<string, ModelFacts>): ModelOverride {
  const known = byName.get(keyOf(model.provider, model.id))?.price;
  const agrees = known !== undefined && known.input === model.price?.input && known.output === model.price?.output;
  return agrees ? { ...model, price: { ...model.price, ...known } } : model;
}

function keyOf(provider: string, id: string): string {
  return `${provider}/${id}`;
}

/** Replies name dated snapshots (`gpt-6-luna-2026-09-22`, `claude-x-20260101`) of a name without a date. */
function dated(byName: ReadonlyMap<string, ModelFacts>, provider: string, id: string): ModelFacts | undefined {
  const plain = id.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
  return plain === id ? undefined : byName.get(keyOf(provider, plain));
}
