// Replaces text given as an old and a new string: word for word inside a file when it stands there once, else line by line.
import type { EditRefusal } from './edit.ts';
import { ambiguous, refusedAt } from './explain.ts';
import { type Hunk, hunkOf, refuse } from './hunk.ts';
import { indentStyle, learnIndentation } from './indentation.ts';
import { indentOf, isBlank, joinLines, plainLines, splitLines, type TextLines, toLineFeeds } from './lines.ts';
import { locateHunks } from './locate.ts';
import { plainPunctuation, type SeekFile, seek, seekFile, type Tolerance } from './seek.ts';
import { spliceHunks } from './splice.ts';

/** A replacement with line feeds only. */
interface Replacement {
  readonly path: string;
  readonly oldText: string;
  readonly newText: string;
  readonly wholeLines: boolean;
  readonly all: boolean;
}

/** The text after an edit and how its place was found. */
export interface Replaced {
  readonly text: string;
  readonly tolerance: Tolerance;
}

/** Makes one replacement in a text, or refuses. */
export function replaceText(original: string, step: Replacement): Replaced | EditRefusal {
  const { path } = step;
  const replacement = { ...step, oldText: toLineFeeds(step.oldText), newText: toLineFeeds(step.newText) };
  if (isBlank(replacement.oldText))
    return refuse('malformed', `The text to replace in ${path} is empty: give the lines that are to change.`, path);
  if (replacement.oldText === replacement.newText)
    return refuse('no-change', `Old and new text are the same: nothing would change in ${path}.`, path);
  if (replacement.all) return replaceAll(original, replacement);
  if (replacement.wholeLines) {
    const hidden = hiddenPlaces(original, replacement);
    if (hidden) return hidden;
    const byLines = replaceLines(original, replacement);
    if (!('kind' in byLines) || byLines.code !== 'not-found') return byLines;
    const [oldText, newText] = [withoutLastNewline(replacement.oldText), withoutLastNewline(replacement.newText)];
    return replaceInside(original, { ...replacement, oldText, newText }) ?? byLines;
  }
  return replaceInside(original, replacement) ?? replaceLines(original, replacement);
}

/** Several lines that stand once as lines, and once more with the end of another line: too close to call. */
function hiddenPlaces(original: string, { path, oldText }: Replacement): EditRefusal | null {
  if (plainLines(oldText).filter((line) => !isBlank(line)).length < 2) return null;
  const text = toLineFeeds(original);
  const starts = occurrences(text, oldText);
  if (starts.length < 2) return null;
  return ambiguous(
    path,
    splitLines(original).texts,
    starts.map((start) => lineAt(text, start)),
    'The text to replace',
  );
}

function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** Character for character, inside lines too; null when the text is not there so. */
function replaceInside(original: string, replacement: Replacement): Replaced | EditRefusal | null {
  const { path, oldText } = replacement;
  const file = splitLines(original);
  const text = toLineFeeds(original);
  const starts = occurrences(text, oldText);
  if (starts.length > 1)
    return ambiguous(
      path,
      file.texts,
      starts.map((start) => lineAt(text, start)),
      'The text to replace',
    );
  const [start] = starts;
  if (start === undefined) return oldText.includes('\n') ? null : replacePlain(file, text, replacement);
  if (standsAlready(text, start, replacement))
    return refusedAt(
      'already-applied',
      path,
      file.texts,
      lineAt(text, start),
      `The new text stands in ${path} already.`,
    );
  const newText = adapted(text, file, start, replacement);
  return { text: cut(file, text, start, start + oldText.length, newText), tolerance: 'exact' };
}

/** All places, overlapping ones too, up to a hundred. */
function occurrences(text: string, part: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(part); at >= 0 && starts.length < 100; at = text.indexOf(part, at + 1)) starts.push(at);
  return starts;
}

