// Default models and tiers, chosen by data: the newest living model of a class, never a name that may have ended.
import type { DialectName } from '@monkey-coder/protocol';
import type { Catalogue } from './catalogue.ts';
import { isAlive, type ModelFacts } from './model-facts.ts';

/** What a model is wanted for. `local` is whatever runs on this machine and is not chosen here. */
export type Tier = 'fast' | 'smart' | 'reasoning' | 'local';

/** Patterns of model names per provider and tier; of the first pattern that has living models the newest is taken. */
const classes: Readonly<Record<string, Readonly<Record<'fast' | 'smart' | 'reasoning', readonly string[]>>>> = {
  anthropic: {
    fast: ['^claude-haiku-[\\d-]+$'],
    smart: ['^claude-sonnet-[\\d-]+$'],
    reasoning: ['^claude-opus-[\\d-]+$'],
  },
  openai: {
    fast: ['^gpt-[\\d.]+-luna$', '^gpt-[\\d.]+-mini$'],
    smart: ['^gpt-[\\d.]+(-sol)?$', '^gpt-[\\d.]+-terra$'],
    reasoning: ['^gpt-[\\d.]+-astra$', '^gpt-[\\d.]+(-sol)?$'],
  },
  openrouter: {
    fast: ['^openai/gpt-[\\d.]+-luna$', '^anthropic/claude-haiku-'],
    smart: ['^anthropic/claude-sonnet-[\\d.]+$', '^openai/gpt-[\\d.]+(-sol)?$'],
    reasoning: ['^anthropic/claude-opus-[\\d.]+$'],
  },
  xai: { fast: ['^grok-build', '^grok-[\\d.]+$'], smart: ['^grok-[\\d.]+$'], reasoning: ['^grok-[\\d.]+$'] },
  deepseek: { fast: ['flash$'], smart: ['pro$'], reasoning: ['pro$'] },
  mistral: {
    fast: ['^mistral-small-\\d', '^mistral-small-latest$'],
    smart: ['^mistral-medium-\\d', '^mistral-medium-latest$'],
    reasoning: ['^mistral-medium-\\d', '^magistral-medium-latest$'],
  },
  groq: { fast: ['gpt-oss-20b$'], smart: ['gpt-oss-120b$'], reasoning: ['gpt-oss-120b$'] },
  cohere: {
    fast: ['^command-r7b-\\d', '^command-a-\\d'],
    smart: ['^command-a-plus-', '^command-a-\\d'],
    reasoning: ['^command-a-plus-', '^command-a-reasoning-'],
  },
  google: { fast: ['flash-lite$'], smart: ['flash$'], reasoning: ['pro-preview$', 'flash$'] },
};

/**
 * The model of a tier at a provider: alive, announced, no preview where there is a choice, with a known price and context,
 * able to use tools, and served in one of the dialects. Undefined when there is none.
 */
export function tierModel(
  catalogue: Catalogue,
  provider: string,
  tier: 'fast' | 'smart' | 'reasoning',
  options: { readonly now: number; readonly dialects: readonly DialectName[] },
): ModelFacts | undefined {
  const usable = catalogue.models.filter(
    (facts) =>
      facts.provider === provider &&
      isUsable(facts, options.now) &&
      facts.dialects.some((d) => options.dialects.includes(d)),
  );
  for (const pattern of classes[provider]?.[tier] ?? []) {
    const fitting = usable.filter((facts) => new RegExp(pattern).test(facts.id)).sort(newestFirst);
    if (fitting[0] !== undefined) return fitting[0];
  }
  return undefined;
}

function isUsable(facts: ModelFacts, now: number): boolean {
  const isKnown = facts.price !== undefined && facts.context !== undefined && facts.released !== undefined;
  const isOut = facts.released !== undefined && Date.parse(facts.released) <= now;
  return isKnown && isOut && isAlive(facts, now) && facts.tools !== false;
}

/** Of one day the shortest name: the alias rather than the dated one. */
function newestFirst(a: ModelFacts, b: ModelFacts): number {
  return compare(b.released ?? '', a.released ?? '') || a.id.length - b.id.length || compare(a.id, b.id);
}

/** By code unit: the first `localeCompare` of a process loads the collator, which takes 9 ms. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
