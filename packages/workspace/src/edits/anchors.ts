// Edits by line-hash anchors: a line is named by its number and a short hash of its text, so that a model need not repeat it.
//
// An anchor that fits at its number is taken. One that does not is looked for: exactly one line of that hash, and for a range
// both ends moved by the same number of lines, or the edit is refused. All changes of a call are of the file as it was.
import type { AnchorChange, EditRefusal } from './edit.ts';
import { numbered } from './explain.ts';
import { refuse } from './hunk.ts';
import { joinLines, plainLines, splitLines, type TextLines, toLineFeeds } from './lines.ts';

/** The anchor of a line; white space at its end does not count. FNV-1a of 32 bits, folded to 16. */
export function anchorOf(line: string, number: number): string {
  return `${number}:${hashOf(line)}`;
}

function hashOf(line: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(line.trimEnd())) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return ((hash >>> 16) ^ (hash & 0xffff)).toString(16).padStart(4, '0');
}

interface Range {
  /** 0-based, first line and the one after the last. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isMoved: boolean;
}

/** Applies changes to a text. */
export function applyAnchors(
  path: string,
  text: string,
  changes: readonly AnchorChange[],
): { readonly text: string; readonly isMoved: boolean } | EditRefusal {
  const lines = splitLines(text);
  const ranges: Range[] = [];
  for (const change of changes) {
    const range = rangeOf(path, lines.texts, change);
    if ('kind' in range) return range;
    ranges.push(range);
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  const overlap = ranges.find((range, at) => at > 0 && range.start < (ranges[at - 1]?.end ?? 0));
  if (overlap !== undefined)
    return refuse('ambiguous', `Two changes of ${path} touch line ${overlap.start + 1}: send one for it.`, path);
  return { text: written(lines, ranges), isMoved: ranges.some(({ isMoved }) => isMoved) };
}

function rangeOf(path: string, texts: readonly string[], change: AnchorChange): Range | EditRefusal {
  if (change.after === true && /^0:/.test(change.from)) return { start: 0, end: 0, text: change.text, isMoved: false };
  const from = place(path, texts, change.from);
  if (typeof from !== 'number') return from;
  const to = change.to === undefined ? from : place(path, texts, change.to);
  if (typeof to !== 'number') return to;
  const shift = from - statedLine(change.from);
  if (to < from || (change.to !== undefined && to - statedLine(change.to) !== shift))
    return refuse(
      'not-found',
      `The lines between ${change.from} and ${change.to} changed in ${path}: read it again.\n${numbered(texts, from, 6)}`,
      path,
    );
  const range = change.after === true ? { start: to + 1, end: to + 1 } : { start: from, end: to + 1 };
  return { ...range, text: change.text, isMoved: shift !== 0 };
}

function statedLine(anchor: string): number {
  return Number.parseInt(anchor, 10) - 1;
}

function place(path: string, texts: readonly string[], anchor: string): number | EditRefusal {
  const [, number, hash] = /^\s*(\d+):([0-9a-f]{4})\b/.exec(anchor) ?? [];
  if (number === undefined || hash === undefined)
    return refuse('malformed', `\`${anchor.slice(0, 40)}\` is no anchor; one looks like 12:a3f1.`, path);
  const stated = Number(number) - 1;
  const line = texts[stated];
  if (line !== undefined && hashOf(line) === hash) return stated;
  const found = texts.flatMap((text, at) => (hashOf(text) === hash ? [at] : []));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const near = numbered(texts, Math.max(0, Math.min(stated - 2, texts.length - 5)), 5);
  const why = found.length === 0 ? 'is not in' : `stands ${found.length} times in`;
  return refuse(
    found.length === 0 ? 'not-found' : 'ambiguous',
    `The line of ${anchor} ${why} ${path}; near there is now:\n${near}`,
    path,
  );
}

function written(lines: TextLines, ranges: readonly Range[]): string {
  const [texts, endings] = [[...lines.texts], [...lines.endings]];
  for (const { start, end, text } of [...ranges].reverse()) {
    const added = plainLines(toLineFeeds(text));
    const last = endings[end - 1] ?? lines.ending;
    const isAtOpenEnd = end === texts.length && end > 0 && last === '';
    const addedEndings = added.map(() => lines.ending as string);
    if (isAtOpenEnd && added.length > 0) addedEndings[added.length - 1] = '';
    // What comes after a last line without a newline gives it one.
    if (isAtOpenEnd && start === end && added.length > 0) endings[end - 1] = lines.ending;
    texts.splice(start, end - start, ...added);
    endings.splice(start, end - start, ...addedEndings);
    if (isAtOpenEnd && added.length === 0 && start > 0) endings[start - 1] = '';
  }
  return joinLines(texts, endings);
}
