// Keeps the garbage of many streams small: for processes that hold hundreds of them at once.
import { setFlagsFromString } from 'node:v8';

/**
 * Holds V8's young generation at its first size for this whole process, workers included. V8 lets it grow to 16 MB and its
 * twin when much survives a collection, as with 200 streams that are read as fast as they come; their peak falls by a third
 * and their CPU time stays as it is (`npm run bench:models`). Programs that build large structures in one go (an index) are better off without, and a code cache written afterwards is refused
 * by a process without the flag. Source: V8's flag `semi-space-growth-factor`.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
