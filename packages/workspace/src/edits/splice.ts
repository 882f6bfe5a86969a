// Writes located hunks into a file's lines: context stays the file's own, added lines get the file's indentation and line endings.
import type { EditRefusal } from './edit.ts';
import { type Hunk, type HunkLine, oldSide, refuse } from './hunk.ts';
import {
  type AddedGroup,
  asWritten,
  type IndentMap,
  type IndentPair,
  indentStyle,
  learnIndentation,
} from './indentation.ts';
import { indentOf, isBlank, joinLines, type TextLines } from './lines.ts';
import type { Located } from './locate.ts';

/** Lines [at, at + removed) give way to `added`. */
interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly string[];
}

/** The text after all hunks; refused when two of them change the same lines or indentation cannot be known. */
export function spliceHunks(path: string, text: TextLines, located: readonly Located[]): string | EditRefusal {
  const splices: Splice[] = [];
  for (const one of located) {
    const made = splicesOf(text.texts, one);
    if (made === null) {
      return refuse(
        'not-found',
        `The lines were found at line ${one.start + 1} of ${path}, but they lost their indentation, and that of the added lines cannot be worked out. Send the text with the file’s indentation.`,
        path,
      );
    }
    splices.push(...made);
  }
  const sorted = splices
    .map((splice, order) => ({ ...splice, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  for (const [i, splice] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next && next.at < splice.at + splice.removed)
      return refuse('malformed', `Two hunks change line ${next.at + 1} of ${path}: make them one.`, path);
  }
  return write(text, sorted, endsOpen(text, located));
}

/** Whether the result has no final newline: as the file has it, unless a diff that reaches the end says otherwise. */
function endsOpen(text: TextLines, located: readonly Located[]): boolean {
  const isOpen = text.endings.at(-1) === '';
  const last = located.find(({ start, length }) => start + length >= text.texts.length);
  if (!last || last.hunk.oldEndsOpen === undefined || last.hunk.newEndsOpen === undefined) return isOpen;
  return last.hunk.oldEndsOpen === last.hunk.newEndsOpen ? isOpen : last.hunk.newEndsOpen;
}

function write(text: TextLines, splices: readonly Splice[], isOpen: boolean): string {
  const texts: string[] = [];
  const endings: string[] = [];
  let at = 0;
  const keepUntil = (end: number) => {
    for (; at < end; at++) {
      texts.push(text.texts[at] ?? '');
      endings.push(text.endings[at] || text.ending);
    }
  };
  for (const splice of splices) {
    keepUntil(splice.at);
    for (const [i, line] of splice.added.entries()) {
      texts.push(line);
      endings.push((i < splice.removed && text.endings[splice.at + i]) || text.ending);
    }
    at = splice.at + splice.removed;
  }
  keepUntil(text.texts.length);
  if (texts.length > 0 && isOpen) endings[endings.length - 1] = '';
  return joinLines(texts, endings);
}

/** One run of removed and added lines inside a hunk, at its place in the file. */
interface Change {
  readonly at: number;
  removed: number;
  readonly added: HunkLine[];
  /** Indentations of the removed lines as the edit has them. */
  readonly removedIndents: string[];
  /** The file's text where a kept line only changes its trailing white space. */
  readonly rewritten?: string;
}

function splicesOf(file: readonly string[], located: Located): Splice[] | null {
  const changes = changesOf(file, located);
  const map = learnIndentation({
    pairs: pairsOf(file, located),
    groups: changes.map((change) => groupOf(file, change)),
    style: indentStyle(file),
    isMarked: located.hunk.isMarked,
  });
  const head = headIndent(file, located);
  const splices: Splice[] = [];
  for (const change of changes) {
    const added = change.rewritten === undefined ? indented(file, change, map, head) : [change.rewritten];
    if (!added) return null;
    splices.push({ at: change.at, removed: change.removed, added });
  }
  return splices;
}

function changesOf(file: readonly string[], { hunk, start, skipped, length }: Located): Change[] {
  const changes: Change[] = [];
  let [at, seen, isOpen] = [start, 0, false];
  const open = (): Change => {
    const last = changes.at(-1);
    if (isOpen && last) return last;
    isOpen = true;
    const made: Change = { at, removed: 0, added: [], removedIndents: [] };
    changes.push(made);
    return made;
  };
  for (const line of hunk.lines) {
    if (line.kind === 'add') {
      open().added.push(line);
      continue;
    }
    const isFound = seen >= skipped && seen < skipped + length;
    seen++;
    if (!isFound) continue;
    if (line.kind === 'delete') removeLine(open(), line.text);
    else isOpen = false;
    if (line.becomes !== undefined)
      changes.push({
        at,
        removed: 1,
        added: [],
        removedIndents: [],
        rewritten: withTrailing(file[at] ?? '', line.becomes),
      });
    at++;
  }
  return changes;
}

/** The file's line with the trailing white space that the edit wants. */
function withTrailing(line: string, wanted: string): string {
  return isBlank(line) ? wanted : line.trimEnd() + wanted.slice(wanted.trimEnd().length);
}

function pairsOf(file: readonly string[], { hunk, start, skipped, length }: Located): IndentPair[] {
  return oldSide(hunk)
    .slice(skipped, skipped + length)
    .map((line, k) => ({
      text: line.text,
      model: indentOf(line.text),
      file: indentOf(file[start + k] ?? ''),
      isRemoved: line.kind === 'delete',
    }))
    .filter(({ text }) => !isBlank(text));
}

function groupOf(file: readonly string[], { at, removed, added }: Change): AddedGroup {
  const indents = added.filter((line) => !isBlank(line.text)).map((line) => indentOf(line.text));
  let [before, after] = [at - 1, at + removed];
  while (before >= 0 && isBlank(file[before] ?? '')) before--;
  while (after < file.length && isBlank(file[after] ?? '')) after++;
  return { indents, before: indentOf(file[before] ?? ''), after: indentOf(file[after] ?? '') };
}

/** Models often lose the indentation of the very first line only: then the first new line gets what the file has there. */
function headIndent(
  file: readonly string[],
  { hunk, start, skipped, length }: Located,
): { line: HunkLine; indent: string } | null {
  const first = hunk.lines.find((line) => line.kind !== 'delete' && !isBlank(line.text));
  const [head, ...rest] = pairsOf(file, { hunk, start, skipped, length, tolerance: 'exact' });
  if (hunk.isMarked || !first || first.kind !== 'add' || !head || rest.length === 0) return null;
  const isOnlyHead =
    head.model === '' &&
    head.file !== '' &&
    rest.every((pair) => pair.model === pair.file) &&
    rest.some((pair) => pair.model !== '');
  return isOnlyHead && indentOf(first.text) === '' ? { line: first, indent: head.file } : null;
}

function removeLine(change: Change, text: string): void {
  change.removed++;
  change.removedIndents.push(isBlank(text) ? '\0' : indentOf(text));
}

function indented(
  file: readonly string[],
  change: Change,
  map: IndentMap,
  head: { line: HunkLine; indent: string } | null,
): string[] | null {
  if (map === asWritten) return change.added.map((line) => line.text);
  const lines: string[] = [];
  for (const [i, line] of change.added.entries()) {
    if (isBlank(line.text)) {
      lines.push(line.text);
      continue;
    }
    const own = indentOf(line.text);
    const indent =
      head?.line === line ? head.indent : (replaced(file, change, own) ?? map(own) ?? paired(file, change, i));
    if (indent === null) return null;
    lines.push(indent + line.text.slice(own.length));
  }
  return lines;
}

/** The file's indentation of the lines replaced here that have this very indentation in the edit, where they agree. */
function replaced(file: readonly string[], { at, removedIndents }: Change, indent: string): string | null {
  const found = new Set(removedIndents.flatMap((own, k) => (own === indent ? [indentOf(file[at + k] ?? '')] : [])));
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
}

/** As many lines in as out: each gets the indentation of the one it stands for. */
function paired(file: readonly string[], { at, removed, added }: Change, index: number): string | null {
  return added.length === removed ? indentOf(file[at + index] ?? '') : null;
}

/** Whether a hunk changes anything at all. */
export function changesSomething(hunk: Hunk): boolean {
  return hunk.lines.some((line) => line.kind !== 'context' || line.becomes !== undefined);
}
