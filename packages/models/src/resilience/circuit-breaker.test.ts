// The states of the breaker, the measure of calls, health, rate limits and queues: pure, with times as numbers.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { collectEvents, testRequest } from '../testing/model-contract.ts';
import { modelFailure } from '../transport/failures.ts';
import { breaking, type CallSample } from './breaking.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { healthAfter, type ModelHealth } from './health.ts';
import { CallQueue, limiting } from './limiting.ts';
import { RateWindow } from './rate-window.ts';

const server = modelFailure('server', 'broken');
const admits = (breaker: CircuitBreaker, now: number): boolean => breaker.admit(now).kind === 'admitted';

describe('CircuitBreaker', () => {
  it('opens when half of the last minute failed, not for failures among many successes', () => {
    const breaker = new CircuitBreaker();
    for (let at = 0; at < 10; at++) breaker.succeeded(at);
    for (let at = 10; at < 19; at++) breaker.failed(server, at);
    expect(admits(breaker, 19)).toBe(true);
    breaker.failed(server, 19);
    expect(breaker.admit(20)).toMatchObject({ kind: 'refused', code: 'server', until: 19 + 15_000 });
  });

  it('forgets what is older than a minute', () => {
    const breaker = new CircuitBreaker();
    for (let index = 0; index < 4; index++) breaker.failed(server, index);
    breaker.failed(server, 61_000);
    expect(admits(breaker, 61_001)).toBe(true);
  });

  it.each(['auth', 'quota', 'permission', 'not_found'] as const)('opens at once on %s', (code) => {
    const breaker = new CircuitBreaker();
    breaker.failed(modelFailure(code, 'no'), 0);
    expect(breaker.admit(1)).toMatchObject({ kind: 'refused', code, until: 600_000 });
  });

  it('keeps closed exactly as long as the provider asked', () => {
    const breaker = new CircuitBreaker();
    breaker.failed(modelFailure('rate_limit', 'slow down', { retryAfterMs: 7000 }), 100);
    expect(breaker.admit(7099).kind).toBe('refused');
    expect(admits(breaker, 7100)).toBe(true);
  });

  it.each(['invalid_request', 'content_policy', 'context_length'] as const)('takes no offence at %s', (code) => {
    const breaker = new CircuitBreaker();
    for (let index = 0; index < 20; index++) breaker.failed(modelFailure(code, 'no'), index);
    expect(admits(breaker, 21)).toBe(true);
  });

  it('lets one probe through, closes on its success, waits twice as long on its failure', () => {
    const breaker = new CircuitBreaker({ until: 1000, code: 'server', message: 'broken' });
    expect(breaker.admit(1000)).toEqual({ kind: 'admitted', isProbe: true });
    expect(breaker.admit(1000).kind).toBe('refused');
    breaker.failed(server, 1500);
    expect(breaker.admit(31_499).kind).toBe('refused');
    expect(breaker.admit(31_500)).toEqual({ kind: 'admitted', isProbe: true });
    breaker.abandoned();
    expect(breaker.admit(31_501)).toEqual({ kind: 'admitted', isProbe: true });
    breaker.succeeded(31_502);
    expect(breaker.admit(31_503)).toEqual({ kind: 'admitted', isProbe: false });
    expect(admits(breaker, 31_503)).toBe(true);
  });
});

describe('breaking', () => {
  it('refuses while open without asking, and frees the probe when its reader leaves', async () => {
    const breaker = new CircuitBreaker({ until: 1000, code: 'quota', message: 'no money' });
    const clock = { now: 10 };
    const inner = createScriptedModel({ name: 's', turns: [{ reply: { text: 'x'.repeat(100) } }] });
    const model = breaking({ now: () => clock.now, breaker })(inner);
    expect(await collectEvents(model)).toMatchObject([
      { type: 'error', failure: { code: 'quota', retryAfterMs: 990 } },
    ]);
    clock.now = 1000;
    for await (const event of model.stream(testRequest(), { signal: new AbortController().signal }))
      if (event.type === 'text.delta') break;
    expect(breaker.admit(1001)).toEqual({ kind: 'admitted', isProbe: true });
  });

  it('a call that was cancelled before it began does not free the place of a probe', async () => {
    const breaker = new CircuitBreaker({ until: 1000, code: 'server', message: 'broken' });
    const inner = createScriptedModel({ name: 's', turns: [{ reply: { text: 'x' } }] });
    const model = breaking({ now: () => 1000, breaker })(inner);
    expect(breaker.admit(1000)).toEqual({ kind: 'admitted', isProbe: true });
    await collectEvents(model, testRequest(), AbortSignal.abort());
    expect(breaker.admit(1000).kind).toBe('refused');
  });

  it('measures calls, and says nothing of cancelled ones', async () => {
    const samples: CallSample[] = [];
    const clock = { now: 0 };
    const tick = (): number => (clock.now += 100);
    const inner = createScriptedModel({
      name: 's',
      turns: [{ reply: { text: 'abc', usage: { input: 1, output: 40 } } }],
    });
    const model = breaking({ now: tick, onCall: (sample) => samples.push(sample) })(inner);
    await collectEvents(model);
    await collectEvents(model, testRequest(), AbortSignal.abort());
    expect(samples).toMatchObject([{ code: 'ok', firstTokenMs: 100, outputTokens: 40 }]);
  });
});

