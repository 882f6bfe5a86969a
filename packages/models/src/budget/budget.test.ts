// The memory ledger and the budget decorator, with a scripted model in process.
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../scripted/scenario.ts';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { ledgerContract } from '../testing/ledger-contract.ts';
import { collectEvents, testRequest } from '../testing/model-contract.ts';
import { type BudgetOptions, budgeted, type SettledNotice } from './budgeted.ts';
import { createMemoryLedger } from './memory-ledger.ts';

describe('createMemoryLedger keeps the contract', () => {
  for (const { name, run } of ledgerContract(async () => ({
    ledger: createMemoryLedger(),
    close: async () => undefined,
  }))) {
    it(name, run);
  }
});

const price = { input: 1_000_000, output: 2_000_000 };

function setUp(turn: Scenario['turns'][number], overrides: Partial<BudgetOptions> = {}) {
  const ledger = createMemoryLedger();
  const settled: SettledNotice[] = [];
  const options: BudgetOptions = {
    ledger,
    scopes: [{ id: 'run:1', limitMicroUsd: 10_000 }],
    priceFor: () => price,
    outputLimit: () => 1000,
    now: () => 0,
    onSettled: (notice) => settled.push(notice),
    ...overrides,
  };
  const model = budgeted(options)(createScriptedModel({ name: 's', turns: [turn] }));
  return { ledger, settled, model };
}

describe('budgeted', () => {
  it('settles what the reply says, priced by the model the reply names', async () => {
    const { ledger, settled, model } = setUp(
      { reply: { text: 'hi', usage: { input: 100, output: 50 }, model: 'dear' } },
      { priceFor: (name) => (name === 'dear' ? { input: 3_000_000, output: 4_000_000 } : price) },
    );
    const end = (await collectEvents(model)).at(-1);
    expect(end).toMatchObject({ type: 'end', costMicroUsd: 500 });
    expect(settled).toMatchObject([{ model: 'dear', costMicroUsd: 500, isPriced: true }]);
    expect(await ledger.use('run:1')).toEqual({ spentMicroUsd: 500, reservedMicroUsd: 0 });
  });

  it.each([-5_000_000, 1e300, Number.NaN])(
    'charges the worst case when %d tokens are said to be read',
    async (input) => {
      const { ledger, model } = setUp({ reply: { text: 'hi', usage: { input, output: 50 } } });
      const end = (await collectEvents(model)).at(-1);
      expect(end?.type).toBe('end');
      const { spentMicroUsd, reservedMicroUsd } = await ledger.use('run:1');
      expect(spentMicroUsd).toBeGreaterThanOrEqual(2000);
      expect(reservedMicroUsd).toBe(0);
    },
  );

  it('refuses before the call when the worst case does not fit', async () => {
    const { ledger, settled, model } = setUp(
      { reply: { text: 'hi' } },
      { outputLimit: () => 5000, scopes: [{ id: 'run:1', limitMicroUsd: 4000 }] },
    );
    const events = await collectEvents(model);
    expect(events).toMatchObject([{ type: 'error', failure: { code: 'budget', retry: false } }]);
    expect(settled).toEqual([]);
    expect(await ledger.use('run:1')).toEqual({ spentMicroUsd: 0, reservedMicroUsd: 0 });
  });

  it('asks for a shorter answer where only that fits, as long as it is worth something', async () => {
    const asked: (number | undefined)[] = [];
    const scripted = createScriptedModel({ name: 's', turns: [{ reply: { text: 'hi' } }, { reply: { text: 'hi' } }] });
    const ledger = createMemoryLedger();
    const run = (limitMicroUsd: number) =>
      collectEvents(
        budgeted({
          ledger,
          scopes: [
            { id: 'day:1', limitMicroUsd: 100_000 },
            { id: `run:${limitMicroUsd}`, limitMicroUsd },
          ],
          priceFor: () => price,
          outputLimit: ({ maxOutputTokens }) => maxOutputTokens ?? 16_000,
          now: () => 0,
        })({
          identity: scripted.identity,
          stream: (request, how) => {
            asked.push(request.maxOutputTokens);
            return scripted.stream(request, how);
          },
        }),
      );
    expect((await run(10_000)).at(-1)?.type).toBe('end');
    expect(asked[0]).toBeGreaterThan(4000);
    expect(asked[0]).toBeLessThan(5000);
    expect((await run(4000)).at(-1)).toMatchObject({
      failure: { code: 'budget', message: expect.stringMatching(/this run/) },
    });
    expect(asked).toHaveLength(1);
  });

  it('refuses a capped call without a price, and lets an uncapped one through without a cost', async () => {
    const capped = setUp({ reply: { text: 'hi' } }, { priceFor: () => undefined });
    expect(await collectEvents(capped.model)).toMatchObject([
      { type: 'error', failure: { code: 'budget', message: expect.stringContaining('price') } },
    ]);
    const free = setUp({ reply: { text: 'hi' } }, { priceFor: () => undefined, scopes: [{ id: 'run:1' }] });
    const end = (await collectEvents(free.model)).at(-1);
    expect(end?.type).toBe('end');
    expect(end).not.toHaveProperty('costMicroUsd');
  });

  it('releases a call that failed before content, and charges one that broke off later', async () => {
    const early = setUp({ error: { status: 500 } });
    await collectEvents(early.model);
    expect(await early.ledger.use('run:1')).toEqual({ spentMicroUsd: 0, reservedMicroUsd: 0 });
    const late = setUp({ reply: { text: 'x'.repeat(400) }, chunk: 100, cut: 2 });
    const end = (await collectEvents(late.model)).at(-1);
    expect(end).toMatchObject({ type: 'error', failure: { code: 'network' } });
    const use = await late.ledger.use('run:1');
    expect(use.reservedMicroUsd).toBe(0);
    expect(use.spentMicroUsd).toBeGreaterThanOrEqual(100);
    expect(late.settled[0]?.usage.estimated).toBe(true);
  });

  it('charges what streamed when the reader leaves', async () => {
    const { ledger, model } = setUp({ reply: { text: 'x'.repeat(400) }, chunk: 100 });
    for await (const event of model.stream(testRequest(), { signal: new AbortController().signal })) {
      if (event.type === 'text.delta') break;
    }
    const use = await ledger.use('run:1');
    expect(use.reservedMicroUsd).toBe(0);
    expect(use.spentMicroUsd).toBeGreaterThanOrEqual(50);
  });

  it('lets 200 calls at once never pass the cap', async () => {
    const { ledger, model } = setUp({ reply: { text: 'hi', usage: { input: 10, output: 40 } } });
    const ends = await Promise.all(Array.from({ length: 200 }, () => collectEvents(model)));
    const done = ends.filter((events) => events.at(-1)?.type === 'end').length;
    const use = await ledger.use('run:1');
    expect(use).toEqual({ spentMicroUsd: done * 90, reservedMicroUsd: 0 });
    expect(use.spentMicroUsd).toBeLessThanOrEqual(10_000);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(200);
  });
});
