// Facts, names and money from the built-in catalogue, at fixed days.

import { noUsage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import type { ModelFacts } from './model-facts.ts';
import { costMicroUsd, priceOf, worstCaseMicroUsd } from './price.ts';
import { resolveModelName } from './resolve.ts';
import { inputTokensUpperBound } from './token-estimate.ts';

const catalogue = createCatalogue();
const day = (text: string): number => Date.parse(text);
const resolve = (name: string, now: string, available: string[] = ['anthropic', 'openai']) =>
  resolveModelName(name, { catalogue, now: day(now), available });

describe('resolveModelName', () => {
  it('finds exact names with and without provider, whatever the case', () => {
    expect(resolve('claude-sonnet-5', '2026-11-21')).toMatchObject({ kind: 'found', facts: { provider: 'anthropic' } });
    expect(resolve('anthropic/Claude-Sonnet-5', '2026-11-21')).toMatchObject({ facts: { provider: 'anthropic' } });
    expect(resolve('CLAUDE-SONNET-5', '2026-11-21')).toMatchObject({ kind: 'found' });
    expect(resolve('openrouter/anthropic/claude-sonnet-5', '2026-11-21')).toMatchObject({
      facts: { provider: 'openrouter' },
    });
  });

  it('prefers a provider that can be called', () => {
    expect(resolve('openai/gpt-oss-120b', '2026-11-21', ['openrouter'])).toMatchObject({
      facts: { provider: 'openrouter' },
    });
    expect(resolve('openai/gpt-oss-120b', '2026-11-21', ['groq'])).toMatchObject({ facts: { provider: 'groq' } });
  });

  it('leads a retired name to its successor, and says so', () => {
    const before = resolve('gpt-5', '2026-10-01');
    expect(before).toMatchObject({ kind: 'found', facts: { id: 'gpt-5' }, notices: [] });
    const soon = resolve('gpt-5', '2026-11-21');
    expect(soon).toMatchObject({ kind: 'found', notices: [expect.stringContaining('ends on 2026-12-11, in 20 days')] });
    const after = resolve('gpt-5', '2026-12-11');
    expect(after).toMatchObject({
      kind: 'redirected',
      facts: { id: 'gpt-5.6-sol' },
      notices: [expect.stringContaining('gpt-5.6-sol')],
    });
  });

  it('warns from thirty days before an end, not earlier', () => {
    expect(resolve('gpt-5', '2026-11-10')).toMatchObject({ notices: [] });
    expect(resolve('gpt-5', '2026-11-11')).toMatchObject({ notices: [expect.stringContaining('30 days')] });
  });

  it('names the nearest for an unknown name', () => {
    expect(resolve('claude-sonet-5', '2026-11-21')).toMatchObject({
      kind: 'unknown',
      nearest: expect.arrayContaining(['anthropic/claude-sonnet-5']),
    });
    expect(resolve('fats', '2026-11-21')).toMatchObject({ kind: 'unknown', nearest: ['fast'] });
  });

  it('picks living models for tiers and providers', () => {
    const later = '2027-02-01';
    for (const name of ['fast', 'smart', 'reasoning', 'openai', 'anthropic/fast']) {
      const found = resolve(name, later);
      expect(found.kind).toBe('found');
      if (found.kind === 'found')
        expect(found.facts.retires === undefined || day(found.facts.retires) > day(later)).toBe(true);
    }
    expect(resolve('local', later)).toEqual({ kind: 'local' });
    expect(resolve('ollama/qwen3', later)).toEqual({ kind: 'local', provider: 'ollama', model: 'qwen3' });
  });
});

describe('every model', () => {
  it('that has ended leads somewhere living or says that it does not', () => {
    for (const facts of catalogue.models) {
      const found = resolve(`${facts.provider}/${facts.id}`, '2026-11-21');
      expect(['found', 'redirected', 'unknown']).toContain(found.kind);
    }
  });
});

const facts = (provider: string, id: string): ModelFacts | undefined => catalogue.find(provider, id);

describe('money', () => {
  it('prices every component of a usage apart, rounded up', () => {
    const price = priceOf(facts('anthropic', 'claude-sonnet-4-6'), day('2026-11-21'));
    expect(price).toMatchObject({ input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 });
    if (price === undefined) throw new Error('no price');
    const usage = { ...noUsage, inputTokens: 1000, cachedInputTokens: 600, cacheWriteTokens: 300, outputTokens: 50 };
    expect(costMicroUsd(price, usage)).toBe(100 * 3 + 600 * 0.3 + 300 * 3.75 + 50 * 15);
    expect(costMicroUsd({ input: 1, output: 1 }, { ...noUsage, inputTokens: 1 })).toBe(1);
  });

  it('takes the tier of the whole request', () => {
    const price = priceOf(facts('openai', 'gpt-5.4'), day('2026-11-21'));
    if (price === undefined) throw new Error('no price');
    expect(costMicroUsd(price, { ...noUsage, inputTokens: 271_999 })).toBe(679_998);
    expect(costMicroUsd(price, { ...noUsage, inputTokens: 272_000 })).toBe(1_360_000);
  });

  it('follows later prices and hours of the day', () => {
    expect(priceOf(facts('google', 'gemini-3.6-flash'), day('2026-12-31T23:59:00Z'))?.input).toBe(750_000);
    expect(priceOf(facts('google', 'gemini-3.6-flash'), day('2027-01-01'))?.input).toBe(1_500_000);
    const flash = facts('deepseek', 'deepseek-v4-flash');
    expect(priceOf(flash, day('2026-11-21T00:59:00Z'))?.input).toBe(220_000);
    expect(priceOf(flash, day('2026-11-21T01:00:00Z'))?.input).toBe(440_000);
    expect(priceOf(flash, day('2026-11-21T04:00:00Z'))?.input).toBe(220_000);
  });

  it('never costs more than the worst case of its size', () => {
    for (const model of catalogue.models) {
      const price = priceOf(model, day('2026-11-21T02:00:00Z'));
      if (price === undefined) continue;
      for (const inputTokens of [0, 10, 199_999, 200_001, 300_000]) {
        for (const cached of [0, 0.5, 1]) {
          const usage = {
            ...noUsage,
            inputTokens,
            cachedInputTokens: Math.floor(inputTokens * cached),
            cacheWriteTokens: Math.floor(inputTokens * (1 - cached)),
            outputTokens: 900,
            reasoningTokens: 400,
          };
          expect(costMicroUsd(price, usage)).toBeLessThanOrEqual(worstCaseMicroUsd(price, inputTokens, 900));
        }
      }
    }
  });

  it('prices dated names of replies and user overrides', () => {
    expect(facts('openai', 'gpt-6-luna-2026-09-22')?.id).toBe('gpt-6-luna');
    const own = createCatalogue([
      { provider: 'openai', id: 'house-model', price: { input: 5, output: 6 } },
      { provider: 'openai', id: 'gpt-6-sol', price: { input: 7, output: 8 } },
    ]);
    expect(own.find('openai', 'house-model')?.price).toEqual({ input: 5, output: 6 });
    expect(own.find('openai', 'gpt-6-sol')).toMatchObject({ price: { input: 7 }, context: 1_050_000 });
  });
});

describe('inputTokensUpperBound', () => {
  it('counts dense text by the byte', () => {
    const request = (text: string) => ({ callId: '', model: '', system: text, messages: [], tools: [] });
    const prose = inputTokensUpperBound(request('word '.repeat(200)));
    const dense = inputTokensUpperBound(request('a8f3c'.repeat(200)));
    expect(prose).toBeLessThan(600);
    expect(dense).toBeGreaterThanOrEqual(1000);
  });
});
