// Vectors of chunks, kept by the hash of their text so that each text is embedded once.
import { createHash } from 'node:crypto';
import type { RankedMatch } from '../code/code-intelligence.ts';
import { loadIndexFile, saveIndexFile } from '../code/index-file.ts';
import type { Embedder } from './embedder.ts';

const BATCH = 64;
const MAX_CHARS = 6_000;

/** Vectors of one embedder. */
export class VectorStore {
  readonly #embedder: Embedder;
  readonly #cacheFile: string | null;
  #vectors: Map<string, Float32Array> | null = null;

  constructor(embedder: Embedder, cacheFile: string | null) {
    this.#embedder = embedder;
    this.#cacheFile = cacheFile;
  }

  /** Chunks by nearness of their texts to the question, nearest first. Throws what the embedder throws. */
  async rank(
    question: string,
    chunks: readonly RankedMatch[],
    { texts, signal }: { readonly texts: readonly string[]; readonly signal: AbortSignal },
  ): Promise<RankedMatch[]> {
    const vectors = await this.#vectorsOf(texts, signal);
    const [asked] = await this.#embedder.embed([question], signal);
    if (asked === undefined) return [];
    const scored = chunks.map((chunk, at) => ({ ...chunk, score: cosine(asked, vectors[at]) }));
    return scored.sort((one, other) => other.score - one.score);
  }

  async #vectorsOf(texts: readonly string[], signal: AbortSignal): Promise<readonly (Float32Array | undefined)[]> {
    const known = this.#known();
    const keys = texts.map((text) => createHash('sha1').update(text.slice(0, MAX_CHARS)).digest('hex'));
    const missing = new Map<string, string>();
    keys.forEach((key, at) => {
      if (!known.has(key)) missing.set(key, (texts[at] ?? '').slice(0, MAX_CHARS));
    });
    const pending = [...missing];
    try {
      for (let from = 0; from < pending.length; from += BATCH) {
        signal.throwIfAborted();
        const batch = pending.slice(from, from + BATCH);
        const vectors = await this.#embedder.embed(
          batch.map(([, text]) => text),
          signal,
        );
        batch.forEach(([key], at) => {
          const vector = vectors[at];
          if (vector) known.set(key, vector);
        });
      }
    } finally {
      if (pending.length > 0 && this.#cacheFile !== null) saveIndexFile(this.#cacheFile, this.#version(), known);
    }
    return keys.map((key) => known.get(key));
  }

  #known(): Map<string, Float32Array> {
    const kept = this.#cacheFile === null ? undefined : loadIndexFile(this.#cacheFile, this.#version());
    this.#vectors ??= kept instanceof Map ? kept : new Map();
    return this.#vectors;
  }

  #version(): string {
    return `vectors 2 ${this.#embedder.id}`;
  }
}

function cosine(one: Float32Array, other: Float32Array | undefined): number {
  if (other === undefined) return 0;
  let [product, ownLength, otherLength] = [0, 0, 0];
  for (let at = 0; at < one.length; at++) {
    const [a = 0, b = 0] = [one[at], other[at]];
    product += a * b;
    ownLength += a * a;
    otherLength += b * b;
  }
  return product / (Math.sqrt(ownLength * otherLength) || 1);
}
