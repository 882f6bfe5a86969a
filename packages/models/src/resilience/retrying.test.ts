// Retries with a fake clock and seeded randomness over scripted failures.
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../scripted/scenario.ts';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { seededRandom } from '../testing/contract.ts';
import { collectEvents } from '../testing/model-contract.ts';
import { type RetryOptions, retrying } from './retrying.ts';

function setUp(turn: Scenario['turns'][number], overrides: Partial<RetryOptions> = {}) {
  const slept: number[] = [];
  let now = 0;
  const options: RetryOptions = {
    random: seededRandom(7),
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
    ...overrides,
  };
  return { slept, model: retrying(options)(createScriptedModel({ name: 's', turns: [turn] })) };
}

const types = (events: readonly { type: string }[]): string[] => events.map((event) => event.type);

describe('retrying', () => {
  it('asks again after an overload, with growing full jitter, each attempt announced', async () => {
    const { slept, model } = setUp({ error: { status: 529 }, times: 2, reply: { text: 'ok' } });
    const events = await collectEvents(model);
    expect(types(events)).toEqual(['restart', 'restart', 'start', 'text.delta', 'end']);
    expect(events[1]).toMatchObject({ type: 'restart', attempt: 3, failure: { code: 'overloaded' } });
    expect(slept[0]).toBeLessThanOrEqual(500);
    expect(slept[1]).toBeLessThanOrEqual(1000);
  });

  it('waits a Retry-After of 120 s in full', async () => {
    const { slept, model } = setUp({ error: { status: 429, retryAfter: 120 }, times: 1, reply: { text: 'ok' } });
    expect((await collectEvents(model)).at(-1)?.type).toBe('end');
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeGreaterThanOrEqual(120_000);
    expect(slept[0]).toBeLessThanOrEqual(121_000);
  });

  it('waits until the headers said there is more, where a limit comes without a Retry-After', async () => {
    const limited = setUp({ error: { status: 429 }, times: 1, reply: { text: 'ok' } }, { notBefore: () => 42_000 });
    expect((await collectEvents(limited.model)).at(-1)?.type).toBe('end');
    expect(limited.slept).toEqual([42_000]);
    const broken = setUp({ error: { status: 500 }, times: 1, reply: { text: 'ok' } }, { notBefore: () => 42_000 });
    await collectEvents(broken.model);
    expect(broken.slept[0]).toBeLessThanOrEqual(500);
  });

  it('fails at once, with the time, when the wait would pass the deadline', async () => {
    const { slept, model } = setUp({ error: { status: 429, retryAfter: 120 } }, { deadline: 60_000 });
    const events = await collectEvents(model);
    expect(slept).toEqual([]);
    expect(events).toMatchObject([
      {
        type: 'error',
        failure: {
          code: 'rate_limit',
          retryAfterMs: 120_000,
          message: expect.stringMatching(/in 12\d s, at 1970-01-01T00:02:0/),
        },
      },
    ]);
  });

  it.each([401, 400, 404])('never repeats status %i', async (status) => {
    const { slept, model } = setUp({ error: { status } });
    expect(types(await collectEvents(model))).toEqual(['error']);
    expect(slept).toEqual([]);
  });

  it('gives up after the last attempt and says how many there were', async () => {
    const { slept, model } = setUp({ error: { status: 500 } }, { maxAttempts: 3 });
    const events = await collectEvents(model);
    expect(slept).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({
      failure: { code: 'server', message: expect.stringContaining('3 attempts') },
    });
  });

  it('after content: restarts by default, fails when told to', async () => {
    const turn = { reply: { text: 'x'.repeat(100) }, chunk: 10, cut: 3, times: 1 };
    const restarted = await collectEvents(setUp(turn).model);
    expect(types(restarted).slice(0, 6)).toEqual([
      'start',
      'text.delta',
      'text.delta',
      'text.delta',
      'restart',
      'start',
    ]);
    expect(restarted.at(-1)?.type).toBe('end');
    const failed = await collectEvents(setUp(turn, { afterContent: 'fail' }).model);
    expect(failed.at(-1)).toMatchObject({ type: 'error', failure: { code: 'network' } });
  });

  it('ends as cancelled when it is aborted while waiting', async () => {
    const controller = new AbortController();
    const { model } = setUp({ error: { status: 500 } }, { sleep: async () => controller.abort() });
    const events = await collectEvents(model, undefined, controller.signal);
    expect(events.at(-1)).toMatchObject({ type: 'error', failure: { code: 'cancelled' } });
  });
});
