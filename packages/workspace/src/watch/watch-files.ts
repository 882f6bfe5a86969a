// Tells which files of a tree changed, without a native library: one `fs.watch` a folder, events gathered, stat sweeps where the
// system has no watches left.
//
// Watched are the folders that hold files of the project; what git ignores, other repositories and our own temporary files are
// not. Events only name suspects: they are gathered for a moment, those that git ignores are taken out, new folders are looked
// through and watched. When a watch cannot be had (`ENOSPC`, `EMFILE`), all are closed and the listed files are compared by
// time and size every few seconds, never more than a twentieth of the time.
import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { temporaryPrefix } from '../files/path-rules.ts';
import type { RunGit } from '../git/run-git.ts';
import type { FileLister } from '../search/search.ts';

/** What to watch, and whom to tell. */
export interface WatchOptions {
  /** Real path. */
  readonly root: string;
  readonly lister: FileLister;
  /** Asked which new names are ignored; null without git. */
  readonly runGit: RunGit | null;
  /** Called with changed, new and deleted files, relative, in order; never during another call's tick. */
  readonly onChange: (paths: readonly string[]) => void;
  /** Quiet time before changes are told, in milliseconds; at most ten times that passes. Default 100. */
  readonly quietMs?: number;
  /** `sweep` does without watches. Default `watch`. */
  readonly mode?: 'watch' | 'sweep';
  /** Milliseconds between sweeps. Default 2,000. */
  readonly sweepMs?: number;
}

/** A running watch. */
export interface FileWatch {
  /** How it watches now. */
  readonly mode: 'watch' | 'sweep';
  readonly folders: number;
  close(): void;
}

const notWatched: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv']);
const noWatchesLeft: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOSYS']);

/** Starts watching; resolves when every change from now on will be seen. */
export async function watchFiles(options: WatchOptions): Promise<FileWatch> {
  const watching = new Watch(options);
  await watching.start();
  return watching;
}

class Watch implements FileWatch {
  readonly #options: WatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #suspects = new Set<string>();
  #states: Map<string, number> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #firstSuspectAt = 0;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get mode(): 'watch' | 'sweep' {
    return this.#states === null ? 'watch' : 'sweep';
  }

  get folders(): number {
    return this.#watchers.size;
  }

  async start(): Promise<void> {
    const { lister, mode } = this.#options;
    const { paths } = await lister.list({ limit: Number.MAX_SAFE_INTEGER });
    if (mode === 'sweep') return this.#sweepFrom(paths);
    for (const folder of foldersOf(paths)) if (!this.#watch(folder)) return this.#sweepFrom(paths);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#sweepTimer);
    this.#closeWatchers();
  }

  #closeWatchers(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** False when the system has no watches left. */
  #watch(folder: string): boolean {
    if (this.#watchers.has(folder)) return true;
    try {
      const watcher = watch(join(this.#options.root, folder), { persistent: true }, (_event, name) =>
        this.#suspect(folder, name),
      );
      watcher.on('error', (error) => this.#lost(folder, error));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      return !noWatchesLeft.has((error as NodeJS.ErrnoException).code ?? '');
    }
  }

  #lost(folder: string, error: Error): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    if (noWatchesLeft.has((error as NodeJS.ErrnoException).code ?? '')) void this.#fallBack();
  }

  async #fallBack(): Promise<void> {
    if (this.#isClosed || this.#states !== null) return;
    const { paths } = await this.#options.lister.list({ limit: Number.MAX_SAFE_INTEGER });
    this.#sweepFrom(paths);
  }

  #suspect(folder: string, name: string | null): void {
    if (name === null || name.startsWith(temporaryPrefix) || notWatched.has(name)) return;
    this.#suspects.add(folder === '' ? name : `${folder}/${name}`);
    const quietMs = this.#options.quietMs ?? 100;
    const now = performance.now();
    if (this.#suspects.size === 1) this.#firstSuspectAt = now;
    if (now - this.#firstSuspectAt > quietMs * 10) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), quietMs);
  }

  async #tell(): Promise<void> {
    const suspects = [...this.#suspects];
    this.#suspects.clear();
    const files = new Set<string>();
    for (const path of await this.#withoutIgnored(suspects)) this.#look(path, files);
    const found = files.size === suspects.length ? [...files] : await this.#withoutIgnored([...files]);
    if (found.length > 0 && !this.#isClosed) this.#options.onChange([...new Set(found)].sort());
  }

  // A file, a file that is gone, or a folder that came: its files are new, and it is watched from now on.
  #look(path: string, files: Set<string>): void {
    const stats = lstatSync(join(this.#options.root, path), { throwIfNoEntry: false });
    if (stats === undefined || !stats.isDirectory()) {
      this.#forget(path);
      if (stats === undefined || stats.isFile() || stats.isSymbolicLink()) files.add(path);
      return;
    }
    if (this.#watchers.has(path)) return;
    if (!this.#watch(path)) return void this.#fallBack();
    for (const name of namesIn(join(this.#options.root, path)))
      if (!notWatched.has(name) && !name.startsWith(temporaryPrefix)) this.#look(`${path}/${name}`, files);
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  async #withoutIgnored(paths: readonly string[]): Promise<readonly string[]> {
    const { runGit, root } = this.#options;
    const own = paths.filter((path) => !isLeftOut(path));
    if (runGit === null || own.length === 0) return own;
    const result = await runGit(root, ['check-ignore', '-z', '--stdin'], { input: `${own.join('\0')}\0` });
    if (result.exitCode !== 0) return own;
    const ignored = new Set(result.stdout.toString('utf8').split('\0'));
    return own.filter((path) => !ignored.has(path));
  }

  #sweepFrom(paths: readonly string[]): void {
    this.#closeWatchers();
    this.#states = statesOf(this.#options.root, paths);
    this.#sweepLater(this.#options.sweepMs ?? 2_000);
  }

  #sweepLater(ms: number): void {
    if (!this.#isClosed) this.#sweepTimer = setTimeout(() => void this.#sweep(), ms);
  }

  async #sweep(): Promise<void> {
    const startedAt = performance.now();
    const before = this.#states ?? new Map<string, number>();
    const { paths } = await this.#options.lister.list({ limit: Number.MAX_SAFE_INTEGER });
    const now = statesOf(this.#options.root, paths);
    this.#states = now;
    const changed = [...now].flatMap(([path, state]) => (before.get(path) === state ? [] : [path]));
    for (const path of before.keys()) if (!now.has(path)) changed.push(path);
    if (changed.length > 0 && !this.#isClosed) this.#options.onChange(changed.sort());
    this.#sweepLater(Math.max(this.#options.sweepMs ?? 2_000, (performance.now() - startedAt) * 20));
  }
}

function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set(['']);
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

// Time and size in one number: two states that are equal so are equal for all that matters here.
function statesOf(root: string, paths: readonly string[]): Map<string, number> {
  const states = new Map<string, number>();
  for (const path of paths) {
    if (isLeftOut(path)) continue;
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats !== undefined) states.set(path, stats.mtimeMs * 1_000 + (stats.size % 1_000_003) / 1_000_003);
  }
  return states;
}

function isLeftOut(path: string): boolean {
  return path.split('/').some((part) => notWatched.has(part) || part.startsWith(temporaryPrefix));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
