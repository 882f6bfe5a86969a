// Reads unified diffs as models write them: with right or wrong counts, without numbers, with git's headers, in fences and prose.
import { mayBeSameFile, tidyPath } from './edit-path.ts';
import { type FileStep, type Hunk, type HunkLine, type Parsed, refuse } from './hunk.ts';
import { plainLines, toLineFeeds } from './lines.ts';

interface Section {
  from: string | null | undefined;
  to: string | null | undefined;
  renameFrom?: string;
  renameTo?: string;
  readonly hunks: Hunk[];
}

/** Reads a diff; `path` is the file where the text names none, `exists` tells which paths are files. */
export function parseDiff(text: string, path: string | undefined, exists: (path: string) => boolean): Parsed {
  const lines = plainLines(toLineFeeds(text));
  const sections: Section[] = [];
  for (let i = 0; i < lines.length; ) i = readNext(lines, i, sections);
  return stepsOf(sections, path, exists);
}

/** Reads what starts at a line into the sections, one for each file; gives the line after it. */
function readNext(lines: readonly string[], at: number, sections: Section[]): number {
  const line = lines[at] ?? '';
  const last = sections.at(-1);
  if (line.startsWith('diff --git ')) {
    sections.push({ from: undefined, to: undefined, hunks: [] });
    return at + 1;
  }
  if (isFileHeader(lines, at)) {
    const isFresh = last && last.hunks.length === 0 && last.from === undefined;
    const section: Section = isFresh ? last : { from: undefined, to: undefined, hunks: [] };
    if (!isFresh) sections.push(section);
    section.from = headerPath(line);
    section.to = headerPath(lines[at + 1] ?? '');
    return at + 2;
  }
  if (!line.startsWith('@@')) {
    if (last) readRename(line, last);
    return at + 1;
  }
  const section: Section = last ?? { from: undefined, to: undefined, hunks: [] };
  if (!last) sections.push(section);
  const { hunk, next } = readHunk(lines, at);
  section.hunks.push(hunk);
  return next;
}

function isFileHeader(lines: readonly string[], at: number): boolean {
  return /^--- \S/.test(lines[at] ?? '') && /^\+\+\+ \S/.test(lines[at + 1] ?? '');
}

function readRename(line: string, section: Section): void {
  const match = /^rename (from|to) (.+)$/.exec(line);
  if (match?.[1] === 'from' && match[2]) section.renameFrom = unquoted(match[2]);
  if (match?.[1] === 'to' && match[2]) section.renameTo = unquoted(match[2]);
}

/** The name in a `---` or `+++` line; null for /dev/null. */
function headerPath(line: string): string | null {
  const rest = line.slice(4);
  const name = rest.startsWith('"')
    ? unquoted(rest)
    : (rest.split('\t')[0] ?? '').replace(/\s+\d{4}-\d\d-\d\d \d\d:\d\d.*$/, '').trimEnd();
  return name === '/dev/null' ? null : name;
}

function unquoted(name: string): string {
  const inside = /^"((?:[^"\\]|\\.)*)"/.exec(name)?.[1];
  if (inside === undefined) return name.trim();
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r' };
  const bytes: number[] = [];
  for (const match of inside.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    const escaped = match[2] === undefined ? undefined : (plain[match[2]] ?? match[2]);
    if (match[1] !== undefined) bytes.push(Number.parseInt(match[1], 8));
    else bytes.push(...new TextEncoder().encode(escaped ?? match[3] ?? ''));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const numbered = /^@@+ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@+/;

/** Reads by the counts when they fit what follows, else by the marks. */
function readHunk(lines: readonly string[], at: number): { readonly hunk: Hunk; readonly next: number } {
  const numbers = numbered.exec(lines[at] ?? '');
  const [start, before, after] = [Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 1), Number(numbers?.[4] ?? 1)];
  const counted = numbers ? endByCounts(lines, at + 1, before, after) : null;
  const next = counted ?? endByMarks(lines, at + 1);
  const stated = counted === null ? {} : { statedStart: Math.max(0, start - (before === 0 ? 0 : 1)) };
  const body = lines.slice(at + 1, next);
  const marked = body.filter((line) => !line.startsWith('\\')).map(lineOf);
  return { hunk: { lines: marked, scopes: [], atEnd: false, isMarked: true, ...stated, ...openEnds(body) }, next };
}

/** What `\ No newline at end of file` says: it is about the side of the line before it. */
function openEnds(body: readonly string[]): { oldEndsOpen?: boolean; newEndsOpen?: boolean } {
  const before = body.filter((_, i) => body[i + 1]?.startsWith('\\') === true);
  if (before.length === 0) return {};
  return {
    oldEndsOpen: before.some((line) => !line.startsWith('+')),
    newEndsOpen: before.some((line) => !line.startsWith('-')),
  };
}

function lineOf(line: string): HunkLine {
  if (line.startsWith('+')) return { kind: 'add', text: line.slice(1) };
  if (line.startsWith('-')) return { kind: 'delete', text: line.slice(1) };
  return { kind: 'context', text: line.startsWith(' ') ? line.slice(1) : line };
}

