// Finds the pieces of code that are about something: BM25 on their words, fused with embeddings where there is an embedder.
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { RankedMatch } from '../code/code-intelligence.ts';
import { isGeneratedText, isIndexedPath } from '../code/left-out.ts';
import { NameTable } from '../code/name-table.ts';
import { placesIn, type SymbolIndex } from '../code/symbol-index.ts';
import { questionWords } from '../code/words.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { bm25 } from './bm25.ts';
import { chunksOf } from './chunks.ts';
import type { Embedder } from './embedder.ts';
import { fuseRanks } from './fuse-ranks.ts';
import { VectorStore } from './vector-store.ts';
import { loadWords, saveWords } from './word-cache.ts';
import { chunkWidth, packWords, type WordIndex } from './word-index.ts';

/** What ranked search works with. */
export interface RankedSearchOptions {
  readonly root: string;
  readonly index: SymbolIndex;
  /** Where words and vectors are kept between runs; null to keep them nowhere. */
  readonly cacheFile: string | null;
  /** Null to rank by words alone. */
  readonly embedder: Embedder | null;
}

/** What is looked for. */
export interface RankedQuery {
  readonly text: string;
  readonly limit: number;
  readonly exclude?: (path: string) => boolean;
  readonly signal: AbortSignal;
}

// Of more chunks than this, embeddings only reorder the best by words: embedding them all would take minutes and money.
const MAX_EMBEDDED = 2_000;
const CANDIDATES = 200;
const MAX_BYTES = 1_000_000;
const SLICE_FILES = 20;

/** Ranked search over the files of an index. */
export class RankedSearch {
  readonly #options: RankedSearchOptions;
  #vectors: VectorStore | null;
  #words: WordIndex | null = null;

  constructor(options: RankedSearchOptions) {
    this.#options = options;
    const { embedder, cacheFile } = options;
    this.#vectors = embedder && new VectorStore(embedder, cacheFile === null ? null : `${cacheFile}.vectors`);
  }

  /** Files whose words are known. */
  get known(): number {
    return this.#words?.files.size ?? 0;
  }

  /** Brings the words in step with the index. Throws the signal's reason when aborted; what was done by then is kept. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { index, cacheFile } = this.#options;
    const words = this.#content();
    const { files } = index.content();
    let changed = 0;
    for (const path of [...words.files.keys()]) if (!files.has(path) && words.files.delete(path)) changed++;
    try {
      for (const file of files.values()) {
        if (words.files.get(file.path)?.hash === file.hash) continue;
        this.#read(words, file.path, file.hash);
        if (++changed % SLICE_FILES === 0) await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      }
    } finally {
      if (changed > 0 && cacheFile !== null) saveWords(cacheFile, words);
    }
  }

  /** The best pieces for a question in words or names, best first. */
  async search({ text, limit, exclude, signal }: RankedQuery): Promise<readonly RankedMatch[]> {
    const words = this.#content();
    const isShown = (path: string) => exclude === undefined || !exclude(path);
    const visible =
      exclude === undefined ? words : { ...words, files: new Map([...words.files].filter(([path]) => isShown(path))) };
    const byWords = bm25(visible, questionWords(text), Math.max(limit, CANDIDATES));
    if (this.#vectors === null) return byWords.slice(0, limit);
    try {
      const byMeaning = await this.#byMeaning(text, byWords, { words: visible, vectors: this.#vectors, signal });
      return fuseRanks([byWords, byMeaning]).slice(0, limit);
    } catch (error) {
      signal.throwIfAborted();
      // Words alone find most of it. Whoever made the embedder has told of the failure; it is not asked again.
      if (!(error instanceof MonkeyError)) throw error;
      this.#vectors = null;
      return byWords.slice(0, limit);
    }
  }

  async #byMeaning(
    text: string,
    byWords: readonly RankedMatch[],
    {
      words,
      vectors,
      signal,
    }: { readonly words: WordIndex; readonly vectors: VectorStore; readonly signal: AbortSignal },
  ): Promise<readonly RankedMatch[]> {
    const all = allChunks(words);
    const candidates = all.length <= MAX_EMBEDDED ? all : byWords;
    const texts = candidates.map((chunk) => `${chunk.path} ${chunk.name}\n${this.#textOf(chunk)}`);
    return vectors.rank(text, candidates, { texts, signal });
  }

  #textOf({ path, firstLine, lastLine }: RankedMatch): string {
    const bytes = readRegularFile(join(this.#options.root, path), MAX_BYTES)?.bytes;
    return (
      bytes
        ?.toString('utf8')
        .split('\n')
        .slice(firstLine - 1, lastLine)
        .join('\n') ?? ''
    );
  }

  #content(): WordIndex {
    const { cacheFile } = this.#options;
    this.#words ??= (cacheFile === null ? null : loadWords(cacheFile)) ?? { table: new NameTable(), files: new Map() };
    return this.#words;
  }

  #read(words: WordIndex, path: string, hash: string): void {
    const { root, index } = this.#options;
    const file = index.content().files.get(path);
    const text = readRegularFile(join(root, path), MAX_BYTES)?.bytes.toString('utf8') ?? '';
    const isWorth = isIndexedPath(path) && !text.includes('\0') && !isGeneratedText(text);
    const lines = isWorth ? text.split('\n') : [];
    const definitions = file === undefined ? [] : placesIn(file, index.content().table, () => true);
    const chunks = isWorth ? chunksOf(definitions, lines.length) : [];
    words.files.set(path, packWords(words.table, { path, hash, lines, chunks }));
  }
}

function allChunks({ table, files }: WordIndex): RankedMatch[] {
  const all: RankedMatch[] = [];
  for (const [path, { chunks }] of files) {
    for (let at = 0; at < chunks.length; at += chunkWidth) {
      const [firstLine = 0, lastLine = 0, name = 0] = chunks.subarray(at, at + 3);
      all.push({ path, firstLine, lastLine, name: name === 0 ? '' : (table.names[name - 1] ?? ''), score: 0 });
    }
  }
  return all;
}
