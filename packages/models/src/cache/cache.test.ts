// The response cache and the watch over prefixes, with scripted models and a real folder.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userMessage } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { budgeted } from '../budget/budgeted.ts';
import { createMemoryLedger } from '../budget/memory-ledger.ts';
import type { ScenarioTurn } from '../scripted/scenario.ts';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { collectEvents, testRequest } from '../testing/model-contract.ts';
import { cached } from './cached.ts';
import { requestKey } from './request-key.ts';
import { createResponseStore } from './response-store.ts';
import { type PrefixChange, watchingPrefix } from './watching-prefix.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp(turns: ScenarioTurn[], place = 'p/m') {
  const ledger = createMemoryLedger();
  const money = budgeted({
    ledger,
    scopes: [{ id: 'run:1', limitMicroUsd: 1_000_000 }],
    priceFor: () => ({ input: 1_000_000, output: 1_000_000 }),
    outputLimit: () => 100,
    now: () => 0,
  });
  let hits = 0;
  const store = createResponseStore(folder);
  const inner = createScriptedModel({ name: 's', mode: 'sequence', turns });
  const model = cached({ store, place, onHit: () => (hits += 1) })(money(inner));
  return { model, ledger, hits: () => hits };
}

const answer = (text: string, more: Partial<ScenarioTurn> = {}): ScenarioTurn => ({
  reply: { text, reasoning: 'because', usage: { input: 10, output: 10 } },
  chunk: 7,
  ...more,
});

describe('cached', () => {
  it('replays the same answer as a stream, for nothing, and says so', async () => {
    const text = 'a long answer '.repeat(100);
    const { model, ledger, hits } = setUp([answer(text), answer('another')]);
    const first = (await collectEvents(model, testRequest({ callId: 'call_1' }))).at(-1);
    const spent = await ledger.use('run:1');
    const again = await collectEvents(model, testRequest({ callId: 'call_2', cacheKey: 'ses_2' }));
    expect(again.length).toBeGreaterThan(4);
    expect(again.map((event) => (event.type === 'text.delta' ? event.text : '')).join('')).toBe(text);
    expect(again.at(-1)).toMatchObject({
      type: 'end',
      isCached: true,
      costMicroUsd: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
      message: first?.type === 'end' ? first.message : {},
    });
    expect(await ledger.use('run:1')).toEqual(spent);
    expect(hits()).toBe(1);
  });

  it('asks when anything that decides the answer differs', async () => {
    const { model } = setUp([answer('one'), answer('two'), answer('three')]);
    await collectEvents(model);
    for (const request of [testRequest({ temperature: 0.5 }), testRequest({ messages: [userMessage('else')] })]) {
      expect((await collectEvents(model, request)).at(-1)).not.toHaveProperty('isCached');
    }
    expect(requestKey('a', testRequest())).not.toBe(requestKey('b', testRequest()));
    const { system, messages, ...rest } = testRequest();
    expect(requestKey('a', { messages, ...rest, system })).toBe(requestKey('a', testRequest()));
  });

  it.each<[string, ScenarioTurn]>([
    ['a refusal', { error: { status: 500 } }],
    ['a broken stream', answer('x'.repeat(50), { cut: 2 })],
    ['an answer cut by a limit', { reply: { text: 'x', finish: 'length' } }],
    ['a filtered answer', { reply: { text: 'x', finish: 'content-filter' } }],
  ])('never stores %s', async (_, turn) => {
    const { model } = setUp([turn, answer('good')]);
    await collectEvents(model);
    expect((await collectEvents(model)).at(-1)).toMatchObject({ type: 'end', finishReason: 'stop' });
  });

  it('asks when what is stored is damaged', async () => {
    const { model } = setUp([answer('one'), answer('two')]);
    await collectEvents(model);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"version":1,"events":[');
    expect((await collectEvents(model)).at(-1)).not.toHaveProperty('isCached');
  });

  it('keeps the folder bounded, the oldest goes first', () => {
    const store = createResponseStore(folder, 20_000);
    const end = { type: 'text.delta' as const, text: 'x'.repeat(1500) };
    for (let index = 0; index < 60; index++) store.write(`key${index}`, [end]);
    const total = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(total).toBeLessThanOrEqual(20_000);
    expect(readdirSync(folder)).toContain('key59.json');
  });
});

describe('watchingPrefix', () => {
  it('is silent while a conversation grows, and names where a request begins to differ', async () => {
    const changes: PrefixChange[] = [];
    const inner = createScriptedModel({ name: 's', turns: [{ reply: { text: 'a' } }] });
    const model = watchingPrefix({ onChange: (change) => changes.push(change) })(inner);
    const [one, two, other] = [userMessage('one'), userMessage('two'), userMessage('other')];
    const tool = { name: 't', description: '', parameters: {} };
    const ask = (overrides: Parameters<typeof testRequest>[0]) => collectEvents(model, testRequest(overrides));
    await ask({ messages: [one], tools: [tool] });
    await ask({ messages: [userMessage('one'), two], tools: [{ ...tool }] });
    expect(changes).toEqual([]);
    await ask({ messages: [one, other, two], tools: [tool] });
    await ask({ messages: [one, other, two], tools: [] });
    await ask({ messages: [one, other, two], tools: [], system: 'now' });
    expect(changes.map(({ where, messageIndex }) => [where, messageIndex])).toEqual([
      ['message', 1],
      ['tools', 0],
      ['system', 0],
    ]);
  });
});
