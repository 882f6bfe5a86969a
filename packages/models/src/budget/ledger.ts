// The seam of money: what a call may cost is reserved before it is sent, and settled after.

/** Something that has a cap: a run, a session, a day. */
export interface BudgetScope {
  /** Stable id such as `run:run_0m…` or `session:ses_0m…`. */
  readonly id: string;
  /** Cap in micro-dollars over the life of the scope; absent for none (spending is still recorded). */
  readonly limitMicroUsd?: number;
}

/** Why a reservation was refused. All amounts in micro-dollars. */
export interface BudgetRefusal {
  readonly kind: 'refused';
  readonly scope: string;
  readonly limitMicroUsd: number;
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
  readonly wantedMicroUsd: number;
}

/** Money set aside for one call. */
export interface Reservation {
  readonly kind: 'reserved';
  readonly id: string;
  readonly amountMicroUsd: number;
  /** Replaces the reservation by what it really cost. Idempotent; the first settlement counts. */
  settle(actualMicroUsd: number): Promise<void>;
  /** Gives the reservation back: nothing was spent. Idempotent. */
  release(): Promise<void>;
}

/** What a scope has used. */
export interface ScopeUse {
  readonly spentMicroUsd: number;
  readonly reservedMicroUsd: number;
}

/**
 * Keeps every scope under its cap, under any concurrency.
 *
 * Contract:
 * - `reserve` is atomic over all scopes: either each has room for the amount, or nothing is reserved.
 * - spent + reserved of a scope never passes its cap because of a reservation.
 * - A reservation whose process died stays counted in full until somebody who knows better settles it.
 * - Amounts are non-negative safe integers of micro-dollars.
 */
export interface Ledger {
  reserve(request: {
    readonly callId: string;
    readonly amountMicroUsd: number;
    readonly scopes: readonly BudgetScope[];
  }): Promise<Reservation | BudgetRefusal>;
  use(scopeId: string): Promise<ScopeUse>;
}
