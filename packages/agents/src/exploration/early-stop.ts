// When a candidate that is still at work is stopped: others have proven what it is after, and it is far behind or gets nowhere. Pure.

/** A candidate while it works. */
export interface AtWork {
  readonly turns: number;
  /** Failing tests of each check so far, in order. */
  readonly failures: readonly number[];
}

/** A candidate of the same round that has ended. */
export interface Ended {
  readonly isVerified: boolean;
  readonly turns: number;
  readonly cluster: string;
}

/** Turns that a slow one has in any case. */
const patience = 3;
/** Checks in a row without progress. */
const stalled = 3;

/** Why to stop it; undefined to let it work. Without a proven candidate nobody is stopped: the round ends by itself. */
export function weakReason({ turns, failures }: AtWork, ended: readonly Ended[]): string | undefined {
  const proven = ended.filter((one) => one.isVerified);
  if (proven.length === 0) return undefined;
  const isAgreed = proven.some((one, at) => proven.some((other, to) => to !== at && other.cluster === one.cluster));
  if (isAgreed) return 'two others agree on a proven change';
  if (turns > 2 * Math.max(...proven.map((one) => one.turns)) + patience)
    return 'it takes more than twice the turns of a proven one';
  const last = failures.slice(-stalled);
  if (last.length === stalled && (last.at(-1) ?? 0) >= (last[0] ?? 0))
    return `${stalled} checks in a row without progress, and another one is proven`;
  return undefined;
}
