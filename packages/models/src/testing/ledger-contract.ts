// The conformance suite of `Ledger`: every implementation runs it.
import assert from 'node:assert/strict';
import type { BudgetScope, Ledger, Reservation } from '../budget/ledger.ts';
import { type ContractCase, seededRandom } from './contract.ts';

/** Opens an empty ledger and cleans up after it. */
export type OpenLedger = () => Promise<{ readonly ledger: Ledger; close(): Promise<void> }>;

const run: BudgetScope = { id: 'run:1', limitMicroUsd: 1000 };
const session: BudgetScope = { id: 'session:1', limitMicroUsd: 500 };
const free: BudgetScope = { id: 'day:1' };

async function reserved(ledger: Ledger, amountMicroUsd: number, scopes: readonly BudgetScope[]): Promise<Reservation> {
  const result = await ledger.reserve({ callId: 'call_1', amountMicroUsd, scopes });
  assert.equal(result.kind, 'reserved');
  return result as Reservation;
}

const cases: Readonly<Record<string, (ledger: Ledger) => Promise<void>>> = {
  'a reservation counts until it is settled, then what it cost counts': async (ledger) => {
    const reservation = await reserved(ledger, 300, [run, free]);
    assert.deepEqual(await ledger.use(run.id), { spentMicroUsd: 0, reservedMicroUsd: 300 });
    await reservation.settle(120);
    assert.deepEqual(await ledger.use(run.id), { spentMicroUsd: 120, reservedMicroUsd: 0 });
    assert.deepEqual(await ledger.use(free.id), { spentMicroUsd: 120, reservedMicroUsd: 0 });
  },
  'the first settlement counts, and a release after it does nothing': async (ledger) => {
    const reservation = await reserved(ledger, 300, [run]);
    await reservation.settle(120);
    await reservation.settle(299);
    await reservation.release();
    assert.deepEqual(await ledger.use(run.id), { spentMicroUsd: 120, reservedMicroUsd: 0 });
  },
  'a released reservation cost nothing, also when it is released twice': async (ledger) => {
    const reservation = await reserved(ledger, 1000, [run]);
    await reservation.release();
    await reservation.release();
    assert.deepEqual(await ledger.use(run.id), { spentMicroUsd: 0, reservedMicroUsd: 0 });
    await reserved(ledger, 1000, [run]);
  },
  'a refusal of one scope reserves nothing in any': async (ledger) => {
    const refusal = await ledger.reserve({ callId: 'call_1', amountMicroUsd: 600, scopes: [run, session, free] });
    assert.deepEqual(refusal, {
      kind: 'refused',
      scope: session.id,
      limitMicroUsd: 500,
      spentMicroUsd: 0,
      reservedMicroUsd: 0,
      wantedMicroUsd: 600,
    });
    for (const scope of [run, session, free]) {
      assert.deepEqual(await ledger.use(scope.id), { spentMicroUsd: 0, reservedMicroUsd: 0 });
    }
  },
  'exactly the cap is allowed, one more is not': async (ledger) => {
    const first = await reserved(ledger, 999, [run]);
    await first.settle(999);
    const second = await reserved(ledger, 1, [run]);
    const third = await ledger.reserve({ callId: 'call_3', amountMicroUsd: 1, scopes: [run] });
    assert.equal(third.kind, 'refused');
    await second.release();
  },
  'a call that cost more than reserved is recorded in full': async (ledger) => {
    const reservation = await reserved(ledger, 10, [run]);
    await reservation.settle(1500);
    assert.deepEqual(await ledger.use(run.id), { spentMicroUsd: 1500, reservedMicroUsd: 0 });
    assert.equal((await ledger.reserve({ callId: 'c', amountMicroUsd: 0, scopes: [run] })).kind, 'refused');
  },
  'amounts that are no whole micro-dollars are refused with an exception': async (ledger) => {
    for (const amountMicroUsd of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(async () => ledger.reserve({ callId: 'c', amountMicroUsd, scopes: [run] }));
    }
  },
  '200 reservations at once never pass a cap, and nothing is lost': concurrentCalls,
};

/** Calls with random sizes, outcomes and pauses over overlapping scopes: caps hold at every moment, sums agree at the end. */
async function concurrentCalls(ledger: Ledger): Promise<void> {
  const random = seededRandom(20_261_121);
  const scopes: BudgetScope[] = [3, 7, 11].map((size, index) => ({ id: `scope:${index}`, limitMicroUsd: size * 1000 }));
  const spent = new Map<string, number>(scopes.map((scope) => [scope.id, 0]));
  const plans = Array.from({ length: 200 }, () => ({
    amount: Math.floor(random() * 400),
    part: random(),
    fate: random(),
    pauses: Math.floor(random() * 4),
    scopes: scopes.filter(() => random() < 0.6),
  }));
  const calls = plans.map(async (plan, index) => {
    const result = await ledger.reserve({ callId: `call_${index}`, amountMicroUsd: plan.amount, scopes: plan.scopes });
    await assertCaps(ledger, scopes);
    if (result.kind === 'refused') return;
    for (let pause = 0; pause < plan.pauses; pause++) await new Promise((resolve) => setImmediate(resolve));
    const cost = Math.floor(plan.amount * plan.part);
    if (plan.fate < 0.2) await result.release();
    else {
      await result.settle(cost);
      for (const scope of plan.scopes) spent.set(scope.id, (spent.get(scope.id) ?? 0) + cost);
    }
  });
  await Promise.all(calls);
  for (const scope of scopes) {
    assert.deepEqual(await ledger.use(scope.id), { spentMicroUsd: spent.get(scope.id), reservedMicroUsd: 0 });
  }
}

async function assertCaps(ledger: Ledger, scopes: readonly BudgetScope[]): Promise<void> {
  for (const scope of scopes) {
    const use = await ledger.use(scope.id);
    assert.ok(use.spentMicroUsd + use.reservedMicroUsd <= (scope.limitMicroUsd ?? 0), `${scope.id} passed its cap`);
  }
}

/** The checks every ledger must pass. */
export function ledgerContract(open: OpenLedger): ContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const { ledger, close } = await open();
      try {
        await check(ledger);
      } finally {
        await close();
      }
    },
  }));
}
