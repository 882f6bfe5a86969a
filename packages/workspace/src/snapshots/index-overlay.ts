// What is known of a tree beyond its index: differences noticed since, kept in a small file instead of one git process each.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileState, sameState } from './tree-state.ts';

/** States of paths that the index does not have yet; null for a path that is gone. On disk before anything relies on it. */
export class IndexOverlay {
  readonly #path: string;
  #states: Map<string, FileState | null> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#read().size;
  }

  entries(): ReadonlyMap<string, FileState | null> {
    return this.#read();
  }

  /** What is known of a path; `indexed` is what the index says. */
  stateOf(path: string, indexed: FileState | null): FileState | null {
    const known = this.#read().get(path);
    return known === undefined ? indexed : known;
  }

  /** Takes states in; one that is as in the index again is dropped. */
  put(
    changes: readonly { readonly path: string; readonly indexed: FileState | null; readonly state: FileState | null }[],
  ): void {
    const states = this.#read();
    for (const { path, indexed, state } of changes) {
      if (sameState(indexed, state)) states.delete(path);
      else states.set(path, state);
    }
    this.#write();
  }

  clear(): void {
    if (this.size === 0) return;
    this.#states = new Map();
    rmSync(this.#path, { force: true });
  }

  #read(): Map<string, FileState | null> {
    if (this.#states !== null) return this.#states;
    try {
      this.#states = new Map(JSON.parse(readFileSync(this.#path, 'utf8')) as [string, FileState | null][]);
    } catch {
      this.#states = new Map();
    }
    return this.#states;
  }

  #write(): void {
    const temporary = `${this.#path}.new`;
    writeFileSync(temporary, JSON.stringify([...this.#read()]), { mode: 0o600 });
    renameSync(temporary, this.#path);
  }
}
