// Reads a list of models from elsewhere: our own form, or the JSON of models.dev (https://models.dev/api.json, MIT).
import { describeIssues, MonkeyError, parseJson } from '@monkey-coder/protocol';
import * as z from 'zod/mini';
import type { ModelOverride } from './catalogue.ts';
import { type CatalogueModel, catalogueModelSchema, toOverride } from './catalogue-settings.ts';

/** What a text says. */
export interface CatalogueRead {
  readonly form: 'own' | 'models.dev';
  /** Day of the facts where the text tells it. */
  readonly asOf?: string;
  readonly models: readonly ModelOverride[];
  /** Models of providers nobody here calls, and models that do not write text. */
  readonly ignored: number;
}

const ownSchema = z.strictObject({
  asOf: z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))),
  models: z.array(catalogueModelSchema).check(z.minLength(1)),
});

const amount = z.optional(z.nullable(z.number().check(z.nonnegative())));
const rates = { input: amount, output: amount, cache_read: amount, cache_write: amount };
const foreignModelSchema = z.looseObject({
  id: z.string().check(z.minLength(1)),
  release_date: z.optional(z.string()),
  reasoning: z.optional(z.boolean()),
  temperature: z.optional(z.boolean()),
  tool_call: z.optional(z.boolean()),
  modalities: z.optional(z.looseObject({ input: z.array(z.string()), output: z.array(z.string()) })),
  limit: z.optional(z.looseObject({ context: z.number(), output: z.number(), input: z.optional(z.number()) })),
  cost: z.optional(
    z.looseObject({ ...rates, reasoning: amount, context_over_200k: z.optional(z.looseObject({ ...rates })) }),
  ),
});
type ForeignModel = z.infer<typeof foreignModelSchema>;
const foreignProviderSchema = z.looseObject({ models: z.record(z.string(), foreignModelSchema) });

/** Providers of models.dev under the names they have here. */
const providerNames: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  openrouter: 'openrouter',
  xai: 'xai',
  deepseek: 'deepseek',
  mistral: 'mistral',
  groq: 'groq',
  cohere: 'cohere',
  azure: 'azure',
};

/** Reads a text whole or not at all. `source` names it in errors. Throws MonkeyError `config.invalid` with what is wrong and where. */
export function readCatalogueText(text: string, source: string): CatalogueRead {
  const value = parseJson(text.replace(/^\ufeff/, ''));
  if (typeof value !== 'object' || value === null) throw broken(source, 'it is not a JSON document');
  if (Array.isArray(value) || 'models' in value)
    return readOwn(Array.isArray(value) ? { models: value } : value, source);
  return readForeign(value as Readonly<Record<string, unknown>>, source);
}

function broken(source: string, why: string): MonkeyError {
  return new MonkeyError('config.invalid', `${source} is no list of models: ${why}`, {
    advice: 'Nothing was changed. See docs/providers.md for the two forms that are read.',
  });
}

function readOwn(value: unknown, source: string): CatalogueRead {
  const checked = z.safeParse(ownSchema, value);
  if (!checked.success) throw broken(source, describeIssues(checked.error));
  const { asOf, models } = checked.data;
  return { form: 'own', ...(asOf === undefined ? {} : { asOf }), models: models.map(toOverride), ignored: 0 };
}

function readForeign(value: Readonly<Record<string, unknown>>, source: string): CatalogueRead {
  const models: ModelOverride[] = [];
  let ignored = 0;
  for (const [key, given] of Object.entries(value)) {
    const provider = Object.hasOwn(providerNames, key) ? providerNames[key] : undefined;
    if (provider === undefined) {
      ignored += countModels(given);
      continue;
    }
    const checked = z.safeParse(foreignProviderSchema, given);
    if (!checked.success) throw broken(source, `${key}.${describeIssues(checked.error)}`);
    for (const model of Object.values(checked.data.models)) {
      if (model.modalities?.output.includes('text') === false) ignored += 1;
      else models.push(toOverride(checkedModel(provider, model, source)));
    }
  }
  if (models.length === 0) throw broken(source, 'it has no model of a provider that is called here');
  return { form: 'models.dev', models, ignored };
}

function countModels(given: unknown): number {
  const models = typeof given === 'object' && given !== null ? (given as { models?: unknown }).models : undefined;
  return typeof models === 'object' && models !== null ? Object.keys(models).length : 0;
}

/** Through our own schema too, which knows what a price and a limit can be. */
function checkedModel(provider: string, model: ForeignModel, source: string): CatalogueModel {
  const { limit, modalities } = model;
  const positive = (value: number | undefined): number | undefined => (value ? value : undefined);
  const candidate = {
    provider,
    id: model.id,
    released: /^\d{4}-\d{2}-\d{2}$/.test(model.release_date ?? '') ? model.release_date : undefined,
    context: positive(limit?.context),
    maxInput: positive(limit?.input),
    maxOutput: positive(limit?.output),
    price: priceOf(model),
    tools: model.tool_call,
    temperature: model.temperature,
    reasoning: model.reasoning,
    images: modalities?.input.includes('image'),
  };
  const told = Object.fromEntries(Object.entries(candidate).filter(([, fact]) => fact !== undefined));
  const checked = z.safeParse(catalogueModelSchema, told);
  if (!checked.success) throw broken(source, `${provider}.models.${model.id}.${describeIssues(checked.error)}`);
  return checked.data;
}

function priceOf({ cost }: ForeignModel): object | undefined {
  if (typeof cost?.input !== 'number' || typeof cost.output !== 'number') return undefined;
  const { reasoning, context_over_200k: over } = cost;
  const tiers = over === undefined ? {} : { tiers: [{ above: 200_000, ...ratesOf(over) }] };
  return { ...ratesOf(cost), ...(typeof reasoning === 'number' ? { reasoning } : {}), ...tiers };
}

function ratesOf(cost: Readonly<Record<string, unknown>>): Record<string, number> {
  const names = { input: 'input', output: 'output', cache_read: 'cacheRead', cache_write: 'cacheWrite' };
  return Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => {
      const value = cost[theirs];
      return typeof value === 'number' ? [[ours, value] as const] : [];
    }),
  );
}
