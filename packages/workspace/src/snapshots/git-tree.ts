// Watches the tree of a git repository with an index and git folder of our own; the user's git folder is only read.
//
// The index starts as a copy of the user's, so that nothing has to be hashed. `git ls-files` then names what differs from it on
// disk; those files are hashed and kept by us, and their entries put into our index by one `update-index`. No blob is ever
// written through git and no path is converted: `info/attributes` switches filters and line-ending conversion off, and
// `update-index --index-info` takes ids, not files. Entries whose content git would convert (LFS, CRLF) carry the id of the
// converted content; they are found by comparing sizes, and taken over as the raw bytes they are.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { copyIndex } from '../git/copy-index.ts';
import { type GitRepository, readConfig } from '../git/repository.ts';
import type { GitResult, RunGit } from '../git/run-git.ts';
import type { BlobStore } from './blob-store.ts';
import { type GitFolderOptions, mayConvert, writeGitFolder } from './git-folder.ts';
import { type IndexEntry, readIndexFile } from './git-index-file.ts';
import { gitTreeHash } from './git-tree-hash.ts';
import { IndexOverlay } from './index-overlay.ts';
import { LargeFiles } from './large-files.ts';
import type { TreeIndex } from './tree-index.ts';
import {
  blobId,
  type FileState,
  isStatId,
  maxKeptBytes,
  maxUnaskedBytes,
  readDiskFile,
  type StateChange,
  sameState,
} from './tree-state.ts';

/** What a git tree index is made for. */
export interface GitTreeOptions extends GitFolderOptions {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly runGit: RunGit;
}

/** Baselines with more differences than this try again from the user's index, when that is newer. */
const manyDifferences = 200;

/** Up to so many differences are kept beside the index; more are put into it. */
const manyPending = 64;

/** An index of some two thousand files. */
const quickIndexBytes = 200_000;

/** Trees up to this size are hashed here; larger ones by git. */
const manyEntries = 5_000;

/** New entries above this number get their times at once. */
const manyUnstamped = 20;

/** A tree index over git. */
export class GitTree implements TreeIndex {
  readonly #options: GitTreeOptions;
  readonly #indexPath: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #overlay: IndexOverlay;
  readonly #large: LargeFiles;
  #isPrepared = false;
  #isFresh = false;
  #treeId: string | null = null;
  #unstamped = 0;
  #converted: string[] = [];

