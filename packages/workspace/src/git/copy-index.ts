// Copies git's index so that git believes the copy no more than the original.
import { copyFileSync, statSync, utimesSync } from 'node:fs';

/**
 * Copies an index file. Git trusts an entry only if it is older than the index: a copy that looks younger than the original would
 * hide a file that was changed at the moment the index was written and kept its size.
 */
export function copyIndex(from: string, to: string): void {
  copyFileSync(from, to);
  const seconds = Math.floor(statSync(from).mtimeMs) / 1000;
  utimesSync(to, seconds, seconds);
}
