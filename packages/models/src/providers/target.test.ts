// From names, environment and keys to where a call goes.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../catalogue/catalogue.ts';
import { testRequest } from '../testing/model-contract.ts';
import { fitRequest } from './fit-request.ts';
import { priceLookup } from './price-lookup.ts';
import { resolveTarget, type TargetRequest } from './target.ts';

const catalogue = createCatalogue();
const now = Date.parse('2026-11-21');
const resolve = (request: Partial<TargetRequest>) => resolveTarget({ env: {}, keys: {}, catalogue, now, ...request });
const refusal = (request: Partial<TargetRequest>): { code: string; message: string; advice: string } => {
  try {
    resolve(request);
  } catch (error) {
    return error as { code: string; message: string; advice: string };
  }
  throw new Error('it was not refused');
};

describe('resolveTarget', () => {
  it('takes the first provider with a key and its living default', () => {
    expect(resolve({ env: { OPENAI_API_KEY: 'k' } })).toMatchObject({
      provider: 'openai',
      model: 'gpt-6-sol',
      dialect: 'openai-responses',
      auth: 'bearer',
    });
    expect(resolve({ keys: { anthropic: 'k', openai: 'k' } })).toMatchObject({
      provider: 'anthropic',
      model: 'claude-sonnet-5',
      dialect: 'anthropic-messages',
      auth: 'x-api-key',
    });
  });

  it('prefers the environment to stored keys, and shows neither', () => {
    const target = resolve({
      model: 'gpt-6-sol',
      env: { OPENAI_API_KEY: ' env-key-0123456789 ' },
      keys: { openai: 'stored' },
    });
    expect(target.key?.reveal()).toBe('env-key-0123456789');
    expect(`${target.key} ${JSON.stringify(target)} ${inspect(target, { depth: 9 })}`).not.toContain('env-key');
    expect(target.key?.fingerprint).toBe('…6789');
  });

  it('refuses without a key, and says which', () => {
    expect(refusal({ model: 'gpt-6-sol' })).toMatchObject({
      code: 'auth.missing-key',
      message: 'no key for OpenAI',
      advice: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect(refusal({})).toMatchObject({ code: 'auth.missing-key' });
  });

  it('names the nearest model', () => {
    const error = refusal({ model: 'gpt-6-soll', env: { OPENAI_API_KEY: 'k' } });
    expect(error).toMatchObject({ code: 'model.unknown', message: expect.stringContaining('openai/gpt-6-sol') });
  });

  it('takes any name at a base URL of the user, with a notice and careful quirks', () => {
    const target = resolve({ model: 'house-model', env: { OPENAI_BASE_URL: 'http://localhost:9/v1/' } });
    expect(target).toMatchObject({
      provider: 'openai',
      model: 'house-model',
      baseUrl: 'http://localhost:9/v1',
      isOwnBaseUrl: true,
      facts: null,
      auth: 'none',
      notices: [expect.stringContaining('unknown')],
    });
    expect(target.quirks).toEqual({ outputLimitField: 'max_tokens', streamUsage: true, replayReasoning: true });
    expect(resolve({ model: 'openai/house', env: { OPENAI_BASE_URL: 'http://h' } }).baseUrl).toBe('http://h/v1');
    expect(resolve({ model: 'x', env: { ANTHROPIC_BASE_URL: 'https://proxy.example/claude' } }).baseUrl).toBe(
      'https://proxy.example/claude/v1',
    );
    expect(resolve({ model: 'custom/x', baseUrls: { custom: 'http://h/api' } })).toMatchObject({
      provider: 'custom',
      model: 'x',
      baseUrl: 'http://h/api',
    });
  });

  it('does not send a key of one vendor to the address of another', () => {
    const env = { OPENAI_BASE_URL: 'http://proxy', ANTHROPIC_API_KEY: 'secret' };
    expect(resolve({ model: 'house-model', env })).toMatchObject({ provider: 'openai', key: null });
    expect(resolve({ model: 'claude-sonnet-5', env })).toMatchObject({
      provider: 'anthropic',
      baseUrl: 'https://api.anthropic.com/v1',
    });
    expect(resolve({ model: 'claude-sonnet-5', env: { OPENAI_BASE_URL: 'http://proxy' } })).toMatchObject({
      provider: 'openai',
      model: 'claude-sonnet-5',
    });
  });

  it('refuses a base URL that is none', () => {
    for (const bad of ['localhost:8080', 'ftp://x', 'nonsense']) {
      expect(refusal({ model: 'x', env: { OPENAI_BASE_URL: bad } })).toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining('OPENAI_BASE_URL'),
      });
    }
  });

  it('finds local models by tier, provider and name', () => {
    const localServers = [
      { provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3'] },
    ];
    expect(resolve({ model: 'local', localServers })).toMatchObject({ provider: 'ollama', model: 'qwen3', key: null });
    expect(resolve({ localServers })).toMatchObject({ provider: 'ollama' });
    expect(resolve({ model: 'ollama/other:7b' })).toMatchObject({ provider: 'ollama', model: 'other:7b' });
    expect(refusal({ model: 'local' })).toMatchObject({ code: 'model.unreachable' });
  });

  it('prices by the name the reply gives; local models cost nothing', () => {
    const target = resolve({ model: 'gpt-6-luna', env: { OPENAI_API_KEY: 'k' } });
    const prices = priceLookup(catalogue, target);
    expect(prices('gpt-6-luna-2026-09-22', now)?.input).toBe(100_000);
    expect(prices('nobody-knows', now)).toBeUndefined();
    expect(priceLookup(catalogue, resolve({ model: 'ollama/x' }))('x', now)).toEqual({ input: 0, output: 0 });
  });

  it('says what happened to a name that ended', () => {
    const target = resolve({ model: 'o1', env: { OPENAI_API_KEY: 'k' } });
    expect(target).toMatchObject({ model: 'gpt-5.6-sol', notices: [expect.stringContaining('ended on 2026-10-23')] });
  });

  it('calls a model where its dialect is spoken', () => {
    const env = { OPENAI_API_KEY: 'k', GEMINI_API_KEY: 'g', COHERE_API_KEY: 'c' };
    expect(resolve({ model: 'gpt-5.5-pro', env })).toMatchObject({
      dialect: 'openai-responses',
      auth: 'bearer',
      baseUrl: 'https://api.openai.com/v1',
      quirks: { promptCacheKey: true, thinking: 'effort' },
    });
    expect(resolve({ model: 'gpt-6-sol', env })).toMatchObject({ dialect: 'openai-responses' });
    const own = { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };
    expect(resolve({ model: 'openai/gpt-6-sol', env: own })).toMatchObject({ dialect: 'openai-chat' });
    expect(resolve({ model: 'gemini-3.6-flash', env })).toMatchObject({
      provider: 'google',
      dialect: 'gemini',
      auth: 'x-goog-api-key',
      quirks: { thinking: 'effort' },
    });
    expect(resolve({ model: 'gemini-2.5-flash', env }).quirks).toEqual({ thinking: 'budget' });
    expect(resolve({ model: 'command-a-03-2025', env })).toMatchObject({
      provider: 'cohere',
      dialect: 'cohere',
      baseUrl: 'https://api.cohere.com/v2',
    });
    expect(resolve({ model: 'google', env }).facts?.provider).toBe('google');
    expect(resolve({ model: 'cohere/fast', env }).facts?.provider).toBe('cohere');
  });

  it('completes a bare base URL with the version of the vendor', () => {
    const base = (env: Record<string, string>, model: string): string => resolve({ env, model }).baseUrl;
    expect(base({ GOOGLE_GEMINI_BASE_URL: 'http://h:1' }, 'google/x')).toBe('http://h:1/v1beta');
    expect(base({ COHERE_BASE_URL: 'http://h:1/' }, 'cohere/x')).toBe('http://h:1/v2');
    expect(base({ OPENROUTER_BASE_URL: 'http://h:1' }, 'openrouter/x')).toBe('http://h:1/v1');
  });

  it('sends no vendor key to a custom address', () => {
    const env = { CUSTOM_BASE_URL: 'http://h/v1', OPENAI_API_KEY: 'secret', ANTHROPIC_API_KEY: 'secret' };
    expect(resolve({ model: 'custom/x', env, keys: { openai: 'secret' } })).toMatchObject({ key: null, auth: 'none' });
    expect(resolve({ model: 'custom/x', env: { ...env, CUSTOM_API_KEY: 'own' } }).key?.reveal()).toBe('own');
  });

  it('refuses a model only served in a dialect its provider is not called in', () => {
    const odd = createCatalogue([{ provider: 'openai', id: 'odd', dialects: ['cohere'] }]);
    expect(refusal({ model: 'odd', env: { OPENAI_API_KEY: 'k' }, catalogue: odd })).toMatchObject({
      code: 'model.unknown',
      message: expect.stringContaining('only served as cohere'),
    });
  });
});

describe('fitRequest', () => {
  const facts = (id: string) => catalogue.find('openai', id) ?? catalogue.find('anthropic', id) ?? null;

  it('leaves out what the model does not take, with a note', () => {
    const { request, notes } = fitRequest(testRequest({ temperature: 0.2, reasoningEffort: 'high' }), facts('gpt-5'));
    expect(request).not.toHaveProperty('temperature');
    expect(request.reasoningEffort).toBe('high');
    expect(notes).toEqual([expect.stringContaining('temperature')]);
    const plain = fitRequest(testRequest({ reasoningEffort: 'high', temperature: 0.2 }), facts('gpt-4o'));
    expect(plain.request).not.toHaveProperty('reasoningEffort');
    expect(plain.request.temperature).toBe(0.2);
  });

  it('takes the output limit from the catalogue', () => {
    expect(fitRequest(testRequest(), facts('gpt-4o')).request.maxOutputTokens).toBe(16_384);
    expect(fitRequest(testRequest({ maxOutputTokens: 99_999 }), facts('gpt-4o')).request.maxOutputTokens).toBe(16_384);
    expect(fitRequest(testRequest(), facts('claude-sonnet-5')).request.maxOutputTokens).toBe(32_000);
    expect(fitRequest(testRequest(), null).request.maxOutputTokens).toBe(8192);
  });

  it('takes the nearest effort the model knows', () => {
    const { request, notes } = fitRequest(
      testRequest({ reasoningEffort: 'low' }),
      catalogue.find('deepseek', 'deepseek-v4-pro') ?? null,
    );
    expect(request.reasoningEffort).toBe('high');
    expect(notes).toHaveLength(1);
  });
});
