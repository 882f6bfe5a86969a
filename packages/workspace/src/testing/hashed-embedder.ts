// An embedder for tests that needs no model: the words of a text, hashed into a vector. The same text always gives the same vector.
import { createHash } from 'node:crypto';
import { wordsOf } from '../code/words.ts';
import type { Embedder } from '../search/embedder.ts';

/** The embedder, and how many texts it was given so far. */
export function createHashedEmbedder(dimensions = 256): Embedder & { readonly embedded: () => number } {
  let count = 0;
  return {
    id: `hashed ${dimensions}`,
    embedded: () => count,
    async embed(texts) {
      count += texts.length;
      return texts.map((text) => {
        const vector = new Float32Array(dimensions);
        for (const word of wordsOf(text)) {
          const at = createHash('sha1').update(word).digest().readUInt32LE(0) % dimensions;
          vector[at] = (vector[at] ?? 0) + 1;
        }
        return vector;
      });
    },
  };
}
