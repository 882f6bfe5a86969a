// Works out and carries out the way back (undo) and forth (redo) of recorded changes, keeping what the user did since.
//
// Changes are taken one after the other on a picture of the disk: where a file is as the step left it, it gets its earlier
// state; where it already has that state, nothing is to do (a run that was killed half-way is finished this way); where it is
// text and something else, the step's change is taken out by a three-way merge; and where that cannot be done it is kept and
// said. Only then is the disk touched, file by file, each atomically.
import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { errorMessage, type FileChange } from '@monkey-coder/protocol';
import { merge3 } from '../edits/merge.ts';
import { diffStat, unifiedDiff } from '../edits/unified-diff.ts';
import type { SafeWriter } from '../files/atomic-write.ts';
import { decodeText, encodeText, type TextFormat } from '../files/text-encoding.ts';
import type { BlobStore } from './blob-store.ts';
import { type DiskFile, type FileState, isStatId, readDiskFile, type StateChange, statId } from './tree-state.ts';

/** Where undo happens. */
export interface UndoPlace {
  readonly root: string;
  readonly blobs: BlobStore;
  readonly writer: SafeWriter;
}

/** What will be done to one path. */
interface Target {
  readonly path: string;
  readonly state: FileState | null;
  readonly bytes: Buffer | null;
  readonly original: {
    readonly state: FileState | null;
    readonly bytes: Buffer | null;
    readonly kind: DiskFile['kind'];
    readonly statId: string | null;
  };
}

/** A worked-out undo or redo. */
export interface UndoPlan {
  readonly targets: readonly Target[];
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
  readonly merged: readonly string[];
  readonly changes: readonly FileChange[];
  readonly diff: string;
}

/** Works out what taking the changes in this order means; each leads from `before` to `after`. Reads only. */
export function planRestore(changes: readonly StateChange[], place: UndoPlace): UndoPlan {
  const picture = new Map<string, Target>();
  const kept = new Map<string, string>();
  const merged = new Set<string>();
  for (const change of changes) {
    if (kept.has(change.path)) continue;
    const target = picture.get(change.path) ?? targetOnDisk(change.path, place);
    const step = restoreOne(change, target, place.blobs);
    if (typeof step === 'string') {
      kept.set(change.path, step);
      picture.delete(change.path);
      continue;
    }
    if (step.isMerged) merged.add(change.path);
    picture.set(change.path, { ...target, state: step.state, bytes: step.bytes });
  }
  const targets = [...picture.values()].filter(isDifferent);
  return {
    targets,
    kept: [...kept].map(([path, reason]) => ({ path, reason })),
    merged: [...merged].filter((path) => !kept.has(path)),
    changes: targets.map((target) =>
      describeChange(target.path, target.original.state, target.original.bytes, target.state, target.bytes),
    ),
    diff: targets.map((target) => diffOf(target.path, target.original.bytes, target.bytes)).join(''),
  };
}

function targetOnDisk(path: string, place: UndoPlace): Target {
  const absolute = absolutePath(place.root, path);
  const disk = readDiskFile(absolute, place.blobs.algorithm);
  const [state, bytes] = disk.kind === 'file' ? [disk.state, disk.bytes] : [null, null];
  const id = disk.kind === 'file' ? statId(lstatSync(absolute)) : null;
  return { path, state, bytes, original: { state, bytes, kind: disk.kind, statId: id } };
}

type Restored = { readonly state: FileState | null; readonly bytes: Buffer | null; readonly isMerged?: true };

function restoreOne(change: StateChange, target: Target, blobs: BlobStore): Restored | string {
  const { before: from, after: to } = change;
  const now = target.state;
  if (target.original.kind === 'other') return 'something that is not a file is in its place';
  if (isAt(target, to)) return { state: withMode(now, from, to), bytes: target.bytes };
  if (isAt(target, from)) return to === null ? { state: null, bytes: null } : restored(now, from, to, blobs);
  if (now === null) return 'it was deleted since';
  if (from === null) return 'another file with this name was made since';
  if (to === null) return 'it was changed since it was created';
  return mergeText(now, target.bytes, from, to, blobs);
}

function restored(now: FileState | null, from: FileState | null, to: FileState, blobs: BlobStore): Restored | string {
  const bytes = blobs.read(to.id);
  if (bytes !== null) return { state: withMode(now, from, to), bytes };
  return isStatId(to.id) ? 'it was too large to keep a copy' : 'its earlier content is no longer available';
}

function mergeText(
  now: FileState,
  nowBytes: Buffer | null,
  from: FileState,
  to: FileState,
  blobs: BlobStore,
): Restored | string {
  const texts = [blobs.read(from.id), nowBytes, blobs.read(to.id)].map((bytes) =>
    bytes === null ? null : decodeText(bytes),
  );
  const [base, ours, theirs] = texts;
  const isLink = [now, from, to].some((state) => state.mode === '120000');
  if (!base || !ours || !theirs || isLink) return 'it was changed since and is no text that can be merged';
  const result = merge3(base.text, ours.text, theirs.text);
  if (result.conflicts) return 'it was changed since in the same lines';
  const bytes = encodeMerged(result.merged, ours);
  return { state: { ...withModeOf(now, from, to), id: blobs.put(bytes) }, bytes, isMerged: true };
}

function encodeMerged(text: string, format: TextFormat): Buffer {
  try {
    return encodeText(text, format, 'the merged file');
  } catch {
    return encodeText(text, { encoding: 'utf-8', hasByteOrderMark: format.hasByteOrderMark }, 'the merged file');
  }
}

