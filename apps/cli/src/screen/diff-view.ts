// Draws a unified diff: line numbers, added and removed lines, and inside a line that changed, the words that did.
import { plainText } from './plain-text.ts';
import type { Theme } from './theme.ts';
import { truncate } from './width.ts';

/** How a diff is drawn. */
export interface DiffOptions {
  readonly columns: number;
  readonly theme: Theme;
  /** Rows at most; the rest is counted in a last row. */
  readonly limit?: number;
  /** Whether a single file is named, too; several always are. */
  readonly names?: boolean;
}

interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'gap' | 'file';
  /** Line number in the file it belongs to; absent for gaps and names. */
  readonly number?: number;
  readonly text: string;
}

/** The rows of a diff of one or several files. */
export function drawDiff(diff: string, options: DiffOptions): string[] {
  const lines = parseDiff(plainText(diff.trimEnd()), options.names ?? false);
  const { limit = Number.MAX_SAFE_INTEGER, theme } = options;
  const shown = lines.length > limit ? lines.slice(0, limit - 1) : lines;
  const rows = drawLines(shown, lines, options);
  if (shown.length === lines.length) return rows;
  return [...rows, theme.paint('dim', `… ${lines.length - shown.length} more lines`)];
}

function parseDiff(diff: string, names: boolean): DiffLine[] {
  const reader = new DiffReader(names || (diff.match(/^--- .*\n\+\+\+ .*\n@@ /gm)?.length ?? 0) > 1);
  for (const line of diff.split('\n')) reader.take(line);
  return reader.lines;
}

class DiffReader {
  readonly lines: DiffLine[] = [];
  readonly #isNamed: boolean;
  #oldName = '';
  #isHead = true;
  #before = 0;
  #after = 0;

  constructor(isNamed: boolean) {
    this.#isNamed = isNamed;
  }

  take(line: string): void {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) this.#beginHunk(Number(hunk[1]), Number(hunk[2]));
    else if (this.#isHead || line.startsWith('diff --git ')) this.#takeHead(line);
    else this.#takeBody(line);
  }

  #beginHunk(before: number, after: number): void {
    if (!this.#isHead) this.lines.push({ kind: 'gap', text: '' });
    this.#isHead = false;
    this.#before = before;
    this.#after = after;
  }

  #takeHead(line: string): void {
    this.#isHead = true;
    if (line.startsWith('--- ')) this.#oldName = line.slice(4).replace(/^a\//, '');
    if (!this.#isNamed || !line.startsWith('+++ ')) return;
    const name = line.slice(4).replace(/^b\//, '');
    this.lines.push({ kind: 'file', text: name === '/dev/null' ? `${this.#oldName} (deleted)` : name });
  }

  #takeBody(line: string): void {
    const kind = kinds[line[0] ?? ''];
    if (kind === undefined) return;
    this.lines.push({ kind, number: kind === 'removed' ? this.#before : this.#after, text: line.slice(1) });
    if (kind !== 'added') this.#before++;
    if (kind !== 'removed') this.#after++;
  }
}

const kinds: Readonly<Record<string, 'same' | 'added' | 'removed'>> = { ' ': 'same', '+': 'added', '-': 'removed' };

function drawLines(shown: readonly DiffLine[], all: readonly DiffLine[], options: DiffOptions): string[] {
  const { columns, theme } = options;
  const digits = String(Math.max(0, ...all.map((line) => line.number ?? 0))).length;
  const partners = pairs(shown);
  return shown.map((line, index) => {
    if (line.kind === 'file') return theme.paint('strong', truncate(line.text, columns));
    if (line.kind === 'gap') return theme.paint('dim', `${' '.repeat(digits)} ⋮`);
    const number = theme.paint('dim', String(line.number ?? '').padStart(digits));
    return `${number} ${truncate(paintLine(line, partners.get(index), theme), columns - digits - 1)}`;
  });
}

function paintLine(line: DiffLine, partner: DiffLine | undefined, theme: Theme): string {
  if (line.kind === 'same') return `  ${theme.paint('dim', line.text)}`;
  const [sign, role, word] =
    line.kind === 'added' ? (['+', 'added', 'addedWord'] as const) : (['-', 'removed', 'removedWord'] as const);
  const text = line.text === '' ? ' ' : line.text;
  if (partner === undefined || !theme.isColored) return theme.paint(role, `${sign} ${text}`);
  const { start, end } = changedPart(text, partner.text);
  return (
    theme.paint(role, `${sign} ${text.slice(0, start)}`) +
    theme.paint(word, text.slice(start, end)) +
    theme.paint(role, text.slice(end))
  );
}

/** Removed lines and the added ones that take their places, where a run has as many of both. */
function pairs(lines: readonly DiffLine[]): ReadonlyMap<number, DiffLine> {
  const found = new Map<number, DiffLine>();
  for (let index = 0; index < lines.length; index++) {
    const removed = runLength(lines, index, 'removed');
    const added = runLength(lines, index + removed, 'added');
    if (removed > 0 && removed === added) {
      for (let offset = 0; offset < removed; offset++) {
        const [before, after] = [lines[index + offset], lines[index + removed + offset]];
        if (before === undefined || after === undefined || !isAlike(before.text, after.text)) continue;
        found.set(index + offset, after);
        found.set(index + removed + offset, before);
      }
    }
    index += Math.max(0, removed + added - 1);
  }
  return found;
}

function runLength(lines: readonly DiffLine[], from: number, kind: DiffLine['kind']): number {
  let length = 0;
  while (lines[from + length]?.kind === kind) length++;
  return length;
}

/** At least a third is the same: else single words say nothing. */
function isAlike(before: string, after: string): boolean {
  const { start, end } = changedPart(before, after);
  return (before.length - (end - start)) * 3 >= Math.max(before.length, after.length);
}

function changedPart(text: string, other: string): { readonly start: number; readonly end: number } {
  const most = Math.min(text.length, other.length);
  let start = 0;
  while (start < most && text[start] === other[start]) start++;
  let tail = 0;
  while (tail < most - start && text.at(-1 - tail) === other.at(-1 - tail)) tail++;
  return { start, end: text.length - tail };
}

/** Added and removed lines of a diff, as `+3 −1`. */
export function diffCounts(diff: string, theme: Theme): string {
  const lines = parseDiff(diff, false);
  const added = lines.filter((line) => line.kind === 'added').length;
  const removed = lines.filter((line) => line.kind === 'removed').length;
  return `${theme.paint('added', `+${added}`)} ${theme.paint('removed', `−${removed}`)}`;
}
