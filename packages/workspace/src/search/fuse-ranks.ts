// Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): one list out of several whose scores cannot be compared.
import type { RankedMatch } from '../code/code-intelligence.ts';

const K = 60;

/** Each list best first. Ties keep the order of the first list that has them. */
export function fuseRanks(lists: readonly (readonly RankedMatch[])[]): RankedMatch[] {
  const fused = new Map<string, RankedMatch>();
  for (const list of lists) {
    list.forEach((match, rank) => {
      const key = `${match.path}:${match.firstLine}`;
      const score = (fused.get(key)?.score ?? 0) + 1 / (K + rank + 1);
      fused.set(key, { ...match, score });
    });
  }
  return [...fused.values()].sort((one, other) => other.score - one.score);
}
