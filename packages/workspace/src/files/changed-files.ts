// Notices files that hold something else than somebody last saw, at the price of one look at times and size where nothing changed.
import { lstatSync, type Stats } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isMonkeyError } from '@monkey-coder/protocol';
import type { PathGuard } from './path-guard.ts';
import { contentHash, readBytes } from './text-file.ts';

/** Files compared at most; the newest count. */
const maxFiles = 200;
/** A file changed within this many milliseconds of the look could change again unnoticed: its times are coarse. */
const settledAfterMs = 2_000;

interface Known {
  readonly hash: string;
  readonly stamp: string;
}

/** Compares files with hashes; remembers times and sizes for which a hash is certain. */
export class ChangedFiles {
  readonly #guard: PathGuard;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(guard: PathGuard, now: () => number) {
    this.#guard = guard;
    this.#now = now;
  }

  /** Keeps what was read, with the file's state from before it was read. */
  remember(path: string, hash: string, stats: Stats): void {
    if (this.#now() - stats.mtimeMs > settledAfterMs) this.#known.set(path, { hash, stamp: stampOf(stats) });
    else this.#known.delete(path);
  }

  /** See `Workspace.changedFiles`. */
  compare(seen: ReadonlyMap<string, string>): Map<string, string | null> {
    const changed = new Map<string, string | null>();
    let skip = Math.max(0, seen.size - maxFiles);
    for (const [path, hash] of seen) {
      if (skip-- > 0) continue;
      const now = this.#hashNow(path, hash);
      if (now !== hash) changed.set(path, now);
    }
    return changed;
  }

  #hashNow(path: string, expected: string): string | null {
    const stats = lstatSync(isAbsolute(path) ? path : join(this.#guard.root, path), { throwIfNoEntry: false });
    if (stats === undefined) return null;
    const known = this.#known.get(path);
    if (known !== undefined && known.hash === expected && known.stamp === stampOf(stats)) return expected;
    try {
      const checked = this.#guard.check(path, 'read');
      const hash = contentHash(readBytes(checked));
      if (checked.stats !== null) this.remember(path, hash, checked.stats);
      return hash;
    } catch (error) {
      if (!isMonkeyError(error)) throw error;
      if (error.code === 'workspace.not-found') return null;
      return `unreadable ${stampOf(stats)}`;
    }
  }
}

function stampOf({ mtimeMs, ctimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
}
