// Approaches as ideas: read from a model's answer, and chosen so that they are plausible and far from each other. Pure.

/** One way to go about a task. */
export interface Idea {
  readonly text: string;
  /** How likely it leads to a right change, 0..1, by who had it. */
  readonly plausibility: number;
}

const line = /^\W*(?:\d+[.)]\s+)?\W*(?<mark>10|[1-9])(?:\s*\/\s*10)?\s*\|\s*(?<text>.+?)\s*$/;
const mostCharacters = 400;

/** Ideas in the lines `mark | approach` of an answer, marks from 1 to 10; other lines are passed over. */
export function readIdeas(answer: string): Idea[] {
  return answer.split(/\r?\n/).flatMap((one) => {
    const { mark, text } = line.exec(one)?.groups ?? {};
    return mark && text ? [{ text: text.slice(0, mostCharacters), plausibility: Number(mark) / 10 }] : [];
  });
}

/** Share of words that two texts do not have in common, 0..1. */
export function distanceOf(a: string, b: string): number {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const common = [...left].filter((word) => right.has(word)).length;
  return 1 - common / Math.max(1, left.size + right.size - common);
}

/** Ideas in the order in which they are tried: the most plausible one, then always what is best in plausibility and distance from all before. */
export function orderIdeas(ideas: readonly Idea[]): Idea[] {
  const left = [...ideas];
  const chosen: Idea[] = [];
  while (left.length > 0) {
    const worth = ({ text, plausibility }: Idea): number =>
      plausibility + Math.min(1, ...chosen.map((one) => distanceOf(one.text, text)));
    const best = left.reduce((a, b) => (worth(b) > worth(a) ? b : a));
    chosen.push(best);
    left.splice(left.indexOf(best), 1);
  }
  return chosen;
}

/** Failing tests over time that did not fall between the first and the last of at least two looks. */
export function isPlateau(failing: readonly number[]): boolean {
  const [first, last] = [failing[0] ?? 0, failing.at(-1) ?? 0];
  return failing.length >= 2 && last > 0 && last >= first;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\d_]{3,}/gu) ?? []);
}
