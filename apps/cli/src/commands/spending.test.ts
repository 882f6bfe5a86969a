// What each charge is put down to, from hand-made records.
import { type Event, type EventBody, noUsage, userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { chargesOf } from './spending.ts';

const day = Date.UTC(2026, 0, 31, 23, 59);

function record(bodies: readonly (EventBody & { parentCallId?: string; time?: number })[]): Event[] {
  return bodies.map((body, seq) => ({ seq, time: day, sessionId: 'ses_1', runId: 'run_1', ...body }) as Event);
}

const begin = (callId: string, turn = 1): EventBody => ({
  type: 'model.started',
  callId,
  turn,
  provider: 'openai',
  model: 'gpt',
  estimatedInputTokens: 1,
});
const settle = (callId: string, amountMicroUsd: number, model?: string): EventBody => ({
  type: 'budget.settled',
  callId,
  reservationId: `res_${callId}_${amountMicroUsd}`,
  amountMicroUsd,
  ...(model === undefined ? {} : { model }),
});
const end = (callId: string): EventBody => ({
  type: 'model.ended',
  callId,
  message: { role: 'assistant', parts: [] },
  finishReason: 'stop',
  model: 'gpt',
  usage: { ...noUsage, inputTokens: 10 },
  costMicroUsd: 1,
  durationMs: 1,
  firstTokenMs: 1,
});
const fail = (callId: string, code: 'cancelled' | 'server'): EventBody => ({
  type: 'model.failed',
  callId,
  failure: { code, message: 'x', retry: false, failover: false, countsAgainstHealth: false },
  partial: { role: 'assistant', parts: [] },
  usage: noUsage,
  costMicroUsd: 1,
});
const resumed: EventBody = { type: 'run.resumed', afterSeq: 0 };
const added = (origin: 'user' | 'verification'): EventBody => ({
  type: 'message.added',
  message: userMessage('x'),
  origin,
});

const causes = (events: readonly Event[]) => chargesOf(events).map(({ cause, costMicroUsd }) => [cause, costMicroUsd]);

describe('chargesOf', () => {
  it('tells turns, failed attempts, ends by hand, and calls that a crash lost', () => {
    const events = record([
      resumed,
      begin('a'),
      settle('a', 5),
      settle('a', 7),
      end('a'),
      begin('b'),
      settle('b', 3),
      fail('b', 'cancelled'),
      begin('c'),
      settle('c', 2),
      fail('c', 'server'),
      begin('d'),
      settle('d', 90),
    ]);
    expect(causes(events)).toEqual([
      ['failed attempt', 5],
      ['turn', 7],
      ['cancelled call', 3],
      ['failed attempt', 2],
      ['call lost in a crash', 90],
    ]);
  });

  it('puts what follows failed checks down to the repair, until the user says something new', () => {
    const events = record([
      resumed,
      added('user'),
      begin('a'),
      settle('a', 1),
      end('a'),
      added('verification'),
      begin('b'),
      settle('b', 2),
      end('b'),
      added('user'),
      begin('c'),
      settle('c', 3),
      end('c'),
    ]);
    expect(causes(events)).toEqual([
      ['turn', 1],
      ['repair after failed checks', 2],
      ['turn', 3],
    ]);
  });

  it('counts on the day the run began, by who was charged, and gives the tokens to the last attempt', () => {
    const events = record([
      resumed,
      { ...begin('a'), time: day + 120_000 },
      { ...settle('a', 1), time: day + 120_000 },
      { ...settle('a', 2, 'anthropic/claude'), time: day + 120_000 },
      { ...end('a'), time: day + 120_000 },
    ]);
    expect(chargesOf(events)).toMatchObject([
      { day: '2026-01-31', model: 'openai/gpt', usage: { inputTokens: 0 } },
      { day: '2026-01-31', model: 'anthropic/claude', usage: { inputTokens: 10 } },
    ]);
  });

  it('leaves what a fork copied to the session it was copied from, and knows sub-agents and stored answers', () => {
    const events = record([
      {
        type: 'session.started',
        logVersion: 1,
        productVersion: 'x',
        cwd: '/',
        forkedFrom: { sessionId: 'ses_0', seq: 4 },
      },
      resumed,
      begin('a'),
      settle('a', 1),
      end('a'),
      resumed,
      begin('b'),
      settle('b', 2),
      { ...end('b'), parentCallId: 'call_parent' },
      begin('c'),
      end('c'),
    ]);
    expect(causes(events)).toEqual([
      ['sub-agent', 2],
      ['stored answer', 0],
    ]);
  });
});
