// The words of every chunk of every file, as numbers.
//
// There are no lists by word: a question is answered by one pass over all numbers, which takes milliseconds for a hundred thousand
// chunks, and a changed file only replaces its own.
import type { NameTable } from '../code/name-table.ts';
import { wordsOf } from '../code/words.ts';
import type { Chunk } from './chunks.ts';

/** Chunks of one file and their words. */
export interface FileWords {
  /** Hash of the bytes the words were taken from. */
  readonly hash: string;
  /** For each chunk: first line, last line, name's number + 1 or 0, words in all, different words, kind by {@link chunkKinds}. */
  readonly chunks: Uint32Array;
  /** For each different word of each chunk: its number, how often. */
  readonly words: Uint32Array;
}

/** Numbers of one chunk. */
export const chunkWidth = 6;

/** Kinds of chunks in the order of their numbers. */
export const chunkKinds = ['window', 'function', 'type'] as const satisfies readonly Chunk['kind'][];

/** Words of all files; names and words are numbered in one table. */
export interface WordIndex {
  readonly table: NameTable;
  readonly files: Map<string, FileWords>;
}

// Path and name say more about a piece of code than any of its lines. Weights as they did best on two unlike collections of Python, and held on four others.
const TITLE_WEIGHT = 2;
const NAME_WEIGHT = 10;

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
  for (const { firstLine, lastLine, name, kind } of chunks) {
    const counts = new Map<string, number>();
    const add = (words: readonly string[], times: number) => {
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + times);
    };
    add(wordsOf(lines.slice(firstLine - 1, lastLine).join('\n')), 1);
    add(pathWords, TITLE_WEIGHT);
    const dot = name.lastIndexOf('.');
    add(wordsOf(name.slice(0, Math.max(0, dot))), TITLE_WEIGHT);
    add(wordsOf(name.slice(dot + 1)), NAME_WEIGHT);
    let total = 0;
    for (const [word, times] of counts) {
      packed.push(table.add(word), times);
      total += times;
    }
    heads.push(
      firstLine,
      lastLine,
      name === '' ? 0 : table.add(name) + 1,
      total,
      counts.size,
      chunkKinds.indexOf(kind),
    );
  }
  return { hash, chunks: Uint32Array.from(heads), words: Uint32Array.from(packed) };
}
