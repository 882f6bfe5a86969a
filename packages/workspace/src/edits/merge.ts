// Merges two changes of one text, line by line.
import { diffLines, type LineChange } from './line-diff.ts';
import { rawLines } from './unified-diff.ts';

/** The merged text; with `conflicts` it holds git's conflict marks and is not meant to be written. */
export interface MergeResult {
  readonly merged: string;
  readonly conflicts: boolean;
}

interface Side {
  readonly lines: readonly string[];
  readonly changes: readonly LineChange[];
  at: number;
}

/**
 * Three-way merge (diff3: Khanna, Kunal, Pierce, "A Formal Investigation of Diff3", 2007). Changes of the two sides that overlap or touch
 * are a conflict unless both made the same. Undo uses it with `base` = what the agent wrote, `ours` = what is there now,
 * `theirs` = what was there before the agent.
 */
export function merge3(base: string, ours: string, theirs: string): MergeResult {
  if (ours === theirs || theirs === base) return { merged: ours, conflicts: false };
  if (ours === base) return { merged: theirs, conflicts: false };
  const lines = rawLines(base);
  const left = sideOf(lines, ours);
  const right = sideOf(lines, theirs);
  let merged = '';
  let conflicts = false;
  let at = 0;
  for (let region = nextRegion(left, right); region; region = nextRegion(left, right)) {
    merged += lines.slice(at, region.start).join('');
    const original = lines.slice(region.start, region.end).join('');
    const a = regionText(left, region.left, region.start, region.end, original);
    const b = regionText(right, region.right, region.start, region.end, original);
    if (a === b || b === original) merged += a;
    else if (a === original) merged += b;
    else {
      conflicts = true;
      merged += `<<<<<<< ours\n${closed(a)}=======\n${closed(b)}>>>>>>> theirs\n`;
    }
    at = region.end;
  }
  return { merged: merged + lines.slice(at).join(''), conflicts };
}

function sideOf(base: readonly string[], text: string): Side {
  const lines = rawLines(text);
  return { lines, changes: diffLines(base, lines), at: 0 };
}

interface Region {
  start: number;
  end: number;
  readonly left: LineChange[];
  readonly right: LineChange[];
}

/** The next stretch of the base that either side changed, grown over all changes that touch it. */
function nextRegion(left: Side, right: Side): Region | null {
  const a = left.changes[left.at];
  const b = right.changes[right.at];
  const start = Math.min(a?.aStart ?? Number.POSITIVE_INFINITY, b?.aStart ?? Number.POSITIVE_INFINITY);
  if (start === Number.POSITIVE_INFINITY) return null;
  const region: Region = { start, end: start, left: [], right: [] };
  while (take(left, region, region.left) || take(right, region, region.right));
  return region;
}

function take(side: Side, region: Region, into: LineChange[]): boolean {
  const change = side.changes[side.at];
  if (!change || change.aStart > region.end) return false;
  side.at++;
  into.push(change);
  region.end = Math.max(region.end, change.aEnd);
  return true;
}

/** What this side has in place of base lines [start, end). */
function regionText(side: Side, changes: readonly LineChange[], start: number, end: number, original: string): string {
  const first = changes[0];
  const last = changes.at(-1);
  if (!first || !last) return original;
  return side.lines.slice(first.bStart - (first.aStart - start), last.bEnd + (end - last.aEnd)).join('');
}

function closed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