  constructor(options: GitTreeOptions) {
    this.#options = options;
    this.#indexPath = join(options.folder, 'index');
    this.#overlay = new IndexOverlay(join(options.folder, 'overlay.json'));
    this.#large = new LargeFiles(join(options.folder, 'large.json'));
    this.#env = {
      GIT_DIR: options.folder,
      GIT_WORK_TREE: options.repository.top,
      GIT_INDEX_FILE: this.#indexPath,
    };
  }

  async refresh(purpose: 'baseline' | 'contents'): Promise<readonly StateChange[]> {
    const isFirst = !existsSync(this.#indexPath);
    this.#prepare(purpose);
    let paths = await this.#changedPaths();
    if (purpose === 'baseline' && paths.length > manyDifferences && this.#userIndexIsNewer()) {
      this.#seed();
      paths = await this.#changedPaths();
    }
    const large = new Map<string, string>();
    const wanted = [...new Set([...paths, ...this.#overlay.entries().keys()])];
    const differences = wanted.length === 0 ? [] : this.#differences(wanted, large);
    const changes = [...differences, ...this.#large.compare(large)];
    if (purpose === 'contents') await this.#keepContents(differences);
    const news = differences.filter(({ before, after }) => !sameState(before, after));
    if (news.length > 0) await this.#update(news);
    this.#large.set(large);
    return isFirst ? [] : changes.filter((change) => !sameState(change.before, change.after));
  }

  isQuick(): boolean {
    const index = statSync(join(this.#options.repository.gitFolder, 'index'), { throwIfNoEntry: false });
    return (index?.size ?? 0) < quickIndexBytes;
  }

  async treeHash(): Promise<string> {
    this.#treeId ??= this.#hashHere() ?? (await this.#hashByGit());
    const large = this.#large.known;
    if (large.size === 0) return this.#treeId;
    const algorithm = this.#options.blobs.algorithm;
    return createHash(algorithm)
      .update(`${this.#treeId} ${JSON.stringify([...large])}`)
      .digest('hex');
  }

  // Null where git must do it: a large tree, or a merge that is not settled.
  #hashHere(): string | null {
    const { prefix } = this.#options.repository;
    const entries = this.#entries();
    if (entries.length > manyEntries || entries.some((entry) => entry.stage !== 0)) return null;
    const files = new Map(entries.map(({ path, mode, id }) => [path, { path, mode, id }]));
    for (const [path, state] of this.#overlay.entries()) {
      if (state === null) files.delete(`${prefix}${path}`);
      else files.set(`${prefix}${path}`, { path: `${prefix}${path}`, ...state });
    }
    const own = [...files.values()].filter((file) => file.path.startsWith(prefix));
    return gitTreeHash(
      own.map((file) => ({ ...file, path: file.path.slice(prefix.length) })),
      this.#options.blobs.algorithm,
    );
  }

  async #hashByGit(): Promise<string> {
    await this.#flush();
    const { prefix } = this.#options.repository;
    const line = ['write-tree', '--missing-ok', ...(prefix === '' ? [] : [`--prefix=${prefix}`])];
    const result = await this.#git(line);
    // An empty folder below the top has no tree of its own.
    return result.exitCode === 0 ? result.stdout.toString('latin1').trim() : 'empty';
  }

  knownIds(): ReadonlySet<string> {
    const pending = [...this.#overlay.entries().values()].flatMap((state) => (state === null ? [] : [state.id]));
    return new Set([...this.#entries().map((entry) => entry.id), ...pending]);
  }

  async files(): Promise<readonly string[]> {
    const result = await this.#git(['ls-files', '-z', '-c', '-o', '--exclude-standard']);
    const gone = this.#overlay.entries();
    return [...new Set(splitNul(result.stdout))].filter((path) => !path.endsWith('/') && gone.get(path) !== null);
  }

  /** Whether any file below the root is tracked; a folder that an outer repository ignores is better watched without git. */
  static coversRoot(repository: GitRepository): boolean {
    if (repository.prefix === '') return true;
    const entries = readIndexFile(join(repository.gitFolder, 'index'), idBytes(repository));
    return entries?.some((entry) => entry.path.startsWith(repository.prefix)) ?? false;
  }

  #prepare(purpose: 'baseline' | 'contents'): void {
    if (!this.#isPrepared) {
      writeGitFolder(this.#options);
      rmSync(`${this.#indexPath}.lock`, { force: true });
      this.#isPrepared = true;
    }
    // Once a process, a baseline follows the user's index: what that refers to is never pruned.
    if (!existsSync(this.#indexPath) || (purpose === 'baseline' && !this.#isFresh && this.#userIndexIsNewer()))
      this.#seed();
    if (purpose === 'baseline') this.#isFresh = true;
  }

  #userIndexIsNewer(): boolean {
    const seeded = readConfig(join(this.#options.folder, 'seed'));
    return seeded !== this.#userIndexStamp();
  }

  #userIndexStamp(): string {
    try {
      const stats = statSync(join(this.#options.repository.gitFolder, 'index'));
      return `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
    } catch {
      return 'none';
    }
  }

  #seed(): void {
    const { repository, folder } = this.#options;
    const userIndex = join(repository.gitFolder, 'index');
    const stamp = this.#userIndexStamp();
    this.#treeId = null;
    this.#overlay.clear();
    rmSync(this.#indexPath, { force: true });
    if (stamp !== 'none') {
      const shared = readdirSync(repository.gitFolder).filter((name) => name.startsWith('sharedindex.'));
      for (const name of shared) copyFileSync(join(repository.gitFolder, name), join(folder, name));
      copyIndex(userIndex, `${this.#indexPath}.new`);
      renameSync(`${this.#indexPath}.new`, this.#indexPath);
      if (mayConvert(repository)) this.#converted = this.#convertedCandidates();
    }
    writeFileSync(join(folder, 'seed'), stamp);
  }

  // Where the size in the index is not that of the blob, git would convert; whether it is so is asked in `#changedPaths`.
  #convertedCandidates(): string[] {
    return this.#entries()
      .filter((entry) => entry.mode.startsWith('100') && entry.path.startsWith(this.#options.repository.prefix))
      .map((entry) => entry.path);
  }

  async #convertedPaths(): Promise<string[]> {
    const candidates = new Set(this.#converted);
    this.#converted = [];
    if (candidates.size === 0) return [];
    const entries = this.#entries().filter((entry) => candidates.has(entry.path));
    const input = entries.map((entry) => `${entry.id}\n`).join('');
    const result = await this.#git(['cat-file', '--batch-check=%(objectsize)'], input);
    const sizes = result.stdout.toString('latin1').split('\n');
    const { prefix } = this.#options.repository;
    return entries
      .filter((entry, index) => sizes[index] !== String(entry.sizeBytes))
      .map((entry) => entry.path.slice(prefix.length));
  }

  async #changedPaths(): Promise<string[]> {
    const converted = await this.#convertedPaths();
    const result = await this.#git(['ls-files', '-z', '-m', '-d', '-o', '--exclude-standard']);
    if (result.exitCode !== 0) throw gitFailed('list the files', this.#options.root, result);
    const paths = splitNul(result.stdout);
    return [...new Set([...converted, ...paths])].filter((path) => !path.endsWith('/'));
  }

  #entries(): IndexEntry[] {
    return readIndexFile(this.#indexPath, idBytes(this.#options.repository)) ?? [];
  }

  #differences(paths: readonly string[], large: Map<string, string>): StateChange[] {
    const { prefix } = this.#options.repository;
    const wanted = new Set(paths);
    const entries = new Map<string, IndexEntry>();
    for (const entry of this.#entries()) {
      if (!entry.path.startsWith(prefix)) continue;
      const path = entry.path.slice(prefix.length);
      if (wanted.has(path) && isOurs(entry)) entries.set(path, entry);
    }
    return paths.flatMap((path) => {
      const difference = this.#difference(path, entries.get(path), large);
      return difference === null ? [] : [difference];
    });
  }

  #difference(path: string, entry: IndexEntry | undefined, large: Map<string, string>): StateChange | null {
    // A nested repository is not ours to watch.
    if (entry?.mode === '160000') return null;
    const before = this.#overlay.stateOf(path, indexedState(entry));
    const limit = entry === undefined ? maxUnaskedBytes : maxKeptBytes;
    const disk = readDiskFile(join(this.#options.root, path), this.#options.blobs.algorithm, limit);
    if (disk.kind !== 'file') return before === null ? null : { path, before, after: null };
    if (isStatId(disk.state.id)) {
      large.set(path, disk.state.id);
      return null;
    }
    const { mode, id } = disk.state;
    if (disk.bytes !== null) this.#options.blobs.put(disk.bytes, id);
    return { path, before, after: { mode, id } };
  }

  async #keepContents(differences: readonly StateChange[]): Promise<void> {
    const { blobs } = this.#options;
    const ids = differences.flatMap(({ before }) => (before === null || blobs.has(before.id) ? [] : [before.id]));
    if (ids.length === 0) return;
    const result = await this.#git(['cat-file', '--batch'], `${ids.join('\n')}\n`);
    for (const bytes of parseBatch(result.stdout)) blobs.put(bytes, blobId(bytes, blobs.algorithm));
  }

  async #update(differences: readonly StateChange[]): Promise<void> {
    const { prefix } = this.#options.repository;
    const wanted = new Set(differences.map(({ path }) => `${prefix}${path}`));
    const indexed = new Map(
      this.#entries().flatMap((entry) => (wanted.has(entry.path) && isOurs(entry) ? [[entry.path, entry]] : [])),
    );
    this.#treeId = null;
    this.#overlay.put(
      differences.map(({ path, after }) => ({
        path,
        indexed: indexedState(indexed.get(`${prefix}${path}`)),
        state: after,
      })),
    );
    if (this.#overlay.size > manyPending || !existsSync(this.#indexPath)) await this.#flush();
  }

  /** Puts what is kept beside the index into it. */
  async #flush(): Promise<void> {
    const pending = [...this.#overlay.entries()];
    if (pending.length === 0) return;
    const { prefix, top } = this.#options.repository;
    const zero = '0'.repeat(idBytes(this.#options.repository) * 2);
    // Removals go first, so that a file may take the place of a folder and back.
    const removed = pending.map(([path]) => `0 ${zero}\t${prefix}${path}\0`);
    const added = pending.flatMap(([path, state]) =>
      state === null ? [] : [`${state.mode} ${state.id}\t${prefix}${path}\0`],
    );
    const line = ['update-index', '-z', '--index-info'];
    const result = await this.#git(line, removed.join('') + added.join(''), top);
    if (result.exitCode !== 0) throw gitFailed('record the files', this.#options.root, result);
    this.#overlay.clear();
    // Entries made from ids carry no times yet, so that git reads the files at each look; few are cheaper than a process.
    this.#unstamped += pending.length;
    if (this.#unstamped <= manyUnstamped) return;
    await this.#git(['update-index', '-q', '--refresh'], '', top);
    this.#unstamped = 0;
  }

  #git(args: readonly string[], input = '', cwd = this.#options.root): Promise<GitResult> {
    return this.#options.runGit(cwd, args, { env: this.#env, input });
  }
}

/** During a merge the side of the user's own branch counts. */
function isOurs(entry: IndexEntry): boolean {
  return entry.stage === 0 || entry.stage === 2;
}

function indexedState(entry: IndexEntry | undefined): FileState | null {
  return entry === undefined ? null : { mode: entry.mode as FileState['mode'], id: entry.id };
}

function idBytes(repository: GitRepository): 20 | 32 {
  return repository.hashAlgorithm === 'sha256' ? 32 : 20;
}

function gitFailed(what: string, root: string, result: GitResult): MonkeyError {
  const reason = result.stderr.trim().split('\n')[0] ?? '';
  return new MonkeyError(
    'workspace.io',
    `git could not ${what} of ${root}: ${reason || `exit code ${result.exitCode}`}`,
  );
}

function splitNul(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  return text === '' ? [] : text.slice(0, -1).split('\0');
}

/** The contents in the answer of `cat-file --batch`; what is missing is left out. */
export function parseBatch(output: Buffer): Buffer[] {
  const contents: Buffer[] = [];
  for (let offset = 0; offset < output.length; ) {
    const end = output.indexOf(0x0a, offset);
    if (end < 0) break;
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(output.toString('latin1', offset, end))?.[1];
    offset = end + 1;
    if (size === undefined) continue;
    contents.push(Buffer.from(output.subarray(offset, offset + Number(size))));
    offset += Number(size) + 1;
  }
  return contents;
}
