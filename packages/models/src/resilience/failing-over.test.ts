// Chains of scripted models with a fake clock: who is asked, in which order, and what the reader sees.
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { budgeted } from '../budget/budgeted.ts';
import { createMemoryLedger } from '../budget/memory-ledger.ts';
import type { LanguageModel } from '../language-model.ts';
import type { ScenarioTurn } from '../scripted/scenario.ts';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { seededRandom } from '../testing/contract.ts';
import { collectEvents, testRequest } from '../testing/model-contract.ts';
import { breaking } from './breaking.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { type Candidate, type FailoverOptions, failingOver, type TakeOver } from './failing-over.ts';

const good: ScenarioTurn = { reply: { text: 'fine' } };
const down: ScenarioTurn = { error: { status: 500 } };

/** A scripted model that counts its calls. */
function scripted(name: string, turn: ScenarioTurn): Candidate & { calls(): number } {
  let calls = 0;
  // A begun answer counts as a turn of the conversation: the second is the one that goes on.
  const model = createScriptedModel({ name, model: name, turns: [turn, turn] });
  const counting: LanguageModel = {
    identity: { provider: name, model: name },
    stream(request, options) {
      calls += 1;
      expect(request.model).toBe(name);
      return model.stream(request, options);
    },
  };
  return { name, model: counting, calls: () => calls };
}

function setUp(candidates: [Candidate, ...Candidate[]], overrides: Partial<FailoverOptions> = {}) {
  const slept: number[] = [];
  const takeOvers: TakeOver[] = [];
  let now = 0;
  const model = failingOver(candidates, {
    random: seededRandom(3),
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
    onTakeOver: (takeOver) => takeOvers.push(takeOver),
    ...overrides,
  });
  return { model, slept, takeOvers, advance: (ms: number) => (now += ms), now: () => now };
}

const types = (events: readonly ModelEvent[]): string[] => events.map((event) => event.type);
const endOf = (events: readonly ModelEvent[]) => events.at(-1);

