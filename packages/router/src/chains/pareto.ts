// The Pareto front of chains: those that no other one beats in both success and cost.
import type { ChainValues } from './chain-value.ts';

/** Indices of the chains on the front, cheapest first. Of equals the first one. */
export function paretoFront({ success, cost }: ChainValues): number[] {
  const order = [...success.keys()].sort(
    (a, b) => (cost[a] ?? 0) - (cost[b] ?? 0) || (success[b] ?? 0) - (success[a] ?? 0) || a - b,
  );
  const front: number[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    if ((success[index] ?? 0) <= best) continue;
    best = success[index] ?? 0;
    front.push(index);
  }
  return front;
}

/** A chain on the front that is better than `index` and no dearer, or as good and cheaper; undefined when it is on the front itself. */
export function dominatorOf(
  index: number,
  front: readonly number[],
  { success, cost }: ChainValues,
): number | undefined {
  if (front.includes(index)) return undefined;
  return front.findLast(
    (other) => (cost[other] ?? 0) <= (cost[index] ?? 0) && (success[other] ?? 0) >= (success[index] ?? 0),
  );
}
