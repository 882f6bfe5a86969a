// The words of every chunk of every file, as numbers, and BM25 over them (Robertson, Walker, Jones, Hancock-Beaulieu, Gatford 1994).
//
// There are no lists by word: a question is answered by one pass over all numbers, which takes milliseconds for a hundred thousand
// chunks, and a changed file only replaces its own.
import type { NameTable } from '../code/packed-facts.ts';
import { wordsOf } from '../code/words.ts';
import type { Chunk } from './chunks.ts';

/** Chunks of one file and their words. */
export interface FileWords {
  /** Hash of the bytes the words were taken from. */
  readonly hash: string;
  /** For each chunk: first line, last line, name's number + 1 or 0, words in all, different words. */
  readonly chunks: Uint32Array;
  /** For each different word of each chunk: its number, how often. */
  readonly words: Uint32Array;
}

/** Numbers of one chunk. */
export const chunkWidth = 5;

/** Words of all files; names and words are numbered in one table. */
export interface WordIndex {
  readonly table: NameTable;
  readonly files: Map<string, FileWords>;
}

/** A chunk that was found. */
export interface ScoredChunk extends Chunk {
  readonly path: string;
  readonly score: number;
}

// Path and name say more about a piece of code than any of its lines.
const TITLE_WEIGHT = 2;

/** The words of a file's chunks; `lines` are the file's. */
export function packWords(
  table: NameTable,
  {
    path,
    hash,
    lines,
    chunks,
  }: {
    readonly path: string;
    readonly hash: string;
    readonly lines: readonly string[];
    readonly chunks: readonly Chunk[];
  },
): FileWords {
  const heads: number[] = [];
  const packed: number[] = [];
  const pathWords = wordsOf(path);
  for (const { firstLine, lastLine, name } of chunks) {
    const counts = new Map<string, number>();
    const add = (words: readonly string[], times: number) => {
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + times);
    };
    add(wordsOf(lines.slice(firstLine - 1, lastLine).join('\n')), 1);
    add(pathWords, TITLE_WEIGHT);
    add(wordsOf(name), TITLE_WEIGHT);
    let total = 0;
    for (const [word, times] of counts) {
      packed.push(table.add(word), times);
      total += times;
    }
    heads.push(firstLine, lastLine, name === '' ? 0 : table.add(name) + 1, total, counts.size);
  }
  return { hash, chunks: Uint32Array.from(heads), words: Uint32Array.from(packed) };
}

const K1 = 1.2;
const B = 0.75;

/** The best chunks for these words, best first; ties by path, then line. */
export function bm25({ table, files }: WordIndex, question: readonly string[], limit: number): ScoredChunk[] {
  const wanted = new Map<number, number>();
  for (const word of new Set(question)) {
    const number = table.numberOf(word);
    if (number !== undefined) wanted.set(number, wanted.size);
  }
  if (wanted.size === 0) return [];
  const slots = new Int32Array(table.names.length).fill(-1);
  for (const [number, slot] of wanted) slots[number] = slot;
  const { hits, frequency, chunks, words } = collect(files, slots, wanted.size);
  const average = words / Math.max(1, chunks);
  const rarity = frequency.map((count) => Math.log(1 + (chunks - count + 0.5) / (count + 0.5)));
  const scored = hits.map((hit) => ({ hit, score: scoreOf(hit, rarity, average) }));
  scored.sort(
    (one, other) =>
      other.score - one.score ||
      (one.hit.path < other.hit.path ? -1 : one.hit.path > other.hit.path ? 1 : one.hit.at - other.hit.at),
  );
  return scored.slice(0, limit).map(({ hit, score }) => ({ ...chunkAt(table, hit), score }));
}

interface Hit {
  readonly path: string;
  readonly file: FileWords;
  /** Which chunk of the file. */
  readonly at: number;
  /** Slot of a wanted word, how often. */
  readonly words: readonly number[];
}

function collect(files: ReadonlyMap<string, FileWords>, slots: Int32Array, count: number) {
  const hits: Hit[] = [];
  const frequency: number[] = new Array(count).fill(0);
  let [chunks, words] = [0, 0];
  for (const [path, file] of files) {
    let from = 0;
    for (let at = 0; at * chunkWidth < file.chunks.length; at++) {
      const end = from + 2 * (file.chunks[at * chunkWidth + 4] ?? 0);
      chunks++;
      words += file.chunks[at * chunkWidth + 3] ?? 0;
      const found = wantedIn(file.words, { from, end, slots });
      for (let slot = 0; slot < found.length; slot += 2)
        frequency[found[slot] ?? 0] = (frequency[found[slot] ?? 0] ?? 0) + 1;
      if (found.length > 0) hits.push({ path, file, at, words: found });
      from = end;
    }
  }
  return { hits, frequency, chunks, words };
}

const nothing: readonly number[] = [];

function wantedIn(
  words: Uint32Array,
  { from, end, slots }: { readonly from: number; readonly end: number; readonly slots: Int32Array },
): readonly number[] {
  let found: number[] | null = null;
  for (let at = from; at < end; at += 2) {
    const slot = slots[words[at] ?? 0] ?? -1;
    if (slot < 0) continue;
    found ??= [];
    found.push(slot, words[at + 1] ?? 0);
  }
  return found ?? nothing;
}

function scoreOf({ file, at, words }: Hit, rarity: readonly number[], average: number): number {
  const length = file.chunks[at * chunkWidth + 3] ?? 0;
  let score = 0;
  for (let word = 0; word < words.length; word += 2) {
    const times = words[word + 1] ?? 0;
    score += ((rarity[words[word] ?? 0] ?? 0) * times * (K1 + 1)) / (times + K1 * (1 - B + (B * length) / average));
  }
  return score;
}

function chunkAt(table: NameTable, { path, file, at }: Hit): Chunk & { readonly path: string } {
  const [firstLine = 0, lastLine = 0, name = 0] = file.chunks.subarray(at * chunkWidth, at * chunkWidth + 3);
  return { path, firstLine, lastLine, name: name === 0 ? '' : (table.names[name - 1] ?? '') };
}
