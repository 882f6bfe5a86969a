// What a file of a tree was: mode and content id, and how trees of them are hashed.
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';

/** How ids are made; a repository decides. */
export type HashAlgorithm = 'sha1' | 'sha256';

/** One file or symbolic link. */
export interface FileState {
  readonly mode: '100644' | '100755' | '120000';
  /** Git's blob id of the content; `stat:…` for a file too large to keep, of which only size and time are known. */
  readonly id: string;
  /** Permission bits, where they were looked at. */
  readonly permissions?: number | undefined;
}

/** A path whose state differs. Paths are relative to the root with forward slashes, absolute outside. */
export interface StateChange {
  readonly path: string;
  readonly before: FileState | null;
  readonly after: FileState | null;
}

/** Largest file whose content is kept, in bytes. */
export const maxKeptBytes = 64 * 1024 * 1024;
/** Largest file kept only because it lies in the tree (not tracked by git, not edited by the agent), in bytes. */
export const maxUnaskedBytes = 2 * 1024 * 1024;

/** Git's id of a blob. */
export function blobId(bytes: Buffer, algorithm: HashAlgorithm): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Whether the content behind an id was never kept. */
export function isStatId(id: string): boolean {
  return id.startsWith('stat:');
}

/** The id of a file too large to keep. */
export function statId(stats: Stats): string {
  return `stat:${stats.size}:${Math.round(stats.mtimeMs * 1000)}`;
}

/** A file as it is on disk; `bytes` is null when it is larger than asked for. `other` is a device and the like. */
export type DiskFile =
  | { readonly kind: 'missing' | 'folder' | 'other' }
  | { readonly kind: 'file'; readonly state: FileState; readonly bytes: Buffer | null };

/** Reads a file or link without following it; larger files get a `stat:` id. */
export function readDiskFile(absolute: string, algorithm: HashAlgorithm, maxBytes = maxKeptBytes): DiskFile {
  let stats: Stats;
  try {
    stats = lstatSync(absolute);
    if (stats.isSymbolicLink()) {
      const bytes = readlinkSync(absolute, { encoding: 'buffer' });
      return { kind: 'file', state: { mode: '120000', id: blobId(bytes, algorithm) }, bytes };
    }
    if (!stats.isFile()) return { kind: stats.isDirectory() ? 'folder' : 'other' };
    const mode = (stats.mode & 0o100) === 0 ? '100644' : '100755';
    const permissions = stats.mode & 0o777;
    if (stats.size > maxBytes) return { kind: 'file', state: { mode, id: statId(stats), permissions }, bytes: null };
    const bytes = readFileSync(absolute);
    return { kind: 'file', state: { mode, id: blobId(bytes, algorithm), permissions }, bytes };
  } catch {
    return { kind: 'missing' };
  }
}

/** Whether two states are the same file: content and mode; permission bits only where both were looked at. */
export function sameState(a: FileState | null, b: FileState | null): boolean {
  if (a === null || b === null) return a === b;
  const samePermissions = a.permissions === undefined || b.permissions === undefined || a.permissions === b.permissions;
  return a.id === b.id && a.mode === b.mode && samePermissions;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, FileState>;
}

/** Git's tree id of a set of files, computed here. */
export function treeIdOf(files: ReadonlyMap<string, FileState>, algorithm: HashAlgorithm): string {
  const top: Folder = { folders: new Map(), files: new Map() };
  for (const [path, state] of files) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    let folder = top;
    for (const part of parts) {
      const next = folder.folders.get(part) ?? { folders: new Map(), files: new Map() };
      folder.folders.set(part, next);
      folder = next;
    }
    folder.files.set(name, state);
  }
  return folderId(top, algorithm);
}

// Git sorts entries by name as bytes, with a slash after the names of folders.
function folderId(folder: Folder, algorithm: HashAlgorithm): string {
  const entries = [
    ...[...folder.files].map(([name, state]) => ({
      name,
      key: name,
      mode: state.mode as string,
      id: plainId(state.id, algorithm),
    })),
    ...[...folder.folders].map(([name, inner]) => ({
      name,
      key: `${name}/`,
      mode: '40000',
      id: folderId(inner, algorithm),
    })),
  ].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const body = Buffer.concat(
    entries.map((entry) => Buffer.concat([Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')])),
  );
  return createHash(algorithm).update(`tree ${body.length}\0`).update(body).digest('hex');
}

function plainId(id: string, algorithm: HashAlgorithm): string {
  return isStatId(id) ? createHash(algorithm).update(id).digest('hex') : id;
}