describe('failingOver', () => {
  it('asks only the first while it answers', async () => {
    const [a, b] = [scripted('a', good), scripted('b', good)];
    const { model, takeOvers } = setUp([a, b]);
    expect(endOf(await collectEvents(model))).toMatchObject({ type: 'end', model: 'a' });
    expect([a.calls(), b.calls(), takeOvers.length]).toEqual([1, 0, 0]);
  });

  it.each([401, 404, 429, 500, 529])(
    'asks the next at once after status %i, and says who took over',
    async (status) => {
      const [a, b] = [scripted('a', { error: { status, retryAfter: 120 } }), scripted('b', good)];
      const { model, slept, takeOvers } = setUp([a, b]);
      const events = await collectEvents(model);
      expect(types(events)).toEqual(['restart', 'start', 'text.delta', 'end']);
      expect(endOf(events)).toMatchObject({ model: 'b' });
      expect(slept).toEqual([]);
      expect(takeOvers).toMatchObject([{ from: 'a', to: 'b', failure: { status } }]);
    },
  );

  it('never splices: what streamed before the break is announced as thrown away', async () => {
    const [a, b] = [scripted('a', { reply: { text: 'x'.repeat(90) }, chunk: 30, cut: 2 }), scripted('b', good)];
    const { model } = setUp([a, b]);
    const events = await collectEvents(model);
    const restart = events.findIndex((event) => event.type === 'restart');
    const after = events.slice(restart).map((event) => (event.type === 'text.delta' ? event.text : ''));
    expect(restart).toBeGreaterThan(1);
    expect(after.join('')).toBe('fine');
    expect(endOf(events)).toMatchObject({ message: { parts: [{ type: 'text', text: 'fine' }] } });
  });

  it('fails instead, where that is the policy and content came', async () => {
    const [a, b] = [scripted('a', { reply: { text: 'x'.repeat(90) }, chunk: 30, cut: 2 }), scripted('b', good)];
    const { model } = setUp([a, b], { afterContent: 'fail' });
    expect(endOf(await collectEvents(model))).toMatchObject({ type: 'error', failure: { code: 'network' } });
    expect(b.calls()).toBe(0);
  });

  describe('where the next may go on', () => {
    const broken: ScenarioTurn = { reply: { text: `${'Once upon a time '.repeat(4)}there` }, chunk: 17, cut: 3 };
    const asked: ModelRequest[] = [];
    const goingOn = (turn: ScenarioTurn): Candidate & { calls(): number } => {
      const inner = scripted('b', turn);
      const model: LanguageModel = {
        identity: inner.model.identity,
        stream(request, options) {
          asked.push(request);
          return inner.model.stream(request, options);
        },
      };
      return { ...inner, model, canContinue: true };
    };

    it('hands over the beginning and tells one whole answer', async () => {
      asked.length = 0;
      const a = scripted('a', broken);
      const { model, takeOvers } = setUp([a, goingOn({ reply: { text: ' a monkey.' }, chunk: 4 })], {
        afterContent: 'continue',
      });
      const events = await collectEvents(model);
      const read = events.map((event) => (event.type === 'text.delta' ? event.text : '')).join('');
      const begun = asked[0]?.messages.at(-1);
      expect(types(events)).not.toContain('restart');
      expect(types(events).filter((type) => type === 'start')).toHaveLength(1);
      expect(begun?.role).toBe('assistant');
      const begunText = begun?.parts[0]?.type === 'text' ? begun.parts[0].text : '';
      expect(begunText).toMatch(/^Once upon a time.*[^ ]$/);
      expect(read).toBe(`${begunText} a monkey.`);
      expect(endOf(events)).toMatchObject({ type: 'end', message: { parts: [{ type: 'text', text: read }] } });
      expect(takeOvers).toMatchObject([{ to: 'b', isContinuation: true }]);
    });

    it('throws away what one had begun that cannot be continued: thoughts and tool calls', async () => {
      const call = { name: 'read', arguments: { path: 'a' } };
      const a = scripted('a', { reply: { text: 'Let me look.', toolCalls: [call] }, chunk: 6, cut: 4 });
      const { model } = setUp([a, goingOn(good)], { afterContent: 'continue' });
      const events = await collectEvents(model);
      expect(types(events)).toContain('restart');
      expect(endOf(events)).toMatchObject({ message: { parts: [{ type: 'text', text: 'fine' }] } });
    });

    it('starts anew where the next one does not take a beginning', async () => {
      const { model } = setUp([scripted('a', broken), scripted('b', good)], { afterContent: 'continue' });
      const events = await collectEvents(model);
      expect(types(events)).toContain('restart');
      expect(endOf(events)).toMatchObject({ message: { parts: [{ type: 'text', text: 'fine' }] } });
    });
  });

  it('does not fail over what would fail anywhere', async () => {
    const [a, b] = [scripted('a', { error: { status: 400 } }), scripted('b', good)];
    const { model } = setUp([a, b]);
    expect(endOf(await collectEvents(model))).toMatchObject({ failure: { code: 'invalid_request' } });
    expect(b.calls()).toBe(0);
  });

  it('a stand-in that refuses the request does not end what the first choice may still answer', async () => {
    const a = scripted('a', { ...down, times: 1, ...good });
    const b = scripted('b', { error: { status: 400 } });
    const { model } = setUp([a, b]);
    expect(endOf(await collectEvents(model))).toMatchObject({ type: 'end', model: 'a' });
    expect([a.calls(), b.calls()]).toEqual([2, 1]);
  });

  it('goes through the chain again, waiting with jitter, and never asks again who will not change', async () => {
    const [a, b] = [scripted('a', { ...down, times: 2, ...good }), scripted('b', { error: { status: 401 } })];
    const { model, slept } = setUp([a, b]);
    const events = await collectEvents(model);
    expect(endOf(events)).toMatchObject({ type: 'end', model: 'a' });
    expect([a.calls(), b.calls(), slept.length]).toEqual([3, 1, 2]);
    const attempts = events.flatMap((event) => (event.type === 'restart' ? [event.attempt] : []));
    expect(attempts).toEqual([2, 3, 4]);
  });

  it('gives up after its rounds with the failure of the first choice and word of the others', async () => {
    const [a, b] = [scripted('a', down), scripted('b', { error: { status: 401, message: 'bad key' } })];
    const { model } = setUp([a, b], { rounds: 3 });
    expect(endOf(await collectEvents(model))).toMatchObject({
      type: 'error',
      failure: { code: 'server', message: expect.stringContaining('bad key') },
    });
    expect(a.calls()).toBe(3);
  });

  it('gives up rather than pass the deadline', async () => {
    const a = scripted('a', { error: { status: 429, retryAfter: 120 } });
    const b = scripted('b', { error: { status: 429, retryAfter: 90 } });
    const { model, slept } = setUp([a, b], { deadline: 60_000 });
    expect(endOf(await collectEvents(model))).toMatchObject({ failure: { code: 'rate_limit' } });
    expect(slept).toEqual([]);
  });

  it('sends nothing into a time when a candidate may not be asked, and waits when none may', async () => {
    let freeAt = 1000;
    const a = { ...scripted('a', good), availableAt: () => freeAt };
    const b = scripted('b', good);
    const both = setUp([a, b]);
    expect(endOf(await collectEvents(both.model))).toMatchObject({ model: 'b' });
    both.advance(1000);
    expect(endOf(await collectEvents(both.model))).toMatchObject({ model: 'a' });
    expect(both.takeOvers.map(({ to }) => to)).toEqual(['b', 'a']);
    freeAt = 5000;
    const alone = setUp([a, { ...b, availableAt: () => 9000 }]);
    expect(endOf(await collectEvents(alone.model))).toMatchObject({ model: 'a' });
    expect(alone.now()).toBe(5000);
  });

  it('adds up what the attempts cost, each at the price of who was asked', async () => {
    const ledger = createMemoryLedger();
    const paid = (candidate: Candidate, input: number): Candidate => ({
      ...candidate,
      model: budgeted({
        ledger,
        scopes: [{ id: 'run:1', limitMicroUsd: 1_000_000 }],
        priceFor: () => ({ input, output: 0 }),
        outputLimit: () => 10,
        now: () => 0,
      })(candidate.model),
    });
    const broken = scripted('a', {
      reply: { text: 'x'.repeat(90), usage: { input: 5, output: 5 } },
      chunk: 30,
      cut: 2,
    });
    const fine = scripted('b', { reply: { text: 'ok', usage: { input: 100, output: 1 } } });
    const { model } = setUp([paid(broken, 7_000_000), paid(fine, 3_000_000)]);
    const end = endOf(await collectEvents(model));
    const { spentMicroUsd, reservedMicroUsd } = await ledger.use('run:1');
    expect(end).toMatchObject({ type: 'end', costMicroUsd: spentMicroUsd });
    expect(spentMicroUsd).toBeGreaterThan(300);
    expect(reservedMicroUsd).toBe(0);
  });

  it('ends as cancelled when it is aborted while waiting', async () => {
    const controller = new AbortController();
    const { model } = setUp([scripted('a', down), scripted('b', down)], { sleep: async () => controller.abort() });
    const events = await collectEvents(model, testRequest(), controller.signal);
    expect(endOf(events)).toMatchObject({ type: 'error', failure: { code: 'cancelled' } });
  });

  it('leaves out who is down once its breaker is open, and comes back by a probe', async () => {
    const times = 5;
    const a = scripted('a', { ...down, times, ...good });
    const clock = { now: 0 };
    const breaker = new CircuitBreaker();
    const guarded: Candidate = {
      name: 'a',
      model: breaking({ now: () => clock.now, breaker })(a.model),
      availableAt: () => breaker.open?.until ?? 0,
    };
    const { model } = setUp([guarded, scripted('b', good)], { now: () => clock.now });
    const models: string[] = [];
    const ask = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        clock.now += 10;
        const end = endOf(await collectEvents(model));
        models.push(end?.type === 'end' ? end.model : 'none');
      }
    };
    await ask(20);
    expect(a.calls()).toBe(5);
    clock.now += 60_000;
    await ask(3);
    expect(models.slice(-3)).toEqual(['a', 'a', 'a']);
    expect(models.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'b'));
  });
});
