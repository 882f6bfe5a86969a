// What can be said of a request from its words before anything is asked: hashed word stems and a few measures of its shape.

/** Number of measures of shape. */
export const shapeSize = 9;

/** A request as numbers. Plain JSON. */
export interface TextSignature {
  /** Hashed stem to how often it stands there. */
  readonly stems: readonly (readonly [stem: number, count: number])[];
  /** Length, lines, share of digits, of operators, of capitals, word length, numbers, questions, variety of words. */
  readonly shape: readonly number[];
}

const stemLetters = 5;
const buckets = 1 << 16;
const longestText = 20_000;

/** The signature of a text. Only its first 20,000 characters are looked at. */
export function textSignature(given: string): TextSignature {
  const text = given.slice(0, longestText);
  const words = text.toLowerCase().match(/[\p{L}_]{2,24}|\d+/gu) ?? [];
  const counts = new Map<number, number>();
  for (const word of words) {
    if (/^\d/.test(word)) continue;
    const stem = hash(word.slice(0, stemLetters)) % buckets;
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return { stems: [...counts], shape: shapeOf(text, words) };
}

function shapeOf(text: string, words: readonly string[]): number[] {
  const length = Math.max(1, text.length);
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  return [
    Math.log1p(text.length),
    Math.log1p(count(/[.!?]/g)),
    Math.log1p(count(/\n/g)),
    count(/\d/g) / length,
    count(/[-+*/=^$\\()]/g) / length,
    count(/\p{Lu}/gu) / length,
    letters / Math.max(1, words.length),
    Math.log1p(count(/\d+/g)),
    new Set(words).size / Math.max(1, words.length),
  ];
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 2166136261;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 16777619);
  return value >>> 0;
}