describe('healthAfter', () => {
  it('averages with more weight on what is new, and keeps shares apart', () => {
    const ok = (firstTokenMs: number): CallSample => ({
      at: 1,
      code: 'ok',
      firstTokenMs,
      streamMs: 1000,
      outputTokens: 50,
    });
    const cut: CallSample = { at: 9, code: 'network', firstTokenMs: 5, streamMs: 1, outputTokens: 0 };
    const health = [ok(100), ok(200), cut].reduce<ModelHealth | undefined>(healthAfter, undefined);
    expect(health).toMatchObject({ calls: 3, firstTokenMs: 120, tokensPerSecond: 50, lastError: { code: 'network' } });
    expect(health?.errorRate).toBeCloseTo(0.2);
    expect(health?.truncationRate).toBeCloseTo(0.2);
  });
});

describe('RateWindow', () => {
  const tokens = (count: number) => () => count;

  it('reads durations as OpenAI and Groq write them', () => {
    const window = new RateWindow();
    window.learn({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m2.5s' }, 1000);
    expect(window.freeAt(1000, tokens(1))).toBe(63_500);
    expect(window.freeAt(63_500, tokens(1))).toBe(63_500);
    window.learn({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '20ms' }, 2000);
    expect(window.freeAt(2000, tokens(1))).toBe(2000);
  });

  it('reads the times of Anthropic against the clock of the answer', () => {
    const window = new RateWindow();
    window.learn(
      {
        'anthropic-ratelimit-input-tokens-remaining': '500',
        'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:30Z',
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
      },
      77,
    );
    expect(window.freeAt(77, tokens(400))).toBe(77);
    expect(window.freeAt(77, tokens(501))).toBe(30_077);
  });

  it('does not believe nonsense', () => {
    const window = new RateWindow();
    window.learn({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': 'soon' }, 0);
    window.learn({ 'x-ratelimit-remaining-tokens': '-', 'x-ratelimit-reset-tokens': '1s' }, 0);
    expect(window.freeAt(5, tokens(1_000_000))).toBe(5);
  });
});

describe('limiting', () => {
  it('lets so many run at once, the others in their order, and forgets who left the queue', async () => {
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const sleep = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await delay(5);
      running -= 1;
    };
    const inner = createScriptedModel({ name: 's', turns: [{ delayMs: 1, reply: { text: 'a' } }] }, { sleep });
    const model = limiting(new CallQueue(2))(inner);
    const left = new AbortController();
    const calls = [0, 1, 2, 3, 4].map(async (index) => {
      const events = await collectEvents(model, testRequest(), index === 2 ? left.signal : undefined);
      order.push(index);
      return events.at(-1);
    });
    left.abort();
    const ends = await Promise.all(calls);
    expect(most).toBe(2);
    expect(order).toEqual([2, 0, 1, 3, 4]);
    expect(ends[2]).toMatchObject({ type: 'error', failure: { code: 'cancelled' } });
    expect((await collectEvents(model)).at(-1)?.type).toBe('end');
  });

  it('does not keep a place for who left the queue', async () => {
    const queue = new CallQueue(1);
    const left = new AbortController();
    const forever = new AbortController().signal;
    expect(await queue.enter(forever)).toBe(true);
    const waiting = queue.enter(left.signal);
    left.abort();
    expect(await waiting).toBe(false);
    queue.leave();
    const next = await Promise.race([queue.enter(forever), delay(100, 'stuck')]);
    expect(next).toBe(true);
  });

  it('gives the place back when a reader leaves', { timeout: 3000 }, async () => {
    const inner = createScriptedModel({ name: 's', turns: [{ reply: { text: 'x'.repeat(100) } }] });
    const model = limiting(new CallQueue(1))(inner);
    for await (const event of model.stream(testRequest(), { signal: new AbortController().signal }))
      if (event.type === 'text.delta') break;
    expect((await collectEvents(model)).at(-1)?.type).toBe('end');
  });
});
