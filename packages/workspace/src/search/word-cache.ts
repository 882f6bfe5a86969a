// The word index as a few long arrays, the form in which it is kept on disk.
import { loadIndexFile, saveIndexFile } from '../code/index-file.ts';
import { NameTable } from '../code/name-table.ts';
import { joinArrays } from '../code/packed-facts.ts';
import type { FileWords, WordIndex } from './word-index.ts';

interface Columns {
  readonly names: string;
  readonly paths: string;
  readonly hashes: string;
  /** For each file the lengths of its two lists. */
  readonly lengths: Uint32Array;
  readonly chunks: Uint32Array;
  readonly words: Uint32Array;
}

// Grows with every change of how text is cut into chunks and words.
const version = 'words 3';

/** What was saved there; null when there is nothing to trust. */
export function loadWords(file: string): WordIndex | null {
  const columns = loadIndexFile(file, version) as Columns | undefined;
  if (columns === undefined) return null;
  const files = new Map<string, FileWords>();
  const hashes = columns.hashes.split(' ');
  const paths = columns.paths === '' ? [] : columns.paths.split('\0');
  let [chunk, word] = [0, 0];
  paths.forEach((path, at) => {
    const [chunks = 0, words = 0] = columns.lengths.subarray(at * 2, at * 2 + 2);
    files.set(path, {
      hash: hashes[at] ?? '',
      chunks: columns.chunks.subarray(chunk, chunk + chunks),
      words: columns.words.subarray(word, word + words),
    });
    chunk += chunks;
    word += words;
  });
  return { table: new NameTable(columns.names === '' ? [] : columns.names.split('\n')), files };
}

/** Keeps it; false where that cannot be. */
export function saveWords(file: string, { table, files }: WordIndex): boolean {
  const all = [...files.values()];
  const columns: Columns = {
    names: table.names.join('\n'),
    paths: [...files.keys()].join('\0'),
    hashes: all.map(({ hash }) => hash).join(' '),
    lengths: Uint32Array.from(all.flatMap(({ chunks, words }) => [chunks.length, words.length])),
    chunks: joinArrays(all.map(({ chunks }) => chunks)),
    words: joinArrays(all.map(({ words }) => words)),
  };
  return saveIndexFile(file, version, columns);
}
