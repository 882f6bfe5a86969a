// The seam to embeddings: texts in, vectors out. Nobody here knows where they come from.

/**
 * Turns texts into vectors.
 *
 * Contract: one vector for each text, in order, all of one length; the same text gives the same vector as long as `id` is the same.
 * A failure is a MonkeyError; it never gives fewer vectors.
 */
export interface Embedder {
  /** Names model and version; vectors of different ids are not compared. */
  readonly id: string;
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}
