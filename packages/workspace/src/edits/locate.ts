// Finds the one place of each hunk of a file, or says why there is none.
import type { EditRefusal } from './edit.ts';
import { ambiguous, notFound, refusedAt } from './explain.ts';
import { type Hunk, newSide, oldSide } from './hunk.ts';
import { indentOf, isBlank } from './lines.ts';
import { type Places, plainPunctuation, type SeekFile, seek, type Tolerance } from './seek.ts';

/** A hunk and where its old lines stand. */
export interface Located {
  readonly hunk: Hunk;
  /** 0-based line of the file at which the found lines start. */
  readonly start: number;
  /** Old lines left aside at the start (blank context), and how many were found. */
  readonly skipped: number;
  readonly length: number;
  readonly tolerance: Tolerance;
}

/** The places of all hunks, in the order given; or the refusal of the first that has none or several. */
export function locateHunks(path: string, file: SeekFile, hunks: readonly Hunk[]): Located[] | EditRefusal {
  const found: Places[] = [];
  for (const [index, hunk] of hunks.entries()) {
    const places = placesOf(path, file, hunk, nameOf(index, hunks));
    if ('kind' in places) return places;
    found.push(places);
  }
  const starts = uniqueStarts(file, hunks, found);
  const open = starts.indexOf(null);
  if (open >= 0) return ambiguous(path, file.lines, found[open]?.starts ?? [], nameOf(open, hunks));
  const located: Located[] = [];
  for (const [index, hunk] of hunks.entries()) {
    const { skipped, length, tolerance } = found[index] ?? { skipped: 0, length: 0, tolerance: 'exact' as const };
    const one: Located = { hunk, start: starts[index] ?? 0, skipped, length, tolerance };
    if (isThereAlready(file, one)) {
      return refusedAt(
        'already-applied',
        path,
        file.lines,
        one.start,
        `What ${nameOf(index, hunks)} adds stands in ${path} already, at line ${one.start + 1}.`,
      );
    }
    located.push(one);
  }
  return located;
}

function nameOf(index: number, hunks: readonly Hunk[]): string {
  if (hunks[0]?.isMarked === false) return 'The text to replace';
  return hunks.length === 1 ? 'The hunk’s old side' : `The old side of hunk ${index + 1}`;
}

function placesOf(path: string, file: SeekFile, hunk: Hunk, name: string): Places | EditRefusal {
  const old = oldSide(hunk);
  if (old.every((line) => line.kind === 'context' && isBlank(line.text))) return appended(path, file, hunk);
  const wanted = old.map((line) => ({ text: line.text, isRemoved: line.kind === 'delete' }));
  const blocks = scopeBlocks(file, hunk.scopes);
  if (blocks.length === 0) return notFound(path, file, hunk.scopes, `The scope \`${hunk.scopes.join(' › ')}\``);
  const n = file.lines.length;
  const isAtEnd = (start: number, length: number) => file.lines.slice(start + length).every(isBlank);
  const inScope = (start: number) =>
    hunk.scopes.length === 0 || blocks.some(([from, to]) => start >= from && start < to);
  const afterScope = (start: number) => blocks.some(([from]) => start >= from);
  let places = seek(file, wanted, (start, length) => inScope(start) && (!hunk.atEnd || isAtEnd(start, length)));
  if (places.starts.length === 0 && hunk.atEnd) places = seek(file, wanted, inScope);
  if (places.starts.length === 0 && hunk.scopes.length > 0) places = seek(file, wanted, afterScope);
  if (places.starts.length > 0) return places;
  const texts = old.map((line) => line.text);
  if (isApplied(file, hunk))
    return refusedAt(
      'already-applied',
      path,
      file.lines,
      Math.min(n, firstOf(file, newSide(hunk))),
      `${name} is not in ${path}, but the new side is: the edit was made already.`,
    );
  return notFound(path, file, texts, name);
}

/** A hunk without old lines goes to the end of the file, if it does not claim another place. */
function appended(path: string, file: SeekFile, hunk: Hunk): Places | EditRefusal {
  const n = file.lines.length;
  const elsewhere = hunk.scopes.length > 0 || (hunk.statedStart !== undefined && hunk.statedStart < n && n > 0);
  const added = newSide(hunk);
  if (elsewhere || added.length === 0) {
    return {
      kind: 'refused',
      code: 'malformed',
      path,
      message: `A hunk for ${path} has no old lines, so it does not say where it belongs: add the lines before and after it.`,
    };
  }
  return { tolerance: 'exact', starts: [n], skipped: oldSide(hunk).length, length: 0 };
}

