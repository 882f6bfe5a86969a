// Writes a tree into an empty folder: files as they are, some of them as they were, dependencies linked in.
import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import type { FileState } from './tree-state.ts';

/** Folders linked, not copied, where they are not part of the tree. */
const linkedFolders: ReadonlySet<string> = new Set(['node_modules', '.venv', 'venv', 'vendor', 'target']);

/** What is written where. Paths outside the root are left out. */
export interface TreeToWrite {
  readonly root: string;
  readonly folder: string;
  /** Copied as they are on disk. */
  readonly current: readonly string[];
  /** Written from kept contents; a null state is left out. */
  readonly restored: readonly {
    readonly path: string;
    readonly state: FileState | null;
    readonly bytes: Buffer | null;
  }[];
}

/** Writes the tree; links in it point where they pointed. */
export function writeTree({ root, folder, current, restored }: TreeToWrite): void {
  const made = new Set<string>();
  const makeFolder = (path: string): void => {
    if (made.has(path)) return;
    mkdirSync(path, { recursive: true });
    made.add(path);
  };
  for (const path of current) copyInto(join(root, path), join(folder, path), makeFolder);
  for (const { path, state, bytes } of restored) {
    if (state === null || bytes === null || isAbsolute(path)) continue;
    const target = join(folder, path);
    makeFolder(dirname(target));
    if (state.mode === '120000') symlinkSync(bytes.toString('utf8'), target);
    else writeFileSync(target, bytes, { mode: state.mode === '100755' ? 0o755 : 0o644 });
  }
  linkDependencies(root, folder);
}

/** Makes the folder if need be; throws `workspace.io` when something is in it. */
export function requireEmptyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new MonkeyError('workspace.io', `${folder} is not empty; nothing was written to it`);
}

function copyInto(from: string, to: string, makeFolder: (path: string) => void): void {
  try {
    const stats = lstatSync(from);
    makeFolder(dirname(to));
    if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (stats.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    // Deleted between the look and the copy: then it is not part of the tree.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

// Beside every folder that was written, so that the packages of a monorepo find theirs too.
function linkDependencies(root: string, folder: string, below = '', depth = 0): void {
  const copied = readdirSync(join(folder, below), { withFileTypes: true });
  for (const name of linkedFolders) {
    const [source, target] = [join(root, below, name), join(folder, below, name)];
    if (existsSync(source) && !existsSync(target)) symlinkSync(source, target);
  }
  if (depth >= 4) return;
  for (const entry of copied)
    if (entry.isDirectory()) linkDependencies(root, folder, join(below, entry.name), depth + 1);
}
