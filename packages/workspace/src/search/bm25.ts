// Which chunks are about the words of a question: BM25 (Robertson, Walker, Jones, Hancock-Beaulieu, Gatford 1994) over words and their families.
//
// A family is what begins like a word: "validate" also finds `validator` and `validation`, at half the weight. What a question
// names first, or twice, counts for a little more. `npm run evaluate -- retrieval DIR` prints how well this finds functions.
import type { RankedMatch } from '../code/code-intelligence.ts';
import type { NameTable } from '../code/name-table.ts';
import type { Chunk } from './chunks.ts';
import { chunkKinds, chunkWidth, type FileWords, type WordIndex } from './word-index.ts';

const K1 = 2.5;
const B = 0.85;
const LATER_WORDS = 0.03;
const FAMILY_WEIGHT = 0.5;
const FAMILY_PREFIX = 4;
const FAMILY_LONGER = 4;
// A class's head is short and full of names, so that it would win over the methods that do what is asked for.
const kindWeight: Readonly<Record<Chunk['kind'], number>> = { function: 1, type: 0.7, window: 0.5 };

/** The best chunks for these words, best first; ties by path, then line. */
export function bm25({ table, files }: WordIndex, question: readonly string[], limit: number): RankedMatch[] {
  const terms = termsOf(table, question);
  if (terms.weights.length === 0) return [];
  const { hits, frequency, chunks, words } = collect(files, terms);
  const average = words / Math.max(1, chunks);
  const worth = frequency.map(
    (count, term) => (terms.weights[term] ?? 0) * Math.log(1 + (chunks - count + 0.5) / (count + 0.5)),
  );
  const scored = hits.map((hit) => ({ hit, score: scoreOf(hit, worth, average) }));
  scored.sort(
    (one, other) =>
      other.score - one.score ||
      (one.hit.path < other.hit.path ? -1 : one.hit.path > other.hit.path ? 1 : one.hit.at - other.hit.at),
  );
  return scored.slice(0, limit).map(({ hit, score }) => ({ ...chunkAt(table, hit), score }));
}

/** What is counted in each chunk: the words of a question and their families, each with its weight. */
interface Terms {
  readonly weights: readonly number[];
  /** By a word's number, the term it is; -1 where it is none. */
  readonly exact: Int32Array;
  /** By a word's number, the family it belongs to; -1 where to none. */
  readonly family: Int32Array;
}

function termsOf(table: NameTable, question: readonly string[]): Terms {
  const times = new Map<string, number>();
  for (const word of question) times.set(word, (times.get(word) ?? 0) + 1);
  const weights: number[] = [];
  const exact = new Int32Array(table.names.length).fill(-1);
  const families = new Map<string, { term: number; longest: number }>();
  let place = 0;
  for (const [word, count] of times) {
    const weight = Math.sqrt(count) / (1 + LATER_WORDS * place++);
    const number = table.numberOf(word);
    if (number !== undefined) exact[number] = weights.push(weight) - 1;
    if (!isPlainWord(word)) continue;
    const prefix = word.slice(0, FAMILY_PREFIX);
    const known = families.get(prefix);
    const longest = Math.max(known?.longest ?? 0, word.length + FAMILY_LONGER);
    families.set(prefix, { term: known?.term ?? weights.push(weight * FAMILY_WEIGHT) - 1, longest });
  }
  return { weights, exact, family: membersOf(table, families) };
}

function membersOf(
  table: NameTable,
  families: ReadonlyMap<string, { readonly term: number; readonly longest: number }>,
): Int32Array {
  const family = new Int32Array(table.names.length).fill(-1);
  if (families.size === 0) return family;
  const first = new Set([...families.keys()].map((prefix) => prefix.charCodeAt(0)));
  table.names.forEach((name, number) => {
    if (!first.has(name.charCodeAt(0)) || name.length < FAMILY_PREFIX) return;
    const found = families.get(name.slice(0, FAMILY_PREFIX));
    if (found !== undefined && name.length <= found.longest && isPlainWord(name)) family[number] = found.term;
  });
  return family;
}

function isPlainWord(word: string): boolean {
  return word.length >= FAMILY_PREFIX && /^[a-z]+$/.test(word);
}

interface Hit {
  readonly path: string;
  readonly file: FileWords;
  /** Which chunk of the file. */
  readonly at: number;
  /** A term, how often; each term once. */
  readonly terms: readonly number[];
}

function collect(files: ReadonlyMap<string, FileWords>, terms: Terms) {
  const hits: Hit[] = [];
  const frequency: number[] = new Array(terms.weights.length).fill(0);
  const counts = new Int32Array(terms.weights.length);
  let [chunks, words] = [0, 0];
  for (const [path, file] of files) {
    let from = 0;
    for (let at = 0; at * chunkWidth < file.chunks.length; at++) {
      const end = from + 2 * (file.chunks[at * chunkWidth + 4] ?? 0);
      chunks++;
      words += file.chunks[at * chunkWidth + 3] ?? 0;
      const found = termsIn(file.words, { from, end, terms, counts });
      for (let slot = 0; slot < found.length; slot += 2)
        frequency[found[slot] ?? 0] = (frequency[found[slot] ?? 0] ?? 0) + 1;
      if (found.length > 0) hits.push({ path, file, at, terms: found });
      from = end;
    }
  }
  return { hits, frequency, chunks, words };
}

const nothing: readonly number[] = [];

/** The terms among those words and how often each; `counts` is all zeros before and after. */
function termsIn(
  words: Uint32Array,
  {
    from,
    end,
    terms,
    counts,
  }: { readonly from: number; readonly end: number; readonly terms: Terms; readonly counts: Int32Array },
): readonly number[] {
  let seen: number[] | null = null;
  const count = (term: number, times: number) => {
    if (term < 0) return;
    if (counts[term] === 0) {
      seen ??= [];
      seen.push(term);
    }
    counts[term] = (counts[term] ?? 0) + times;
  };
  for (let at = from; at < end; at += 2) {
    const word = words[at] ?? 0;
    count(terms.exact[word] ?? -1, words[at + 1] ?? 0);
    count(terms.family[word] ?? -1, words[at + 1] ?? 0);
  }
  if (seen === null) return nothing;
  const found: number[] = [];
  for (const term of seen as readonly number[]) {
    found.push(term, counts[term] ?? 0);
    counts[term] = 0;
  }
  return found;
}

function scoreOf({ file, at, terms }: Hit, worth: readonly number[], average: number): number {
  const length = file.chunks[at * chunkWidth + 3] ?? 0;
  let score = 0;
  for (let term = 0; term < terms.length; term += 2) {
    const times = terms[term + 1] ?? 0;
    score += ((worth[terms[term] ?? 0] ?? 0) * times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / average));
  }
  return score * kindWeight[kindAt(file, at)];
}

function kindAt(file: FileWords, at: number): Chunk['kind'] {
  return chunkKinds[file.chunks[at * chunkWidth + 5] ?? 0] ?? 'window';
}

function chunkAt(table: NameTable, { path, file, at }: Hit): Omit<RankedMatch, 'score'> {
  const [firstLine = 0, lastLine = 0, name = 0] = file.chunks.subarray(at * chunkWidth, at * chunkWidth + 3);
  return { path, firstLine, lastLine, name: name === 0 ? '' : (table.names[name - 1] ?? '') };
}
