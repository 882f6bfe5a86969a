// Ranks names by how well they match a few typed letters.

/** The best matches, best first; without letters the first ones. */
export function fuzzyMatches(names: readonly string[], typed: string, limit: number): string[] {
  if (typed === '') return names.slice(0, limit);
  const wanted = typed.toLowerCase();
  const scored = names.flatMap((name) => {
    const score = scoreOf(name.toLowerCase(), wanted);
    return score === undefined ? [] : [{ name, score }];
  });
  scored.sort((a, b) => b.score - a.score || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return scored.slice(0, limit).map(({ name }) => name);
}

/** Higher is better; undefined where the letters do not come in this order. */
function scoreOf(name: string, wanted: string): number | undefined {
  const base = name.slice(name.lastIndexOf('/', name.length - 2) + 1);
  if (base.startsWith(wanted)) return 1000;
  const inBase = base.indexOf(wanted);
  if (inBase >= 0) return 800 - inBase;
  const inside = name.indexOf(wanted);
  if (inside >= 0) return 600 - Math.min(inside, 100);
  return scattered(name, wanted);
}

function scattered(name: string, wanted: string): number | undefined {
  let at = -1;
  let score = 300;
  for (const letter of wanted) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    const isStart = next === 0 || '/-_. '.includes(name[next - 1] ?? '');
    score += next === at + 1 ? 3 : isStart ? 2 : -1;
    at = next;
  }
  return score;
}
