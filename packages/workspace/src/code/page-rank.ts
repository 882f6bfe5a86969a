// PageRank with personalisation (Page, Brin, Motwani, Winograd 1999) over the graph of references.
import type { ReferenceGraph } from './reference-graph.ts';

const DAMPING = 0.85;
const MAX_ROUNDS = 40;
const TOLERANCE = 1e-5;

/** How the ranks are found. */
export interface RankOptions {
  /** Where a reader starts again: one number for each file, together 1. */
  readonly start: Float64Array;
  /** Ranks to begin with, of an earlier call; they only save rounds. */
  readonly from?: Float64Array;
}

/** Rank of each file, together 1. */
export function rankFiles(graph: ReferenceGraph, { start, from }: RankOptions): Float64Array {
  const count = graph.files.length;
  const outgoing = outgoingWeights(graph);
  let rank: Float64Array<ArrayBufferLike> = from?.length === count ? from.slice() : start.slice();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = spread(graph, rank, outgoing);
    let total = 0;
    for (const value of next) total += value;
    let change = 0;
    for (let file = 0; file < count; file++) {
      // What flows nowhere starts again too.
      next[file] = (next[file] ?? 0) * DAMPING + (1 - total * DAMPING) * (start[file] ?? 0);
      change += Math.abs((next[file] ?? 0) - (rank[file] ?? 0));
    }
    rank = next;
    if (change < TOLERANCE) break;
  }
  return rank;
}

/** Rank of each definition: what flows to it from the files that use it. */
export function rankDefinitions(graph: ReferenceGraph, fileRank: Float64Array): Float64Array {
  const { edgeStarts, edgeDefinitions, edgeWeights } = graph;
  const outgoing = outgoingWeights(graph);
  const rank = new Float64Array(graph.definitionNames.length);
  for (let file = 0; file < graph.files.length; file++) {
    const share = (fileRank[file] ?? 0) / (outgoing[file] || 1);
    for (let edge = edgeStarts[file] ?? 0; edge < (edgeStarts[file + 1] ?? 0); edge++) {
      const definition = edgeDefinitions[edge] ?? 0;
      rank[definition] = (rank[definition] ?? 0) + share * (edgeWeights[edge] ?? 0);
    }
  }
  return rank;
}

function spread(graph: ReferenceGraph, rank: Float64Array, outgoing: Float64Array): Float64Array {
  const { edgeStarts, edgeFiles, edgeWeights } = graph;
  const next = new Float64Array(rank.length);
  for (let file = 0; file < rank.length; file++) {
    const share = (rank[file] ?? 0) / (outgoing[file] || 1);
    if (share === 0) continue;
    for (let edge = edgeStarts[file] ?? 0, end = edgeStarts[file + 1] ?? 0; edge < end; edge++) {
      const target = edgeFiles[edge] ?? 0;
      next[target] = (next[target] ?? 0) + share * (edgeWeights[edge] ?? 0);
    }
  }
  return next;
}

function outgoingWeights({ edgeStarts, edgeWeights, files }: ReferenceGraph): Float64Array {
  const outgoing = new Float64Array(files.length);
  for (let file = 0; file < files.length; file++) {
    let sum = 0;
    for (let edge = edgeStarts[file] ?? 0; edge < (edgeStarts[file + 1] ?? 0); edge++) sum += edgeWeights[edge] ?? 0;
    outgoing[file] = sum;
  }
  return outgoing;
}
