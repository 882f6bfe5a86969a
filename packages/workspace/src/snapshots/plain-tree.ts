// Watches a folder without git: a manifest of sizes and times, and a copy of every content.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ignore } from 'ignore';
import { isGitName, temporaryPrefix } from '../files/path-rules.ts';
import type { BlobStore } from './blob-store.ts';
import type { TreeIndex } from './tree-index.ts';
import {
  type FileState,
  isStatId,
  maxUnaskedBytes,
  readDiskFile,
  type StateChange,
  sameState,
  statId,
  treeIdOf,
} from './tree-state.ts';

/** Folders that are made by tools and can be made again; never watched without git. */
export const dependencyFolders: ReadonlySet<string> = new Set([
  'node_modules',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.gradle',
  '.hg',
  '.svn',
  '.terraform',
  'bower_components',
]);

/** Files watched at most; what comes after in path order is not seen. */
export const maxPlainFiles = 50_000;
/** Bytes copied at most by one look at the tree; files beyond are known by size and time only. */
export const maxPlainBytes = 512 * 1024 * 1024;

/** Longest tick of a file system's clock taken into account, in milliseconds. */
const clockTickMs = 20;

interface ManifestEntry {
  readonly state: FileState;
  /** Size, times and inode, by which a file is taken as unchanged. */
  readonly stamp: string;
}

/** What a plain tree index is made for. */
export interface PlainTreeOptions {
  readonly root: string;
  readonly manifestPath: string;
  readonly blobs: BlobStore;
  /** Real folders that are never part of the tree. */
  readonly excluded: readonly string[];
}

/** A tree index without git. */
export class PlainTree implements TreeIndex {
  readonly #options: PlainTreeOptions;
  #manifest: Map<string, ManifestEntry> | null = null;
  #savedAt = 0;

  constructor(options: PlainTreeOptions) {
    this.#options = options;
  }

