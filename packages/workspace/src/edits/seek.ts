// Finds where the old lines of an edit stand in a file: in steps from exact to tolerant, and never by guessing among several places.
import { isBlank } from './lines.ts';

/** How much had to be overlooked to find the lines, from nothing to a little. */
export type Tolerance = 'exact' | 'trailing' | 'indentation' | 'punctuation' | 'fuzzy';

/** From strict to lenient. */
export const tolerances: readonly Tolerance[] = ['exact', 'trailing', 'indentation', 'punctuation', 'fuzzy'];

/** A line to be found; one that is to be removed must be there, one of the context may differ a little. */
export interface WantedLine {
  readonly text: string;
  readonly isRemoved: boolean;
}

/** Where the wanted lines may stand. `skipped` blank lines of the pattern's start were left aside, `length` lines were found. */
export interface Places {
  readonly tolerance: Tolerance;
  /** 0-based first lines, ascending; empty when not found. */
  readonly starts: readonly number[];
  readonly skipped: number;
  readonly length: number;
}

/** A file's lines with the forms that are compared, made when first needed. */
export interface SeekFile {
  readonly lines: readonly string[];
  /** All lines in the form that a tolerance compares. */
  form(tolerance: Tolerance): readonly string[];
}

/** Prepares a file for seeking. */
export function seekFile(lines: readonly string[]): SeekFile {
  const forms = new Map<string, readonly string[]>([['exact', lines]]);
  return {
    lines,
    form(tolerance) {
      const known = forms.get(tolerance);
      if (known) return known;
      const made = lines.map((line) => comparable(line, tolerance));
      forms.set(tolerance, made);
      return made;
    },
  };
}

const plain: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '″': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '\u00a0': ' ',
  '\u2002': ' ',
  '\u2003': ' ',
  '\u2007': ' ',
  '\u2009': ' ',
  '\u200a': ' ',
  '\u202f': ' ',
  '\u3000': ' ',
};

/** Typographic quotes, dashes and spaces as plain ones, character for character: positions stay. */
export function plainPunctuation(text: string): string {
  return text.replace(
    /[‘’‚‛′“”„‟«»″‐‑‒–—―−\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000]/g,
    (character) => plain[character] ?? character,
  );
}

function comparable(line: string, tolerance: Tolerance): string {
  if (tolerance === 'exact') return line;
  if (tolerance === 'trailing') return line.trimEnd();
  if (tolerance === 'indentation') return line.trim();
  return plainPunctuation(line).trim().replaceAll('…', '...');
}

/** All places at the strictest tolerance that finds any. `allowed` says whether a place may count (a scope, the end of the file). */
export function seek(
  file: SeekFile,
  wanted: readonly WantedLine[],
  allowed: (start: number, length: number) => boolean,
): Places {
  const trims = trimmings(wanted);
  for (const tolerance of tolerances) {
    for (const [head, tail] of trims) {
      const part = wanted.slice(head, wanted.length - tail);
      const found = tolerance === 'fuzzy' ? fuzzyStarts(file, part) : equalStarts(file, part, tolerance);
      const starts = found.filter((start) => allowed(start, part.length));
      if (starts.length > 0) return { tolerance, starts, skipped: head, length: part.length };
    }
  }
  return { tolerance: 'fuzzy', starts: [], skipped: 0, length: wanted.length };
}

/** The pattern as it is, and without the blank context lines at its edges. */
function trimmings(wanted: readonly WantedLine[]): [number, number][] {
  const isLoose = (line: WantedLine | undefined) => line !== undefined && !line.isRemoved && isBlank(line.text);
  let head = 0;
  while (isLoose(wanted[head])) head++;
  if (head === wanted.length) return [];
  let tail = 0;
  while (isLoose(wanted[wanted.length - 1 - tail])) tail++;
  const all: [number, number][] = [
    [0, 0],
    [0, tail],
    [head, 0],
    [head, tail],
  ];
  return all.filter(([h, t], i) => all.findIndex(([x, y]) => x === h && y === t) === i);
}

function equalStarts(file: SeekFile, wanted: readonly WantedLine[], tolerance: Tolerance): number[] {
  const form = file.form(tolerance);
  const pattern = wanted.map((line) => comparable(line.text, tolerance));
  if (!pattern.some((line) => line.trim() !== '')) return [];
  const starts: number[] = [];
  for (let start = 0; start + pattern.length <= form.length; start++) {
    let k = 0;
    while (k < pattern.length && form[start + k] === pattern[k]) k++;
    if (k === pattern.length) starts.push(start);
  }
  return starts;
}

const MIN_SIMILARITY = 0.8;

/**
 * Places where all lines to be removed agree, and all but a few of the context: at most a quarter of it (one line of a short one), each similar to the
 * file's line. A wanted line that stands word for word elsewhere in the file is no slip of the pen but another
 * block, so it may not differ.
 */
function fuzzyStarts(file: SeekFile, wanted: readonly WantedLine[]): number[] {
  const form = file.form('punctuation');
  const pattern = wanted.map((line) => comparable(line.text, 'punctuation'));
  const context = wanted.filter((line) => !line.isRemoved && !isBlank(line.text)).length;
  const filled = pattern.filter((line) => line !== '').length;
  const most = Math.max(1, Math.floor(context / 4));
  if (context === 0 || filled < 3 || filled - most < 2) return [];
  const known = new Set(form);
  const starts: number[] = [];
  for (let start = 0; start + pattern.length <= form.length; start++) {
    const differing = mismatches(form, pattern, start, most);
    if (differing?.every((k) => mayDiffer(wanted[k], pattern[k] ?? '', form[start + k] ?? '', known)))
      starts.push(start);
  }
  return starts;
}

/** Which lines differ at a place; null when more than `most`. */
function mismatches(form: readonly string[], pattern: readonly string[], start: number, most: number): number[] | null {
  const differing: number[] = [];
  for (let k = 0; k < pattern.length; k++) {
    if (form[start + k] === pattern[k]) continue;
    if (differing.push(k) > most) return null;
  }
  return differing;
}

function mayDiffer(wanted: WantedLine | undefined, pattern: string, line: string, known: ReadonlySet<string>): boolean {
  if (!wanted || wanted.isRemoved || known.has(pattern)) return false;
  return pattern.length >= 5 && similarity(pattern, line) >= MIN_SIMILARITY;
}

/** 1 for equal texts, 0 for texts with nothing in common: one minus the edit distance over the longer length. */
export function similarity(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  if (longer > 1_000 || Math.min(a.length, b.length) / longer < 0.4) return a === b ? 1 : 0;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost));
    }
    previous = row;
  }
  return 1 - (previous[b.length] ?? longer) / longer;
}