/** Whether the new side is in the file and says more than blank lines. */
function isApplied(file: SeekFile, hunk: Hunk): boolean {
  const added = newSide(hunk);
  return (
    added.some((line) => line.trim().length > 2) &&
    hunk.lines.some((line) => line.kind === 'add' && !isBlank(line.text)) &&
    firstOf(file, added) < file.lines.length
  );
}

function firstOf(file: SeekFile, lines: readonly string[]): number {
  const places = seek(
    file,
    lines.map((text) => ({ text, isRemoved: true })),
    () => true,
  );
  return places.starts[0] ?? file.lines.length;
}

/** A hunk that only adds, at a place that reads like its new side already. */
function isThereAlready(file: SeekFile, { hunk, start, skipped, length }: Located): boolean {
  if (length === 0 || hunk.lines.some((line) => line.kind === 'delete')) return false;
  const added = hunk.lines.filter((line) => line.kind === 'add');
  if (added.every((line) => isBlank(line.text))) return false;
  const form = file.form('indentation');
  const wanted = newSide(hunk).map((line) => line.trim());
  for (const from of [start - skipped, start - skipped - added.length]) {
    if (from >= 0 && wanted.every((line, k) => form[from + k] === line)) return true;
  }
  return false;
}

/** The stretches of the file that scopes name: [first line below the heading, end). */
function scopeBlocks(file: SeekFile, scopes: readonly string[]): [number, number][] {
  let blocks: [number, number][] = [[0, file.lines.length + 1]];
  for (const scope of scopes)
    blocks = blocks.flatMap(([from, to]) =>
      headings(file, scope, from, to).map((at) => [at, blockEnd(file, at, to)] as [number, number]),
    );
  return blocks;
}

/** Lines that are the heading, word for word first, then as its beginning. The heading may itself be in the hunk. */
function headings(file: SeekFile, scope: string, from: number, to: number): number[] {
  const wanted = plainPunctuation(scope).trim();
  const form = file.form('punctuation');
  const all = form.map((line, at) => ({ line, at })).filter(({ at }) => at >= from && at < to);
  const same = all.filter(({ line }) => line === wanted);
  const begun = all.filter(({ line }) => line.startsWith(wanted) && !/^[\p{L}\p{N}_]/u.test(line.slice(wanted.length)));
  return (same.length > 0 ? same : begun).map(({ at }) => at);
}

/** A block ends before the next line that is indented no deeper than its heading; closing marks belong to it. */
function blockEnd(file: SeekFile, heading: number, limit: number): number {
  const depth = indentOf(file.lines[heading] ?? '').length;
  let at = heading + 1;
  for (; at < Math.min(limit, file.lines.length); at++) {
    const line = file.lines[at] ?? '';
    if (!isBlank(line) && indentOf(line).length <= depth && !/^\s*(?:[)\]}]|end\b|\{\s*$)/.test(line)) break;
  }
  return at;
}

/**
 * One start for each hunk, null where it stays open. Hunks stand in the order of the file: where only one choice of places keeps that order, it
 * is the one. A diff whose numbers, counts and lines all agree with the file, word for word, has named its places itself.
 */
function uniqueStarts(file: SeekFile, hunks: readonly Hunk[], found: readonly Places[]): (number | null)[] {
  const single = found.map((places) => (places.starts.length === 1 ? (places.starts[0] ?? null) : null));
  if (!single.includes(null)) return single;
  const ordered = inOrder(found);
  if (ordered && hunks.length > 1) return ordered;
  const stated = hunks.map((hunk) => hunk.statedStart ?? -1);
  const agrees = found.every(
    (places, i) => places.tolerance === 'exact' && places.skipped === 0 && places.starts.includes(stated[i] ?? -1),
  );
  return agrees && file.lines.length > 0 ? stated : single;
}

/** The only ascending choice, or null when there is none or more than one. */
function inOrder(found: readonly Places[]): number[] | null {
  const earliest: number[] = [];
  let after = -1;
  for (const { starts } of found) {
    const start = starts.find((candidate) => candidate > after);
    if (start === undefined) return null;
    earliest.push(start);
    after = start;
  }
  let before = Number.POSITIVE_INFINITY;
  for (let i = found.length - 1; i >= 0; i--) {
    const limit = before;
    const latest = found[i]?.starts.findLast((candidate) => candidate < limit);
    if (latest === undefined || latest !== earliest[i]) return null;
    before = latest;
  }
  return earliest;
}
