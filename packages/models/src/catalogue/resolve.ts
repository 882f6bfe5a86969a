// From what a person types to a model: exact names, aliases, tiers, providers, and names that have ended.
import type { DialectName } from '@monkey-coder/protocol';
import { nearestNames } from '@monkey-coder/protocol';
import type { Catalogue } from './catalogue.ts';
import { isAlive, type ModelFacts } from './model-facts.ts';
import { tierModel } from './tiers.ts';

/** What a name stands for. */
export type ModelResolution =
  | { readonly kind: 'found'; readonly facts: ModelFacts; readonly notices: readonly string[] }
  /** The name has ended: `facts` is its successor; a notice says so. */
  | {
      readonly kind: 'redirected';
      readonly from: string;
      readonly facts: ModelFacts;
      readonly notices: readonly string[];
    }
  /** The tier `local`, or a local provider: what runs there must be asked. */
  | { readonly kind: 'local'; readonly provider?: string; readonly model?: string }
  /** No such name; `message` is one line with the nearest ones. */
  | { readonly kind: 'unknown'; readonly message: string; readonly nearest: readonly string[] };

/** What resolving depends on. */
export interface ResolveOptions {
  readonly catalogue: Catalogue;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Providers that can be called (a key is there), preferred first. Others are considered after them. */
  readonly available: readonly string[];
  /** Dialects that are spoken; default: all of them. */
  readonly dialects?: readonly DialectName[];
}

const warningDays = 30;
const dayMs = 86_400_000;
const tiers = ['fast', 'smart', 'reasoning'] as const;
const localProviders = ['ollama', 'lmstudio', 'llamacpp', 'vllm'];
const spoken: readonly DialectName[] = ['openai-chat', 'anthropic-messages', 'openai-responses', 'gemini', 'cohere'];

/**
 * Resolves `provider/model`, a model name, a tier (`fast`, `smart`, `reasoning`, `local`) or a provider (its default).
 * A retired name resolves to its successor, with a notice; one that ends within thirty days gets a warning.
 */
export function resolveModelName(name: string, options: ResolveOptions): ModelResolution {
  const typed = name.trim();
  const wanted = Object.hasOwn(options.catalogue.aliases, typed) ? (options.catalogue.aliases[typed] ?? typed) : typed;
  const byTier = resolveTier(wanted, options);
  if (byTier !== undefined) return byTier;
  const candidates = candidatesFor(wanted, options);
  const rank = (facts: ModelFacts): number => {
    const index = options.available.indexOf(facts.provider);
    return index === -1 ? options.available.length : index;
  };
  const [best] = candidates.sort((a, b) => rank(a) - rank(b));
  if (best !== undefined) return follow(best, options);
  return resolveLocal(wanted) ?? unknown(wanted, options);
}

function resolveTier(name: string, options: ResolveOptions): ModelResolution | undefined {
  if (name === 'local') return { kind: 'local' };
  const [first, second] = splitOnce(name);
  const tier = tiers.find((one) => one === (second ?? first));
  const known = options.catalogue.models.some((facts) => facts.provider === first);
  if (tier === undefined && !(known && second === undefined)) return undefined;
  const providers = second !== undefined || known ? [first] : options.available;
  const dialects = options.dialects ?? spoken;
  for (const provider of providers) {
    const facts = tierModel(options.catalogue, provider, tier ?? 'smart', { now: options.now, dialects });
    if (facts !== undefined) return { kind: 'found', facts, notices: endNotices(facts, options.now) };
  }
  const who = providers.length > 0 ? providers.join(', ') : 'any provider with a key';
  return { kind: 'unknown', message: `no model of tier ${tier ?? 'smart'} is known at ${who}`, nearest: [] };
}

function splitOnce(name: string): [string, string | undefined] {
  const slash = name.indexOf('/');
  return slash === -1 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)];
}

/** A provider's own model before a name with a slash of somebody else, the exact spelling before others. */
function candidatesFor(name: string, options: ResolveOptions): ModelFacts[] {
  const [provider, id] = splitOnce(name);
  const exact = id === undefined ? undefined : options.catalogue.find(provider, id);
  if (exact !== undefined) return [exact];
  const { models } = options.catalogue;
  const lower = name.toLowerCase();
  const own = models.filter((facts) => `${facts.provider}/${facts.id}`.toLowerCase() === lower);
  return own.length > 0 ? own : models.filter((facts) => facts.id.toLowerCase() === lower);
}

/** Walks successors until one lives; a circle or an unknown successor ends the walk. */
function follow(facts: ModelFacts, options: ResolveOptions): ModelResolution {
  if (isAlive(facts, options.now)) return { kind: 'found', facts, notices: endNotices(facts, options.now) };
  const seen = new Set<string>();
  let current: ModelFacts | undefined = facts;
  while (current !== undefined && !isAlive(current, options.now) && !seen.has(current.id)) {
    seen.add(current.id);
    const next: string | undefined = current.redirectsTo ?? current.successor;
    current = next === undefined ? undefined : options.catalogue.find(current.provider, next);
  }
  const from = `${facts.provider}/${facts.id}`;
  const ended = facts.retires === undefined ? 'has ended' : `ended on ${facts.retires}`;
  if (current === undefined || !isAlive(current, options.now)) {
    const near = livingNear(facts.id, facts.provider, options);
    const usual = tierModel(options.catalogue, facts.provider, 'smart', {
      now: options.now,
      dialects: options.dialects ?? spoken,
    });
    const nearest = near.length === 0 && usual !== undefined ? [`${usual.provider}/${usual.id}`] : near;
    return { kind: 'unknown', message: `${from} ${ended} and has no successor${suggestion(nearest)}`, nearest };
  }
  const notice = `${from} ${ended}; ${current.provider}/${current.id} is used instead, at its price`;
  return { kind: 'redirected', from, facts: current, notices: [notice, ...endNotices(current, options.now)] };
}

function endNotices(facts: ModelFacts, now: number): string[] {
  if (facts.retires === undefined) return [];
  const days = Math.ceil((Date.parse(facts.retires) - now) / dayMs);
  if (days > warningDays) return [];
  const next = facts.redirectsTo ?? facts.successor;
  const then = next === undefined ? '' : `; its successor is ${facts.provider}/${next}`;
  return [`${facts.provider}/${facts.id} ends on ${facts.retires}, in ${days} day${days === 1 ? '' : 's'}${then}`];
}

function resolveLocal(name: string): ModelResolution | undefined {
  const [provider, model] = splitOnce(name);
  if (!localProviders.includes(provider)) return undefined;
  return { kind: 'local', provider, ...(model === undefined ? {} : { model }) };
}

function unknown(name: string, options: ResolveOptions): ModelResolution {
  const [provider, id] = splitOnce(name);
  const atProvider = id !== undefined && options.catalogue.models.some((facts) => facts.provider === provider);
  const nearest = livingNear(id ?? name, atProvider ? provider : undefined, options);
  return { kind: 'unknown', message: `no model is named "${name}"${suggestion(nearest)}`, nearest };
}

function livingNear(id: string, provider: string | undefined, options: ResolveOptions): string[] {
  const living = options.catalogue.models.filter(
    (facts) => (provider === undefined || facts.provider === provider) && isAlive(facts, options.now),
  );
  const near = nearestNames(id, [
    ...new Set(living.map((facts) => facts.id)),
    ...(provider === undefined ? tiers : []),
  ]);
  return near.map((one) => {
    const owner = living.find((facts) => facts.id === one);
    return owner === undefined ? one : `${owner.provider}/${one}`;
  });
}

function suggestion(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
}
