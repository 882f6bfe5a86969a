// An answer is in the reader's hands before its price is settled, and settled when the reader is done with it.
import { describe, expect, it } from 'vitest';
import { createScriptedModel } from '../scripted/scripted-model.ts';
import { testRequest } from '../testing/model-contract.ts';
import { budgeted } from './budgeted.ts';
import { createMemoryLedger } from './memory-ledger.ts';

describe('the order of answer and settlement', () => {
  it('settles after the terminal event was handed on, also when the reader leaves with it', async () => {
    const ledger = createMemoryLedger();
    const price = { input: 1_000_000, output: 1_000_000 };
    const model = budgeted({
      ledger,
      scopes: [{ id: 'run:a' }],
      priceFor: () => price,
      outputLimit: () => 100,
      now: () => 0,
    })(createScriptedModel({ name: 'x', turns: [{ reply: { text: 'hello' } }] }));
    let reservedAtEnd = 0;
    for await (const event of model.stream(testRequest(), { signal: new AbortController().signal })) {
      if (event.type !== 'end') continue;
      expect(event.costMicroUsd).toBeGreaterThan(0);
      reservedAtEnd = (await ledger.use('run:a')).reservedMicroUsd;
      break;
    }
    expect(reservedAtEnd).toBeGreaterThan(0);
    const { spentMicroUsd, reservedMicroUsd } = await ledger.use('run:a');
    expect(spentMicroUsd).toBeGreaterThan(0);
    expect(reservedMicroUsd).toBe(0);
  });
});
