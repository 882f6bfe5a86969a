// Code intelligence for one folder on this machine: symbol index, map and ranked search put together. A lazy part of its own.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { AnswerLimits, CodeIntelligence, RankedMatch, ReferencePlace } from './code/code-intelligence.ts';
import { type CodeMap, type MapRequest, mapCode } from './code/code-map.ts';
import { bundledWorker } from './code/file-readers.ts';
import { buildReferenceGraph, type ReferenceGraph } from './code/reference-graph.ts';
import { findReferences } from './code/references.ts';
import { type IndexState, SymbolIndex, type SymbolPlace } from './code/symbol-index.ts';
import type { Embedder } from './search/embedder.ts';
import { RankedSearch } from './search/ranked-search.ts';
import type { FileLister } from './search/search.ts';

/** What code intelligence is opened with. */
export interface CodeIntelligenceOptions {
  /** Real path. */
  readonly root: string;
  readonly lister: FileLister;
  /** Where indexes are kept; null to keep them nowhere. */
  readonly cacheFolder: string | null;
  /** Where vectors come from; without, ranked search goes by words alone. */
  readonly embedder?: Embedder | null;
  /** Program of a worker thread; by default the one shipped beside this file, else files are read in this thread. */
  readonly workerFile?: string | null;
}

/** Opens it; nothing is read yet. */
export function openCodeIntelligence(options: CodeIntelligenceOptions): CodeIntelligence {
  return new LocalCodeIntelligence(options);
}

const MAX_THREADS = 4;

class LocalCodeIntelligence implements CodeIntelligence {
  readonly #root: string;
  readonly #index: SymbolIndex;
  readonly #ranked: RankedSearch;
  readonly #closing = new AbortController();
  #refreshing: Promise<void> | null = null;
  #graph: { readonly graph: ReferenceGraph; readonly version: number } | null = null;

  constructor({ root, lister, cacheFolder, embedder = null, workerFile = bundledWorker() }: CodeIntelligenceOptions) {
    const name = createHash('sha256').update(root).digest('hex').slice(0, 24);
    const cacheFile = (kind: string) => (cacheFolder === null ? null : join(cacheFolder, `${name}.${kind}`));
    this.#root = root;
    this.#index = new SymbolIndex({
      root,
      listFiles: async (signal) => (await lister.list({ limit: Number.MAX_SAFE_INTEGER, signal })).paths,
      cacheFile: cacheFile('symbols'),
      workerFile,
      threads: Math.min(MAX_THREADS, availableParallelism()),
    });
    this.#ranked = new RankedSearch({ root, index: this.#index, cacheFile: cacheFile('words'), embedder });
  }

  state(): IndexState {
    return this.#index.state();
  }

  async ready({ waitMs, signal }: { readonly waitMs?: number; readonly signal: AbortSignal }): Promise<IndexState> {
    signal.throwIfAborted();
    // It goes on for whoever asks next, so only closing ends it.
    this.#refreshing ??= this.#index.refresh(this.#closing.signal).finally(() => {
      this.#refreshing = null;
    });
    await untilDone(this.#refreshing, waitMs, signal);
    return this.state();
  }

  definitions(name: string, { limit, exclude }: AnswerLimits): readonly SymbolPlace[] {
    const isShown = ({ path }: SymbolPlace) => exclude === undefined || !exclude(path);
    const cut = Math.max(name.lastIndexOf('.'), name.lastIndexOf('#'), name.lastIndexOf(':'));
    const container = name.slice(0, Math.max(0, cut)).replace(/:$/, '').split(/[.:#]/).at(-1);
    const plain = name.slice(cut + 1);
    const exact = this.#index
      .definitionsOf(plain)
      .filter((place) => container === undefined || container === '' || place.container === container);
    const found = exact.length > 0 ? exact : this.#index.definitionsLike(plain);
    return found.filter(isShown).slice(0, limit);
  }

  references(name: string, limits: AnswerLimits): Promise<readonly ReferencePlace[]> {
    const paths = this.#index.filesUsing(name).filter((path) => !limits.exclude?.(path));
    return findReferences({ root: this.#root, name, paths, ...limits });
  }

  map(request: MapRequest): CodeMap {
    if (this.#graph?.version !== this.#index.version)
      this.#graph = { graph: buildReferenceGraph(this.#index.content()), version: this.#index.version };
    return mapCode(this.#root, this.#graph.graph, request);
  }

  async rank(text: string, limits: AnswerLimits): Promise<readonly RankedMatch[]> {
    await this.#ranked.refresh(AbortSignal.any([limits.signal, this.#closing.signal]));
    return this.#ranked.search({ text, ...limits });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#refreshing?.catch(() => undefined);
  }
}

/** A failure that comes after the wait is over is told to the next who waits. */
async function untilDone(work: Promise<void>, waitMs: number | undefined, signal: AbortSignal): Promise<void> {
  let settle: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const timer = waitMs === undefined ? undefined : setTimeout(settle, waitMs);
  signal.addEventListener('abort', settle);
  try {
    await Promise.race([work, enough]);
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', settle);
    work.catch(() => undefined);
  }
}
