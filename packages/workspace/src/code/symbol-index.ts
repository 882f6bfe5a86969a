// The index of one tree: which file defines, uses and imports what. Kept in step with the files by their stamps, and on disk between runs.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinitionKind } from './code-parser.ts';
import { readFiles } from './file-readers.ts';
import { type IndexContent, type IndexedFile, loadIndex, saveIndex } from './index-cache.ts';
import { isIndexedPath, maxIndexedBytes } from './left-out.ts';
import { definitionKinds, definitionWidth, NameTable } from './packed-facts.ts';
import type { FileToRead, ReadFacts } from './read-file-facts.ts';

/** What an index is made of. */
export interface SymbolIndexOptions {
  /** Real path. */
  readonly root: string;
  /** All files that belong to the project, relative to the root. */
  readonly listFiles: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Where it is kept between runs; null to keep it nowhere. */
  readonly cacheFile: string | null;
  /** Program of a worker thread; null to read files in this thread. */
  readonly workerFile: string | null;
  readonly threads: number;
}

/** How far the index is. */
export interface IndexState {
  /** Files that are known, of `total` that are there; `total` is 0 before they were listed. */
  readonly known: number;
  readonly total: number;
  /** Whether every file has been looked at since the index was opened or last refreshed. */
  readonly isComplete: boolean;
}

/** Where a name is defined. Lines are 1-based. */
export interface SymbolPlace {
  readonly path: string;
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly container: string | null;
  readonly line: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

/**
 * The index.
 *
 * Contract: answers come from what is known now, so also while `refresh` runs. `refresh` brings it in step with all files: those whose
 * size and time are as they were are not opened, those whose bytes are as they were are not parsed; it throws the signal's reason
 * when aborted, and keeps what was read by then. Two calls at once are one.
 */
export class SymbolIndex {
  readonly #options: SymbolIndexOptions;
  #content: IndexContent | null = null;
  #running: Promise<void> | null = null;
  #total = 0;
  #isComplete = false;
  #version = 0;

  constructor(options: SymbolIndexOptions) {
    this.#options = options;
  }

  state(): IndexState {
    return { known: this.#content?.files.size ?? 0, total: this.#total, isComplete: this.#isComplete };
  }

  /** Grows with every change of the content. */
  get version(): number {
    return this.#version;
  }

  /** What is known; loaded from disk when first asked for. */
  content(): IndexContent {
    if (this.#content === null) {
      const { cacheFile } = this.#options;
      this.#content = (cacheFile === null ? null : loadIndex(cacheFile)) ?? {
        table: new NameTable(),
        files: new Map(),
      };
    }
    return this.#content;
  }

  refresh(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#refresh(signal).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Brings only these files in step: after an edit, when nothing else is known to have changed. */
  async refreshFiles(paths: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#readChanged(paths.filter(isIndexedPath), signal);
  }

  /** Definitions of a name as written, in the order of paths and lines. */
  definitionsOf(name: string): SymbolPlace[] {
    const { table, files } = this.content();
    const number = table.numberOf(name);
    if (number === undefined) return [];
    return sortedFiles(files).flatMap((file) => placesIn(file, table, (found) => found === number));
  }

  /** Definitions whose name contains this in any case: names that are it first, then the shortest. */
  definitionsLike(part: string): SymbolPlace[] {
    const { table, files } = this.content();
    const wanted = part.toLowerCase();
    const matches = new Set<number>();
    table.names.forEach((name, number) => {
      if (name.length >= wanted.length && name.toLowerCase().includes(wanted)) matches.add(number);
    });
    if (matches.size === 0) return [];
    const places = sortedFiles(files).flatMap((file) => placesIn(file, table, (name) => matches.has(name)));
    return places.sort((one, other) => one.name.length - other.name.length);
  }

  /** Paths of files that use a name, in order. */
  filesUsing(name: string): string[] {
    const { table, files } = this.content();
    const number = table.numberOf(name);
    if (number === undefined) return [];
    const uses = ({ facts: { references } }: IndexedFile) => {
      for (let at = 0; at < references.length; at += 2) if (references[at] === number) return true;
      return false;
    };
    return sortedFiles(files)
      .filter(uses)
      .map(({ path }) => path);
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { files } = this.content();
    this.#isComplete = false;
    const listed = (await this.#options.listFiles(signal)).filter(isIndexedPath);
    this.#total = listed.length;
    const present = new Set(listed);
    const removed = [...files.keys()].filter((path) => !present.has(path));
    for (const path of removed) this.#forget(path);
    try {
      const changed = await this.#readChanged(listed, signal);
      this.#isComplete = true;
      if (changed + removed.length > 0) this.#save();
    } catch (error) {
      // What was read before it was stopped need not be read again.
      this.#save();
      throw error;
    }
  }

  async #readChanged(paths: readonly string[], signal: AbortSignal): Promise<number> {
    const { table, files } = this.content();
    const { root, workerFile, threads } = this.#options;
    const changed = paths.flatMap((path) => this.#toRead(path));
    await readFiles({
      root,
      files: changed,
      table,
      workerFile,
      threads,
      signal,
      onRead: (path, read) => this.#store(files, path, read),
    });
    return changed.length;
  }

  #toRead(path: string): FileToRead[] {
    const stats = lstatSync(join(this.#options.root, path), { throwIfNoEntry: false });
    const known = this.content().files.get(path);
    if (stats === undefined || !stats.isFile() || stats.size > maxIndexedBytes) {
      this.#forget(path);
      return [];
    }
    if (known?.sizeBytes === stats.size && known.mtimeMs === stats.mtimeMs) return [];
    return [{ path, knownHash: known?.hash ?? null }];
  }

  #store(files: Map<string, IndexedFile>, path: string, read: ReadFacts | null): void {
    const facts = read?.facts ?? files.get(path)?.facts;
    if (read === null || facts === undefined) {
      this.#forget(path);
      return;
    }
    const { sizeBytes, mtimeMs, hash } = read;
    files.set(path, { path, sizeBytes, mtimeMs, hash, facts });
    if (read.facts !== null) this.#version++;
  }

  #forget(path: string): void {
    if (this.content().files.delete(path)) this.#version++;
  }

  #save(): void {
    const { cacheFile } = this.#options;
    if (cacheFile !== null) saveIndex(cacheFile, this.content());
  }
}

/** Files in the order of their paths. */
export function sortedFiles(files: ReadonlyMap<string, IndexedFile>): IndexedFile[] {
  return [...files.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Definitions of a file whose name's number is wanted. */
export function placesIn(
  { path, facts: { definitions } }: IndexedFile,
  table: NameTable,
  isWanted: (name: number) => boolean,
): SymbolPlace[] {
  const places: SymbolPlace[] = [];
  for (let at = 0; at < definitions.length; at += definitionWidth) {
    const [name = 0, kind = 0, container = 0, line = 0, firstLine = 0, lastLine = 0] = definitions.subarray(
      at,
      at + definitionWidth,
    );
    if (!isWanted(name)) continue;
    places.push({
      path,
      name: table.names[name] ?? '',
      kind: definitionKinds[kind] ?? 'variable',
      container: container === 0 ? null : (table.names[container - 1] ?? null),
      line,
      firstLine,
      lastLine,
    });
  }
  return places;
}