/** Where the hunk ends if its counts are right; null when they cannot be. */
function endByCounts(lines: readonly string[], from: number, before: number, after: number): number | null {
  let [oldLeft, newLeft, i] = [before, after, from];
  for (; i < lines.length && (oldLeft > 0 || newLeft > 0); i++) {
    const [inOld, inNew] = sides[(lines[i] ?? '')[0] ?? ' '] ?? [Number.NaN, Number.NaN];
    oldLeft -= inOld;
    newLeft -= inNew;
  }
  if (oldLeft !== 0 || newLeft !== 0) return null;
  while ((lines[i] ?? '').startsWith('\\')) i++;
  return /^[ +-]/.test(lines[i] ?? '') && !isFileHeader(lines, i) ? null : i;
}

/** How many lines a line counts for, on the old and on the new side, by its mark. */
const sides: Readonly<Record<string, readonly [number, number]>> = {
  ' ': [1, 1],
  '-': [1, 0],
  '+': [0, 1],
  '\\': [0, 0],
};

/** Where the hunk ends by what its lines look like. */
function endByMarks(lines: readonly string[], from: number): number {
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^(?:@@|diff --git |```|~~~|index [0-9a-f]+\.\.)/.test(line) || isNextFile(lines, i)) break;
    // Lines without a mark belong to the hunk only when marked ones follow; blank ones at its end may be context.
    if (/^[ +\\-]/.test(line) || line === '') end = i + 1;
  }
  while (end > from && lines[end - 1] === '' && !isHunkBoundary(lines, end)) end--;
  return end;
}

/** A removed line `-- x` before an added `++ y` looks like a header too; a real one is followed by a hunk. */
function isNextFile(lines: readonly string[], at: number): boolean {
  return isFileHeader(lines, at) && /^@@/.test(lines[at + 2] ?? '');
}

function isHunkBoundary(lines: readonly string[], at: number): boolean {
  return at >= lines.length || /^(?:@@|diff --git |```|~~~)/.test(lines[at] ?? '') || isNextFile(lines, at);
}

function stepsOf(sections: readonly Section[], path: string | undefined, exists: (path: string) => boolean): Parsed {
  const used = sections.filter((section) => section.hunks.length > 0 || section.renameTo !== undefined);
  if (used.length === 0)
    return refuse(
      'malformed',
      'There is no hunk in the diff: each change needs a line `@@ … @@` and lines marked with space, `-` or `+`.',
      path,
    );
  const steps: FileStep[] = [];
  for (const section of used) {
    if (section.hunks.some((hunk) => hunk.lines.length === 0))
      return refuse('malformed', 'A hunk of the diff has no lines.', path);
    const step = stepOf(section, used.length === 1 ? path : undefined, exists);
    if (typeof step === 'string') return refuse('malformed', step, path);
    steps.push(step);
  }
  return { kind: 'parsed', steps };
}

function stepOf(section: Section, given: string | undefined, exists: (path: string) => boolean): FileStep | string {
  const { hunks, renameFrom, renameTo } = section;
  const [from, to] = withoutPrefixes(section, exists);
  if (from === undefined && to === undefined && renameTo === undefined) {
    return given === undefined
      ? 'The diff names no file: put `--- a/path` and `+++ b/path` above its hunks.'
      : { op: 'hunks', path: given, hunks };
  }
  const asGiven = (name: string) => (given !== undefined && mayBeSameFile(name, given) ? given : name);
  if (from === null && to) return createStep(asGiven(to), hunks);
  if (to === null && from) return { op: 'delete', path: asGiven(from), hunks };
  if (renameFrom !== undefined && renameTo !== undefined)
    return { op: 'hunks', path: tidyPath(renameFrom), hunks, moveTo: tidyPath(renameTo) };
  const named = existing(from, to, exists);
  if (given !== undefined && !mayBeSameFile(named, given))
    return `The diff changes ${named}, but the edit is for ${given}.`;
  return { op: 'hunks', path: given ?? named, hunks };
}

/** Of two different names the one that is a file, the new one first. */
function existing(
  from: string | null | undefined,
  to: string | null | undefined,
  exists: (path: string) => boolean,
): string {
  if (to && (exists(to) || !from || !exists(from))) return to;
  return from ?? '';
}

function createStep(path: string, hunks: readonly Hunk[]): FileStep {
  const added = hunks.flatMap((hunk) => hunk.lines.filter((line) => line.kind === 'add').map((line) => line.text));
  const open = hunks.at(-1)?.newEndsOpen === true;
  return {
    op: 'write',
    path,
    content: added.join('\n') + (open || added.length === 0 ? '' : '\n'),
    newlineUnknown: false,
    mustBeNew: true,
  };
}

/** Names without git's `a/` and `b/`, unless a file is really called so. */
function withoutPrefixes(
  { from, to }: Section,
  exists: (path: string) => boolean,
): [string | null | undefined, string | null | undefined] {
  const strip = (name: string | null | undefined) => {
    if (!name) return name;
    const match = /^(?:[ab]|old|new|[iwco])\/(.+)$/.exec(name);
    return match?.[1] && !(exists(name) && !exists(match[1])) ? tidyPath(match[1]) : tidyPath(name);
  };
  const hasPrefixes =
    (from === null || /^(?:a|old|[iwco])\//.test(from ?? '')) && (to === null || /^(?:b|new|[iwco])\//.test(to ?? ''));
  return hasPrefixes || from === to
    ? [hasPrefixes ? strip(from) : from, hasPrefixes ? strip(to) : to]
    : [strip(from), strip(to)];
}