  async refresh(_purpose: 'baseline' | 'contents'): Promise<readonly StateChange[]> {
    const known = this.#known();
    const isFirst = this.#savedAt === 0;
    const found = new Map<string, ManifestEntry>();
    let copied = 0;
    let isSame = true;
    for (const { path, stats } of walk(this.#options, (await import('ignore')).default)) {
      const before = known.get(path);
      const stamp = stampOf(stats);
      // A file changed in the same tick of the clock in which the manifest was written may have changed again in it.
      if (before?.stamp === stamp && stats.ctimeMs < this.#savedAt - clockTickMs) {
        found.set(path, before);
        continue;
      }
      isSame = false;
      const state =
        stats.isFile() && (stats.size > maxUnaskedBytes || copied > maxPlainBytes) ? large(stats) : this.#keep(path);
      copied += stats.size;
      if (state !== null) found.set(path, { state, stamp });
    }
    if (!isSame || known.size !== found.size) this.#save(found);
    this.#manifest = found;
    return isFirst ? [] : compare(known, found);
  }

  isQuick(): boolean {
    return false;
  }

  async treeHash(): Promise<string> {
    const states = new Map([...this.#known()].map(([path, entry]) => [path, entry.state] as const));
    return treeIdOf(states, this.#options.blobs.algorithm);
  }

  knownIds(): ReadonlySet<string> {
    return new Set([...this.#known().values()].map((entry) => entry.state.id));
  }

  async files(): Promise<readonly string[]> {
    return [...this.#known().keys()];
  }

  #keep(path: string): FileState | null {
    const disk = readDiskFile(join(this.#options.root, path), this.#options.blobs.algorithm, maxUnaskedBytes);
    if (disk.kind !== 'file') return null;
    if (disk.bytes !== null && !isStatId(disk.state.id)) this.#options.blobs.put(disk.bytes, disk.state.id);
    return disk.state;
  }

  #known(): Map<string, ManifestEntry> {
    if (this.#manifest !== null) return this.#manifest;
    try {
      const pairs: unknown = JSON.parse(readFileSync(this.#options.manifestPath, 'utf8'));
      this.#savedAt = statSync(this.#options.manifestPath).mtimeMs;
      this.#manifest = new Map(pairs as [string, ManifestEntry][]);
    } catch {
      this.#manifest = new Map();
    }
    return this.#manifest;
  }

  #save(manifest: Map<string, ManifestEntry>): void {
    const { manifestPath } = this.#options;
    mkdirSync(dirname(manifestPath), { recursive: true, mode: 0o700 });
    writeFileSync(`${manifestPath}.${process.pid}`, JSON.stringify([...manifest]), { mode: 0o600 });
    renameSync(`${manifestPath}.${process.pid}`, manifestPath);
    this.#savedAt = statSync(manifestPath).mtimeMs;
  }
}

function compare(known: ReadonlyMap<string, ManifestEntry>, found: ReadonlyMap<string, ManifestEntry>): StateChange[] {
  const changes: StateChange[] = [];
  for (const [path, { state }] of found) {
    const before = known.get(path)?.state ?? null;
    if (!sameState(before, state)) changes.push({ path, before, after: state });
  }
  for (const [path, { state }] of known) if (!found.has(path)) changes.push({ path, before: state, after: null });
  return changes;
}

function large(stats: Stats): FileState {
  const mode = (stats.mode & 0o100) === 0 ? '100644' : '100755';
  return { mode, id: statId(stats), permissions: stats.mode & 0o777 };
}

// The change time cannot be set back by a program, so equal stamps mean equal contents.
function stampOf(stats: Stats): string {
  return `${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.ino}:${stats.mode}`;
}

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

type IgnoreFactory = () => Ignore;

function* walk(options: PlainTreeOptions, createIgnore: IgnoreFactory): Generator<Found> {
  const { root } = options;
  const excluded = new Set(options.excluded);
  let count = 0;
  const pending: Place[] = [{ folder: '', rules: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const place = { folder: next.folder, rules: withOwnRules(root, next, createIgnore) };
    for (const { path, isFolder } of watchedEntries(root, place, excluded)) {
      if (isFolder) pending.push({ folder: path, rules: place.rules });
      const stats = isFolder ? null : statsOf(join(root, path));
      if (stats === null) continue;
      yield { path, stats };
      count += 1;
      if (count === maxPlainFiles) return;
    }
  }
}

interface Place {
  readonly folder: string;
  readonly rules: readonly Rules[];
}

function watchedEntries(
  root: string,
  place: Place,
  excluded: ReadonlySet<string>,
): { path: string; isFolder: boolean }[] {
  return entriesOf(join(root, place.folder)).flatMap((entry) => {
    const path = place.folder === '' ? entry.name : `${place.folder}/${entry.name}`;
    const isFolder = entry.isDirectory();
    if (!isFolder && !entry.isFile() && !entry.isSymbolicLink()) return [];
    const isLeftOut =
      isSkipped(entry.name, isFolder) || excluded.has(join(root, path)) || isIgnored(path, isFolder, place.rules);
    return isLeftOut ? [] : [{ path, isFolder }];
  });
}

function withOwnRules(root: string, place: Place, createIgnore: IgnoreFactory): readonly Rules[] {
  try {
    const path = join(root, place.folder, '.gitignore');
    if (statSync(path).size > 1024 * 1024) return place.rules;
    return [...place.rules, { folder: place.folder, rules: createIgnore().add(readFileSync(path, 'utf8')) }];
  } catch {
    return place.rules;
  }
}

// The rule nearest to the file decides; outer ones are asked only where inner ones say nothing.
function isIgnored(path: string, isFolder: boolean, rules: readonly Rules[]): boolean {
  for (let index = rules.length - 1; index >= 0; index -= 1) {
    const rule = rules[index];
    if (rule === undefined) continue;
    const inner = rule.folder === '' ? path : path.slice(rule.folder.length + 1);
    const verdict = rule.rules.test(isFolder ? `${inner}/` : inner);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

function isSkipped(name: string, isFolder: boolean): boolean {
  return isGitName(name) || name.startsWith(temporaryPrefix) || (isFolder && dependencyFolders.has(name));
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
