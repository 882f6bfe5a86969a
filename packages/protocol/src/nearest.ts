// Finds the nearest known name, for "did you mean" in every error about an unknown one.

/** Names within a third of their length in edits of `wanted`, nearest first, at most three. */
export function nearestNames(wanted: string, known: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return (
    known
      .map((name) => ({ name, distance: score(wanted.toLowerCase(), name.toLowerCase()) }))
      // Two words as far apart as they are long have nothing in common.
      .filter(({ name, distance }) => distance <= limit && distance < Math.max(wanted.length, name.length))
      .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
      .slice(0, 3)
      .map((candidate) => candidate.name)
  );
}

function score(wanted: string, name: string): number {
  if (name.startsWith(wanted) || (name.length > 2 && wanted.startsWith(name)))
    return Math.min(1, Math.abs(name.length - wanted.length));
  return editDistance(wanted, name);
}

/** Levenshtein distance with one row of memory. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
