// Single files in copies of a checkout: what they are, and how one is brought from copy to copy.
import { createHash } from 'node:crypto';
import {
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** A file: its bytes, `missing`, or `other` for what is no plain file below the folder. */
export type FileIn = Buffer | 'missing' | 'other';

/** Reads a file of a folder; what is reached through a link is `other`, wherever it leads. */
export function fileIn(folder: string, path: string): FileIn {
  const kind = kindIn(folder, path);
  return kind === 'file' ? readFileSync(join(folder, path)) : kind;
}

/** What stands at a path of a folder. Only folders may stand above it: no link and no file. */
function kindIn(folder: string, path: string): 'file' | 'missing' | 'other' {
  if (!isInner(path)) return 'other';
  for (const above of foldersAbove(folder, path)) {
    const found = lstatSync(above, { throwIfNoEntry: false });
    if (found === undefined) return 'missing';
    if (!found.isDirectory()) return 'other';
  }
  const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
  if (found === undefined) return 'missing';
  return found.isFile() ? 'file' : 'other';
}

function foldersAbove(folder: string, path: string): string[] {
  const parts = path.split(/[\\/]/).slice(0, -1);
  return parts.map((_, at) => join(folder, ...parts.slice(0, at + 1)));
}

/** A path below the folder, and not in git's own, however it is written. */
export function isInner(path: string): boolean {
  const parts = path.toLowerCase().split(/[\\/]/);
  return !isAbsolute(path) && !parts.some((part) => ['..', '.git', ''].includes(part));
}

/**
 * Makes one file in a folder what it is in another; gone where it is gone there, or is no plain file. Nothing is read or written through
 * a link: one that stands in the way is removed, as it is in the other folder.
 */
export function bringOver(from: string, to: string, path: string): void {
  if (kindIn(from, path) === 'file') {
    makeWay(to, path);
    replaceBy(join(from, path), join(to, path));
  } else removeIn(to, path);
}

/** As a whole or not at all: a full disk or a kill leaves no half of a file, and what else is linked to the old one keeps it. */
function replaceBy(source: string, target: string): void {
  const part = `${target}.monkey-part`;
  rmSync(part, { force: true });
  try {
    copyFileSync(source, part, constants.COPYFILE_EXCL);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Writes a file of a folder, through no link: code that ran in a copy may have left one. Does nothing for a path that is none below it. */
export function writeIn(folder: string, path: string, content: string | Buffer): void {
  if (!isInner(path)) return;
  makeWay(folder, path);
  writeFileSync(join(folder, path), content);
}

/** Removes a file or a link of a folder, and nothing behind a link. */
export function removeIn(folder: string, path: string): void {
  if (isInner(path) && foldersAbove(folder, path).every(isFolder)) removeUnlessFolder(join(folder, path));
}

/** Only folders above it, and a plain file or nothing at its place. */
function makeWay(folder: string, path: string): void {
  for (const above of foldersAbove(folder, path)) {
    removeUnlessFolder(above);
    mkdirSync(above, { recursive: true });
  }
  if (kindIn(folder, path) !== 'file') removeUnlessFolder(join(folder, path));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function removeUnlessFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) unlinkSync(path);
}

/** SHA-256 (hex) of a file; null where there is none, and `other` where it is no plain file. */
export function hashIn(folder: string, path: string): string | null {
  const file = fileIn(folder, path);
  if (file === 'missing') return null;
  return file === 'other' ? file : createHash('sha256').update(file).digest('hex');
}

/** Undefined for what is no text: a file that is gone can not be merged with one that was changed. */
export function textIn(file: FileIn): string | undefined {
  if (typeof file === 'string' || file.includes(0)) return undefined;
  const text = file.toString('utf8');
  return Buffer.from(text, 'utf8').equals(file) ? text : undefined;
}
