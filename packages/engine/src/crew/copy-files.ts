// Single files in copies of a checkout: what they are, and how three versions become one.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { merge3 } from '@monkey-coder/workspace';

/** A file: its bytes, `missing`, or `other` for what is no plain file below the folder. */
export type FileIn = Buffer | 'missing' | 'other';

/** Reads a file of a folder; never through a link that leads out of it. */
export function fileIn(folder: string, path: string): FileIn {
  if (!isInner(path)) return 'other';
  const file = join(folder, path);
  const found = lstatSync(file, { throwIfNoEntry: false });
  let parent = dirname(file);
  while (!existsSync(parent)) parent = dirname(parent);
  const [real, root] = [realpathSync(parent), realpathSync(folder)];
  if (real !== root && !real.startsWith(root + sep)) return 'other';
  if (found === undefined) return 'missing';
  return found.isFile() ? readFileSync(file) : 'other';
}

/** A path below the folder, and not in git's own. */
export function isInner(path: string): boolean {
  return !isAbsolute(path) && !path.split(/[\\/]/).some((part) => part === '..' || part === '.git' || part === '');
}

/** SHA-256 (hex) of a file; null where there is none, and `other` where it is no plain file. */
export function hashIn(folder: string, path: string): string | null {
  const file = fileIn(folder, path);
  if (file === 'missing') return null;
  return file === 'other' ? file : createHash('sha256').update(file).digest('hex');
}

/** What comes of two changes of one file. */
export type MergedFile =
  | { readonly kind: 'ours' | 'theirs' }
  | { readonly kind: 'merged'; readonly text: string }
  /** `marked`: both, with marks between; absent where that cannot be shown as text. */
  | { readonly kind: 'conflict'; readonly marked?: string };

/** Merges line by line where all three are texts. */
export function mergeFile(base: FileIn, ours: FileIn, theirs: FileIn): MergedFile {
  if (theirs === 'other' || ours === 'other' || base === 'other') return { kind: 'conflict' };
  if (isSame(theirs, base) || isSame(ours, theirs)) return { kind: 'ours' };
  if (isSame(ours, base)) return { kind: 'theirs' };
  const [a, b, c] = [base === 'missing' ? '' : textOf(base), textOf(ours), textOf(theirs)];
  if (a === undefined || b === undefined || c === undefined) return { kind: 'conflict' };
  const { merged, conflicts } = merge3(a, b, c);
  if (conflicts) return { kind: 'conflict', marked: merged };
  return { kind: 'merged', text: merged };
}

function isSame(a: FileIn, b: FileIn): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.equals(b);
}

/** Undefined for what is no text: a file that is gone can not be merged with one that was changed. */
function textOf(file: FileIn): string | undefined {
  if (typeof file === 'string' || file.includes(0)) return undefined;
  const text = file.toString('utf8');
  return Buffer.from(text, 'utf8').equals(file) ? text : undefined;
}