// A recorded state against the picture; files too large to keep are compared by size and time.
function isAt(target: Target, recorded: FileState | null): boolean {
  const now = target.state;
  if (now === null || recorded === null) return now === recorded;
  if (isStatId(recorded.id)) return target.original.statId === recorded.id && target.state === target.original.state;
  return now.id === recorded.id && (now.mode === '120000') === (recorded.mode === '120000');
}

// The mode goes back only if the step changed it and nobody else did since.
function withMode(now: FileState | null, from: FileState | null, to: FileState | null): FileState | null {
  if (to === null) return null;
  if (now === null || from === null) return to;
  return { ...withModeOf(now, from, to), id: to.id };
}

function withModeOf(now: FileState, from: FileState, to: FileState): FileState {
  const changedMode = from.mode !== to.mode;
  const stillOurs = now.mode === from.mode || now.mode === '120000';
  const mode = changedMode && stillOurs ? to.mode : now.mode;
  if (mode === '120000') return { mode, id: now.id };
  const permissions = permissionsFor(mode, now, from, to);
  return permissions === undefined ? { mode, id: now.id } : { mode, id: now.id, permissions };
}

function permissionsFor(mode: FileState['mode'], now: FileState, from: FileState, to: FileState): number | undefined {
  const known = to.permissions !== undefined && from.permissions !== undefined && to.permissions !== from.permissions;
  if (known && now.permissions === from.permissions) return to.permissions;
  if (now.permissions === undefined || mode === now.mode) return now.permissions;
  // Executable for those who may read, as git does it.
  return mode === '100755' ? now.permissions | ((now.permissions & 0o444) >> 2) : now.permissions & ~0o111;
}

function isDifferent(target: Target): boolean {
  const { original, state } = target;
  if (original.state === null || state === null) return original.state !== state;
  const permissionsDiffer = state.permissions !== undefined && state.permissions !== original.state.permissions;
  return original.state.id !== state.id || original.state.mode !== state.mode || permissionsDiffer;
}

/**
 * Carries a plan out: deletions first, then folders the steps had made if they are empty now, then files. A file that cannot
 * be restored is reported, the others are done.
 */
export function carryOut(plan: UndoPlan, madeFolders: readonly string[], place: UndoPlace): UndoPlan['kept'] {
  const failed: { path: string; reason: string }[] = [];
  const attempt = (path: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      failed.push({ path, reason: errorMessage(error) });
    }
  };
  for (const target of plan.targets) {
    if (target.state === null) attempt(target.path, () => place.writer.remove(absolutePath(place.root, target.path)));
  }
  for (const folder of [...madeFolders].sort((a, b) => b.length - a.length)) {
    place.writer.removeEmptyFolder(absolutePath(place.root, folder));
  }
  for (const target of plan.targets) {
    const { state } = target;
    if (state !== null) attempt(target.path, () => restoreFile(target, state, place));
  }
  return failed;
}

function restoreFile(target: Target, state: FileState, place: UndoPlace): void {
  const absolute = absolutePath(place.root, target.path);
  const { original } = target;
  const mode = state.permissions ?? (state.mode === '100755' ? 0o755 : undefined);
  if (original.state?.id === state.id && state.mode !== '120000') {
    place.writer.chmod(absolute, mode ?? 0o644);
  } else if (target.bytes === null) {
    throw new Error('its earlier content is no longer available');
  } else if (state.mode === '120000') {
    place.writer.link(absolute, target.bytes.toString('utf8'));
  } else {
    place.writer.write(absolute, target.bytes, mode === undefined ? {} : { mode });
  }
}

/** The absolute path of a recorded one. */
export function absolutePath(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

/** A change as people see it; line counts only where both sides are text of reasonable size. */
export function describeChange(
  path: string,
  before: FileState | null,
  beforeBytes: Buffer | null,
  after: FileState | null,
  afterBytes: Buffer | null,
): FileChange {
  const kind = before === null ? 'created' : after === null ? 'deleted' : 'modified';
  if ((before !== null && beforeBytes === null) || (after !== null && afterBytes === null)) return { path, kind };
  const [old, fresh] = [textOf(beforeBytes), textOf(afterBytes)];
  if (old === undefined || fresh === undefined) return { path, kind };
  return { path, kind, ...diffStat(old, fresh) };
}

/** A unified diff of two contents, or one line where they are no text. */
export function diffOf(path: string, before: Buffer | null, after: Buffer | null): string {
  const [old, fresh] = [textOf(before), textOf(after)];
  if (old === undefined || fresh === undefined) return `Binary file ${path} differs\n`;
  return unifiedDiff(path, old, fresh);
}

const maxDiffBytes = 2 * 1024 * 1024;

function textOf(bytes: Buffer | null): string | null | undefined {
  if (bytes === null) return null;
  return bytes.length > maxDiffBytes ? undefined : decodeText(bytes)?.text;
}

/** Folders among the parents of created files that came into being after `diskTime`, by the file system's own clock. */
export function foldersMadeSince(root: string, created: readonly string[], diskTime: number): string[] {
  const made = new Map<string, boolean>();
  const wasMade = (folder: string): boolean => {
    const known = made.get(folder);
    if (known !== undefined) return known;
    const absolute = absolutePath(root, folder);
    const birth = existsSync(absolute) ? statSync(absolute).birthtimeMs : 0;
    made.set(folder, birth >= diskTime - 5);
    return birth >= diskTime - 5;
  };
  for (const path of created) {
    for (let folder = dirname(path); folder !== '.' && folder !== dirname(folder); folder = dirname(folder)) {
      if (!wasMade(folder)) break;
    }
  }
  return [...made].filter(([, isMade]) => isMade).map(([folder]) => folder);
}
