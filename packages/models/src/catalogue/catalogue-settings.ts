// What a user may say about models: own models, prices and names, in settings.json or in a file to refresh from.
import * as z from 'zod/mini';
import type { ModelOverride } from './catalogue.ts';
import type { Rates } from './model-facts.ts';

const name = z.string().check(z.minLength(1), z.maxLength(200));
const tokens = z.number().check(z.int(), z.positive(), z.maximum(1_000_000_000));
/** Above this a number is no price in USD per million tokens but somebody's other unit. */
const usd = z.number().check(z.nonnegative(), z.maximum(10_000));
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));

/** One model. Only `provider` and `id` are needed; what is named replaces what is known. Prices in USD per million tokens. */
export const catalogueModelSchema = z.lazy(() =>
  z.strictObject({
    provider: name,
    id: name,
    released: z.optional(day),
    retires: z.optional(day),
    successor: z.optional(name),
    context: z.optional(tokens),
    maxInput: z.optional(tokens),
    maxOutput: z.optional(tokens),
    price: z.optional(
      z.strictObject({
        input: usd,
        output: usd,
        cacheRead: z.optional(usd),
        cacheWrite: z.optional(usd),
        reasoning: z.optional(usd),
        /** Other rates for a whole request whose input is above so many tokens. */
        tiers: z.optional(
          z.array(
            z.strictObject({
              above: tokens,
              input: z.optional(usd),
              output: z.optional(usd),
              cacheRead: z.optional(usd),
              cacheWrite: z.optional(usd),
            }),
          ),
        ),
      }),
    ),
    tools: z.optional(z.boolean()),
    temperature: z.optional(z.boolean()),
    reasoning: z.optional(z.boolean()),
    effort: z.optional(z.array(name)),
    budget: z.optional(z.boolean()),
    images: z.optional(z.boolean()),
    dialects: z.optional(
      z
        .array(z.enum(['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'cohere']))
        .check(z.minLength(1)),
    ),
  }),
);
export type CatalogueModel = z.infer<typeof catalogueModelSchema>;

/** `catalogue` in settings.json: own models, and own names for any name that can be resolved. */
export const catalogueSettingsSchema = z.lazy(() =>
  z.strictObject({
    models: z.optional(z.array(catalogueModelSchema)),
    aliases: z.optional(z.record(name, name)),
  }),
);
export type CatalogueSettings = z.infer<typeof catalogueSettingsSchema>;

/** A model as the catalogue keeps it: prices in micro-USD per million tokens. */
export function toOverride({ price, ...model }: CatalogueModel): ModelOverride {
  const given = Object.fromEntries(Object.entries(model).filter(([, value]) => value !== undefined));
  const facts = given as unknown as ModelOverride;
  if (price === undefined) return facts;
  const { tiers, ...rates } = price;
  const converted = tiers?.map(({ above, ...changed }) => ({ above, ...micro(changed) }));
  const whole = micro(rates) as Rates;
  return { ...facts, price: converted === undefined ? whole : { ...whole, tiers: converted } };
}

/** USD to micro-USD; rates nobody gave stay away. */
function micro(rates: Readonly<Record<string, number | undefined>>): Partial<Rates> {
  const given = Object.entries(rates).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([rate, value]) => [rate, Math.round(value * 1_000_000)]));
}
