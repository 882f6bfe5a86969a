// Keeps and restores states of one tree: a log of steps, a store of contents, and an index of the whole tree.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type FileChange, isMonkeyError, MonkeyError } from '@monkey-coder/protocol';
import type { SafeWriter } from '../files/atomic-write.ts';
import { ioError, type PathGuard } from '../files/path-guard.ts';
import type { RunGit } from '../git/run-git.ts';
import type { BlobStore } from './blob-store.ts';
import { GitTree } from './git-tree.ts';
import { requireEmptyFolder, writeTree } from './materialise.ts';
import { openPlainTree, openTree, type TreeParts, type TreePlace } from './open-tree.ts';
import { defaultLimits, forgetOld, type SnapshotLimits } from './retention.ts';
import type { SnapshotEntry, SnapshotStore, UndoReport, UndoTarget } from './snapshot-store.ts';
import { type RecordedChange, type Step, StepLog } from './step-log.ts';
import { entryOf, fileChange, isOfSession, reversed, stepsSince, stepsToRedo, stepsToUndo } from './step-selection.ts';
import type { TreeIndex } from './tree-index.ts';
import { type FileState, isStatId, readDiskFile, type StateChange, sameState } from './tree-state.ts';
import {
  absolutePath,
  carryOut,
  describeChange,
  diffOf,
  foldersMadeSince,
  planRestore,
  type UndoPlace,
} from './undo.ts';

/** What a snapshot store is made for. */
export interface LocalSnapshotStoreOptions {
  readonly guard: PathGuard;
  readonly writer: SafeWriter;
  /** Folder of the agent's state; this store uses `snapshots/<hash of the root>` in it. */
  readonly stateFolder: string;
  readonly runGit: RunGit;
  readonly now: () => number;
  /** Makes ids of steps, such as `snap_…`. */
  readonly newId: () => string;
  readonly limits?: SnapshotLimits;
}

/** Coarsest tick of a file system's clock taken into account, in milliseconds. */
const diskTickMs = 5;

/** Creates the store. Nothing is read or started before it is used. */
export function createLocalSnapshotStore(options: LocalSnapshotStoreOptions): SnapshotStore {
  return new LocalSnapshotStore(options);
}

class LocalSnapshotStore implements SnapshotStore {
  readonly #options: LocalSnapshotStoreOptions;
  readonly #root: string;
  readonly #folder: string;
  readonly #log: StepLog;
  readonly #running = new Set<string>();
  #parts: TreeParts | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: LocalSnapshotStoreOptions) {
    this.#options = options;
    this.#root = options.guard.root;
    const name = createHash('sha256').update(this.#root).digest('hex').slice(0, 16);
    this.#folder = join(options.stateFolder, 'snapshots', name);
    this.#log = new StepLog(join(this.#folder, 'log.jsonl'));
  }

