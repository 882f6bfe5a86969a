// Files too large to keep: known by size and time only, in a list on disk so that a later process can compare.
import { readFileSync, writeFileSync } from 'node:fs';
import type { FileState, StateChange } from './tree-state.ts';

/** The list: path to what stands for the content. */
export class LargeFiles {
  readonly #path: string;
  #known: ReadonlyMap<string, string> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  get known(): ReadonlyMap<string, string> {
    this.#known ??= readList(this.#path);
    return this.#known;
  }

  /** How `now` differs from what is known; equal states are among them. */
  compare(now: ReadonlyMap<string, string>): StateChange[] {
    const state = (id: string | undefined): FileState | null => (id === undefined ? null : { mode: '100644', id });
    const paths = new Set([...this.known.keys(), ...now.keys()]);
    return [...paths].map((path) => ({ path, before: state(this.known.get(path)), after: state(now.get(path)) }));
  }

  set(now: ReadonlyMap<string, string>): void {
    const before = JSON.stringify([...this.known]);
    this.#known = now;
    const text = JSON.stringify([...now]);
    if (text !== before) writeFileSync(this.#path, text, { mode: 0o600 });
  }
}

function readList(path: string): Map<string, string> {
  try {
    const pairs: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return new Map(pairs as [string, string][]);
  } catch {
    return new Map();
  }
}
