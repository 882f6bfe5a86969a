// A ledger in memory: for one process, tests, and runs without a home.
import type { BudgetRefusal, BudgetScope, Ledger, Reservation, ScopeUse } from './ledger.ts';

interface Account {
  spent: number;
  reserved: number;
}

/** Makes an empty ledger. JavaScript runs one reservation at a time, which makes each atomic. */
export function createMemoryLedger(): Ledger {
  const accounts = new Map<string, Account>();
  let count = 0;
  const account = (id: string): Account => {
    const known = accounts.get(id) ?? { spent: 0, reserved: 0 };
    accounts.set(id, known);
    return known;
  };
  return {
    async reserve({ callId, amountMicroUsd, scopes }) {
      assertAmount(amountMicroUsd);
      const distinct = [...new Map(scopes.map((scope) => [scope.id, scope])).values()];
      const refusal = distinct
        .map((scope) => refusalOf(scope, account(scope.id), amountMicroUsd))
        .find((one) => one !== null);
      if (refusal) return refusal;
      const held = distinct.map((scope) => account(scope.id));
      for (const one of held) one.reserved += amountMicroUsd;
      return reservation(`res_${callId}_${count++}`, amountMicroUsd, held);
    },
    async use(scopeId): Promise<ScopeUse> {
      const { spent, reserved } = account(scopeId);
      return { spentMicroUsd: spent, reservedMicroUsd: reserved };
    },
  };
}

function refusalOf(scope: BudgetScope, { spent, reserved }: Account, wanted: number): BudgetRefusal | null {
  if (scope.limitMicroUsd === undefined || spent + reserved + wanted <= scope.limitMicroUsd) return null;
  return {
    kind: 'refused',
    scope: scope.id,
    limitMicroUsd: scope.limitMicroUsd,
    spentMicroUsd: spent,
    reservedMicroUsd: reserved,
    wantedMicroUsd: wanted,
  };
}

function reservation(id: string, amount: number, held: readonly Account[]): Reservation {
  let open = true;
  const close = (actual: number): void => {
    if (!open) return;
    open = false;
    for (const account of held) {
      account.reserved -= amount;
      account.spent += actual;
    }
  };
  return {
    kind: 'reserved',
    id,
    amountMicroUsd: amount,
    async settle(actualMicroUsd) {
      assertAmount(actualMicroUsd);
      close(actualMicroUsd);
    },
    async release() {
      close(0);
    },
  };
}

/** Amounts are non-negative safe integers; anything else is a bug of the caller. */
function assertAmount(amount: number): void {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`${amount} is no amount of micro-dollars`);
}