  prepare(): void {
    this.#serially(async () => {
      if (!this.#tree().isQuick()) await this.#look();
    }).catch(() => undefined);
  }

  begin(step: Parameters<SnapshotStore['begin']>[0]): Promise<string> {
    return this.#serially(async () => {
      const id = this.#options.newId();
      const { paths, ...about } = step;
      const watched = paths?.map((path) => this.#preImage(path));
      if (watched === undefined) await this.#look();
      const missingFolders = watched === undefined ? undefined : this.#missingFolders(watched.map(({ path }) => path));
      this.#log.append({
        type: 'begin',
        version: 1,
        id,
        ...about,
        time: this.#options.now(),
        diskTime: watched === undefined ? this.#diskTime() : 0,
        ...(watched === undefined ? {} : { paths: watched, missingFolders }),
      });
      this.#running.add(id);
      return id;
    });
  }

  end(snapshotId: string): Promise<readonly FileChange[]> {
    return this.#serially(async () => {
      const step = this.#step(snapshotId);
      this.#running.delete(snapshotId);
      if (step.state !== 'open') return step.changes.map(fileChange);
      return (await this.#close(step)).map(fileChange);
    });
  }

  recover(): Promise<readonly SnapshotEntry[]> {
    return this.#serially(async () => {
      const recovered = await this.#recoverOpen();
      forgetOld(this.#log, this.#options.limits ?? defaultLimits, () => this.#open());
      return recovered;
    });
  }

  list(filter: { readonly sessionId?: string } = {}): Promise<readonly SnapshotEntry[]> {
    return this.#serially(async () => {
      const { steps } = this.#log.history();
      return steps.filter((step) => isOfSession(step, filter.sessionId)).map(entryOf);
    });
  }

  diff(range: { readonly from?: string; readonly runId?: string }): Promise<string> {
    return this.#serially(async () => {
      const steps = this.#log.history().steps.filter((step) => step.state === 'done');
      if (range.from !== undefined && range.runId === undefined) {
        this.#step(range.from);
        const start = steps.findIndex((step) => step.begin.id === range.from);
        return this.#diffOfSteps(start < 0 ? [] : steps.slice(start), 'disk');
      }
      // A run that changed nothing hides no earlier one: this is what `undo` would take back.
      const runId = range.runId ?? steps.findLast((step) => step.changes.length > 0)?.begin.runId;
      return this.#diffOfSteps(
        steps.filter((step) => step.begin.runId === runId),
        'recorded',
      );
    });
  }

  undo(target: UndoTarget, options: { readonly preview: boolean; readonly sessionId?: string }): Promise<UndoReport> {
    return this.#serially(async () => {
      await this.#recoverOpen();
      const steps = stepsToUndo(this.#log.history(), target, options.sessionId);
      if (target.kind === 'to') this.#step(target.snapshotId);
      const changes = steps.flatMap((step) => [...step.changes].reverse().map(reversed));
      const madeFolders = steps.flatMap((step) => step.madeFolders);
      return this.#restore(steps, changes, madeFolders, options.preview, 'undone');
    });
  }

  redo(target: UndoTarget, options: { readonly preview: boolean; readonly sessionId?: string }): Promise<UndoReport> {
    return this.#serially(async () => {
      const steps = stepsToRedo(this.#log.history(), target, options.sessionId);
      const changes = steps.flatMap((step) => step.changes);
      const removedFolders = steps.flatMap((step) => step.removedFolders);
      return this.#restore(steps, changes, removedFolders, options.preview, 'redone');
    });
  }

  restoreFile(path: string, options: { readonly from?: string; readonly preview: boolean }): Promise<UndoReport> {
    return this.#serially(async () => {
      await this.#recoverOpen();
      const watched = this.#preImage(path);
      const steps = stepsSince(this.#log.history(), options.from);
      if (options.from !== undefined && steps.length === 0) this.#step(options.from);
      const touching = steps.filter((step) => step.changes.some((change) => change.path === watched.path));
      const changes = touching.flatMap((step) => step.changes.filter((change) => change.path === watched.path));
      const place: UndoPlace = { root: this.#root, blobs: this.#blobs(), writer: this.#options.writer };
      const plan = planRestore(changes.reverse().map(reversed), place);
      const { diff, merged } = plan;
      const [first] = touching;
      if (options.preview || first === undefined || plan.changes.length === 0)
        return { entries: touching.map(entryOf), changes: plan.changes, kept: plan.kept, merged, diff };
      const id = this.#options.newId();
      const { sessionId } = first.begin;
      const about = { sessionId, runId: id, reason: `restore ${watched.path}`, time: this.#options.now(), diskTime: 0 };
      const missingFolders = this.#missingFolders([watched.path]);
      this.#log.append({ type: 'begin', version: 1, id, ...about, paths: [watched], missingFolders });
      const failed = carryOut(plan, [], place);
      await this.#close(this.#step(id));
      const done = failed.length === 0 ? plan.changes : [];
      return { entries: [entryOf(this.#step(id))], changes: done, kept: [...plan.kept, ...failed], merged, diff };
    });
  }

  treeHash(): Promise<string> {
    return this.#serially(async () => {
      await this.#look();
      return this.#tree().treeHash();
    });
  }

  materialise(snapshotId: string, folder: string): Promise<void> {
    return this.#serially(async () => {
      requireEmptyFolder(folder);
      const { steps } = this.#log.history();
      const start = steps.findIndex((step) => step.begin.id === this.#step(snapshotId).begin.id);
      const before = new Map<string, FileState | null>();
      const changes = steps.slice(start).flatMap((step) => (step.state === 'done' ? step.changes : step.parts));
      for (const change of changes) if (!before.has(change.path)) before.set(change.path, change.before);
      await this.#look();
      writeTree({
        root: this.#root,
        folder,
        current: (await this.#tree().files()).filter((path) => !before.has(path)),
        restored: [...before].map(([path, state]) => ({ path, state, bytes: this.#bytes(state) })),
      });
    });
  }

  // One thing at a time: two looks at the tree at once would record each other's changes.
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result.catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code;
      if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) throw ioError(this.#folder, error, 'keep snapshots in');
      throw error;
    });
  }

  #open(): TreeParts {
    this.#parts ??= openTree(this.#place());
    return this.#parts;
  }

  #place(): TreePlace {
    const { stateFolder, runGit } = this.#options;
    return { root: this.#root, folder: this.#folder, stateFolder, runGit };
  }

  #tree(): TreeIndex {
    return this.#open().tree;
  }

  #blobs(): BlobStore {
    return this.#open().blobs;
  }

  #step(id: string): Step {
    const step = this.#log.history().steps.find((one) => one.begin.id === id);
    if (step === undefined) throw new MonkeyError('workspace.not-found', `there is no snapshot ${id}`);
    return step;
  }

  #preImage(path: string): { path: string; before: FileState | null } {
    const checked = this.#options.guard.check(path, 'read');
    const before = this.#readNow(checked.path);
    return { path: checked.path, before };
  }

  // The state of a path now, its content kept.
  #readNow(path: string): FileState | null {
    const blobs = this.#blobs();
    const disk = readDiskFile(absolutePath(this.#root, path), blobs.algorithm);
    if (disk.kind !== 'file') return null;
    if (disk.bytes !== null) blobs.put(disk.bytes, disk.state.id);
    return disk.state;
  }

  #missingFolders(paths: readonly string[]): string[] {
    const missing = new Set<string>();
    for (const path of paths) {
      for (let folder = dirname(path); folder !== '.' && folder !== dirname(folder); folder = dirname(folder)) {
        if (existsSync(absolutePath(this.#root, folder))) break;
        missing.add(folder);
      }
    }
    return [...missing];
  }

  // The clock of the file system may differ from ours, and ours may be a test's.
  #diskTime(): number {
    this.#open();
    const path = join(this.#folder, 'clock');
    writeFileSync(path, '');
    return lstatSync(path).mtimeMs;
  }

  // Brings the index up to now. What differs belongs to the steps that watch the whole tree and are still open, if any.
  async #look(): Promise<void> {
    const open = this.#log.history().steps.filter((step) => step.state === 'open' && step.begin.paths === undefined);
    const found = await this.#refresh(open.length > 0 ? 'contents' : 'baseline');
    for (const { begin } of open) {
      const changes = found
        .filter((change) => this.#isReal(change, begin.diskTime))
        .map((change) => this.#recorded(change));
      if (changes.length > 0) this.#log.append({ type: 'part', id: begin.id, changes });
    }
  }

  async #refresh(purpose: 'baseline' | 'contents'): Promise<readonly StateChange[]> {
    try {
      return await this.#tree().refresh(purpose);
    } catch (error) {
      // Without a working git the folder is watched as any other; what the broken look would have shown is not known.
      if (!(this.#tree() instanceof GitTree) || !isMonkeyError(error)) throw error;
      this.#parts = openPlainTree(this.#place(), this.#blobs());
      await this.#tree().refresh('baseline');
      return [];
    }
  }

  // A file that only stopped being ignored was not created, and one that only became ignored was not deleted.
  #isReal({ path, before, after }: StateChange, diskTime: number): boolean {
    if (before !== null && after !== null) return true;
    try {
      const stats = lstatSync(absolutePath(this.#root, path));
      return after === null ? stats.isDirectory() : stats.ctimeMs >= diskTime - diskTickMs;
    } catch {
      return true;
    }
  }

  async #close(step: Step): Promise<readonly RecordedChange[]> {
    const { begin } = step;
    const changes =
      begin.paths === undefined
        ? await this.#closingLook(step)
        : begin.paths.map(({ path, before }) => ({ path, before, after: this.#readNow(path) }));
    const recorded = changes
      .filter((change) => !sameState(change.before, change.after))
      .map((change) => this.#recorded(change));
    const created = recorded.flatMap((change) => (change.before === null ? [change.path] : []));
    const madeFolders = begin.missingFolders ?? foldersMadeSince(this.#root, created, begin.diskTime);
    const deleted = recorded.flatMap((change) => (change.after === null ? [change.path] : []));
    const removedFolders = this.#missingFolders(deleted);
    this.#log.append({ type: 'end', id: begin.id, changes: recorded, madeFolders, removedFolders });
    return recorded;
  }

  async #closingLook(step: Step): Promise<readonly StateChange[]> {
    await this.#look();
    const span = new Map<string, StateChange>();
    for (const change of this.#step(step.begin.id).parts) {
      const first = span.get(change.path) ?? change;
      span.set(change.path, { path: change.path, before: first.before, after: change.after });
    }
    return [...span.values()];
  }

  #recorded(change: StateChange): RecordedChange {
    const { path, before, after } = change;
    const { added, removed } = describeChange(path, before, this.#bytes(before), after, this.#bytes(after));
    return added === undefined || removed === undefined
      ? { path, before, after }
      : { path, before, after, added, removed };
  }

  #bytes(state: FileState | null): Buffer | null {
    return state === null || isStatId(state.id) ? null : this.#blobs().read(state.id);
  }

  async #recoverOpen(): Promise<SnapshotEntry[]> {
    if (!this.#log.mayHaveOpenSteps()) return [];
    const open = this.#log.history().steps.filter((step) => step.state === 'open' && !this.#running.has(step.begin.id));
    for (const step of open) {
      for (const { path } of step.begin.paths ?? [])
        this.#options.writer.sweep(dirname(absolutePath(this.#root, path)));
      await this.#close(step);
    }
    const ids = new Set(open.map((step) => step.begin.id));
    return this.#log
      .history()
      .steps.filter((step) => ids.has(step.begin.id))
      .map(entryOf);
  }

  async #restore(
    steps: readonly Step[],
    changes: readonly StateChange[],
    emptiedFolders: readonly string[],
    preview: boolean,
    type: 'undone' | 'redone',
  ): Promise<UndoReport> {
    const place: UndoPlace = { root: this.#root, blobs: this.#blobs(), writer: this.#options.writer };
    const plan = planRestore(changes, place);
    const entries = steps.map(entryOf);
    const { diff, merged } = plan;
    if (preview || steps.length === 0) return { entries, changes: plan.changes, kept: plan.kept, merged, diff };
    const failed = carryOut(plan, emptiedFolders, place);
    this.#log.append({ type, ids: steps.map((step) => step.begin.id) });
    const failedPaths = new Set(failed.map(({ path }) => path));
    const done = plan.changes.filter(({ path }) => !failedPaths.has(path));
    return {
      entries: steps.map((step) => entryOf(this.#step(step.begin.id))),
      changes: done,
      kept: [...plan.kept, ...failed],
      merged,
      diff,
    };
  }

  #diffOfSteps(steps: readonly Step[], end: 'disk' | 'recorded'): string {
    const span = new Map<string, { before: FileState | null; after: FileState | null }>();
    for (const { path, before, after } of steps.flatMap((step) => step.changes)) {
      span.set(path, { before: span.get(path)?.before ?? (span.has(path) ? null : before), after });
    }
    return [...span]
      .map(([path, { before, after }]) => {
        const last = end === 'disk' ? this.#diskBytes(path) : this.#bytes(after);
        return diffOf(path, this.#bytes(before), last);
      })
      .join('');
  }

  #diskBytes(path: string): Buffer | null {
    const disk = readDiskFile(absolutePath(this.#root, path), this.#blobs().algorithm);
    return disk.kind === 'file' ? disk.bytes : null;
  }
}
