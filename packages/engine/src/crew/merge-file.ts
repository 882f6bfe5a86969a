// Three versions of one file become one, or a conflict.
import { merge3 } from '@monkey-coder/workspace';
import { type FileIn, textIn } from '../outcome/copy-files.ts';

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
  const [a, b, c] = [base === 'missing' ? '' : textIn(base), textIn(ours), textIn(theirs)];
  if (a === undefined || b === undefined || c === undefined) return { kind: 'conflict' };
  const { merged, conflicts } = merge3(a, b, c);
  if (conflicts) return { kind: 'conflict', marked: merged };
  return { kind: 'merged', text: merged };
}

function isSame(a: FileIn, b: FileIn): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.equals(b);
}
