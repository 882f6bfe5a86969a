// The table of models: built in, extended and corrected by the user's settings.
import { builtinCatalogueText } from './builtin.ts';
import type { ModelFacts } from './model-facts.ts';

/** Facts about models by provider and name. */
export interface Catalogue {
  /** Day of the facts, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly models: readonly ModelFacts[];
  /** Facts of a provider's model, of what an alias stands for included. */
  find(provider: string, id: string): ModelFacts | undefined;
}

/** A user's entry: replaces the fields it names of a built-in model, or adds a model. */
export type ModelOverride = Partial<ModelFacts> & Pick<ModelFacts, 'provider' | 'id'>;

/** Parses the built-in facts (about a millisecond) and lays the overrides over them. Make it once, at composition. */
export function createCatalogue(overrides: readonly ModelOverride[] = []): Catalogue {
  const builtin = JSON.parse(builtinCatalogueText) as { asOf: string; models: ModelFacts[] };
  const byName = new Map(builtin.models.map((facts) => [keyOf(facts.provider, facts.id), facts]));
  for (const override of overrides) {
    const key = keyOf(override.provider, override.id);
    byName.set(key, { dialects: ['openai-chat'], ...byName.get(key), ...override });
  }
  return {
    asOf: builtin.asOf,
    models: [...byName.values()],
    find: (provider, id) => byName.get(keyOf(provider, id)) ?? dated(byName, provider, id),
  };
}

function keyOf(provider: string, id: string): string {
  return `${provider}/${id}`;
}

/** Replies name dated snapshots (`gpt-6-luna-2026-09-22`, `claude-x-20260101`) of a name without a date. */
function dated(byName: ReadonlyMap<string, ModelFacts>, provider: string, id: string): ModelFacts | undefined {
  const plain = id.replace(/-(\d{4}-\d{2}-\d{2}|\d{8})$/, '');
  return plain === id ? undefined : byName.get(keyOf(provider, plain));
}