function lineAt(text: string, offset: number): number {
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** A new text that holds the old one and is there already: the edit was made before. */
function standsAlready(text: string, start: number, { oldText, newText }: Replacement): boolean {
  const inside = newText.indexOf(oldText);
  if (inside < 0 || isBlank(newText.replace(oldText, ''))) return false;
  return start >= inside && text.startsWith(newText, start - inside);
}

/** Part of one line with typographic quotes or dashes where the edit has plain ones: only what differs between old and new is written. */
function replacePlain(
  file: TextLines,
  text: string,
  { oldText, newText, path }: Replacement,
): Replaced | EditRefusal | null {
  const starts = occurrences(plainPunctuation(text), plainPunctuation(oldText));
  const [start] = starts;
  if (start === undefined) return null;
  if (starts.length > 1)
    return ambiguous(
      path,
      file.texts,
      starts.map((offset) => lineAt(text, offset)),
      'The text to replace',
    );
  let head = 0;
  while (head < oldText.length && oldText[head] === newText[head]) head++;
  let tail = 0;
  while (tail < Math.min(oldText.length, newText.length) - head && oldText.at(-1 - tail) === newText.at(-1 - tail))
    tail++;
  const changed = newText.slice(head, newText.length - tail);
  return { text: cut(file, text, start + head, start + oldText.length - tail, changed), tolerance: 'punctuation' };
}

/** Replaces [start, end) of the text with line feeds and gives the lines their own endings back. */
function cut(file: TextLines, text: string, start: number, end: number, inserted: string): string {
  const made = splitLines(text.slice(0, start) + inserted + text.slice(end));
  const head = lineAt(text, start);
  const tail = file.texts.length - 1 - lineAt(text, end);
  const shift = made.texts.length - file.texts.length;
  const endings = made.endings.map((ending, i) => {
    if (ending === '') return '';
    const known = i < head ? file.endings[i] : i >= made.texts.length - tail ? file.endings[i - shift] : file.ending;
    return known || file.ending;
  });
  return joinLines(made.texts, endings);
}

/** The new text with the file's way of indenting, where the edit shows that it does not know it. */
function adapted(text: string, file: TextLines, start: number, { oldText, newText }: Replacement): string {
  const lead = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (!isBlank(lead)) return newText;
  const oldLines = plainLines(oldText);
  const newLines = newText.split('\n');
  const kept = new Set(oldLines);
  const rest = lead === '' ? newLines : newLines.slice(1);
  const indents = rest.filter((line) => !isBlank(line) && !kept.has(line)).map(indentOf);
  if (lead !== '')
    return isRelative(lead, oldLines, newLines)
      ? newLines.map((line, i) => (i === 0 || isBlank(line) ? line : lead + line)).join('\n')
      : newText;
  const pairs = oldLines
    .filter((line) => !isBlank(line))
    .map((line) => ({ model: indentOf(line), file: indentOf(line), isRemoved: true }));
  const map = learnIndentation({
    pairs,
    groups: [{ indents, before: '', after: '' }],
    style: indentStyle(file.texts),
    isMarked: false,
  });
  return newLines
    .map((line) =>
      isBlank(line) || kept.has(line) ? line : (map(indentOf(line)) ?? indentOf(line)) + line.trimStart(),
    )
    .join('\n');
}

/**
 * Whether lines after the first are indented relative to a first line that lost its indentation. An old text of several lines that was found word
 * for word carries the file's indentation; of one line, the new lines themselves tell: they would stand too far left.
 */
function isRelative(lead: string, oldLines: readonly string[], newLines: readonly string[]): boolean {
  const [head = '', ...rest] = newLines;
  const filled = rest.filter((line) => !isBlank(line));
  if (oldLines.filter((line) => !isBlank(line)).length > 1 || filled.length === 0 || head !== head.trimStart())
    return false;
  const least = Math.min(...filled.map((line) => indentOf(line).length));
  if (least < lead.length)
    return !/^[)\]}]/.test((filled.at(-1) ?? '').trim()) || indentOf(filled.at(-1) ?? '').length === 0;
  const opens = /[:{([]$/.test(head.trimEnd()) && !/[:{([]$/.test((oldLines[0] ?? '').trimEnd());
  return opens && indentOf(filled[0] ?? '').length <= lead.length;
}

/** Line by line, with tolerance. */
function replaceLines(original: string, { path, oldText, newText }: Replacement): Replaced | EditRefusal {
  const text = splitLines(original);
  const hunk = linesOf(oldText, newText);
  const located = locateHunks(path, seekFile(text.texts), [hunk]);
  if ('kind' in located) return located;
  const written = spliceHunks(path, text, located);
  return typeof written === 'string' ? { text: written, tolerance: located[0]?.tolerance ?? 'exact' } : written;
}

/** A final newline ends the last line on either side; but a last line of white space in one answers an empty one in the other. */
function linesOf(oldText: string, newText: string): Hunk {
  const [oldLines, newLines] = [oldText.split('\n'), newText.split('\n')];
  const [oldLast = '', newLast = ''] = [oldLines.at(-1), newLines.at(-1)];
  const isBlankPair =
    oldLines.length > 1 && newLines.length > 1 && isBlank(oldLast) && isBlank(newLast) && oldLast !== newLast;
  if (!isBlankPair && oldLast === '') oldLines.pop();
  if (!isBlankPair && newLast === '') newLines.pop();
  return hunkOf(oldLines, newLines);
}

/** Every place: word for word, else all places at the strictest tolerance that finds any. */
function replaceAll(original: string, { path, oldText, newText }: Replacement): Replaced | EditRefusal {
  const text = toLineFeeds(original);
  const file = splitLines(original);
  if (text.includes(oldText)) {
    const replaced = text.split(oldText).join(newText);
    return { text: file.ending === '\r\n' ? replaced.replaceAll('\n', '\r\n') : replaced, tolerance: 'exact' };
  }
  const hunk = linesOf(oldText, newText);
  const wanted = hunk.lines
    .filter((line) => line.kind !== 'add')
    .map((line) => ({ text: line.text, isRemoved: line.kind === 'delete' }));
  const index: SeekFile = seekFile(file.texts);
  const places = seek(index, wanted, () => true);
  if (places.starts.length === 0 || places.tolerance === 'fuzzy')
    return replaceLines(original, { path, oldText, newText, wholeLines: true, all: false });
  const located = places.starts.map((start) => ({
    hunk,
    start,
    skipped: places.skipped,
    length: places.length,
    tolerance: places.tolerance,
  }));
  const written = spliceHunks(path, file, located);
  return typeof written === 'string' ? { text: written, tolerance: places.tolerance } : written;
}
