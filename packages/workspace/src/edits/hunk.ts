// What every edit format is turned into: steps on files, and hunks of lines to keep, to remove and to add.
import type { AnchorChange, EditRefusal, EditRefusalCode } from './edit.ts';
import { diffLines } from './line-diff.ts';

/** One line of a hunk. */
export interface HunkLine {
  readonly kind: 'context' | 'delete' | 'add';
  readonly text: string;
  /** Of a context line: how the edit wants its trailing white space, where it says so. */
  readonly becomes?: string;
}

/** A stretch of a file with changes in it. */
export interface Hunk {
  readonly lines: readonly HunkLine[];
  /** Lines that the hunk stands under, outermost first (`@@ class X`). */
  readonly scopes: readonly string[];
  /** The hunk says that it stands at the end of the file. */
  readonly atEnd: boolean;
  /** 0-based line at which the hunk claims to start in the old file, where it says so believably. */
  readonly statedStart?: number;
  /** Whether old and new side end without a newline, where a diff says so. */
  readonly oldEndsOpen?: boolean;
  readonly newEndsOpen?: boolean;
  /** Lines came with explicit marks; else they were worked out from an old and a new text. */
  readonly isMarked: boolean;
}

/** One thing to do to one file. */
export type FileStep =
  | { readonly op: 'hunks'; readonly path: string; readonly hunks: readonly Hunk[]; readonly moveTo?: string }
  | {
      readonly op: 'replace';
      readonly path: string;
      readonly oldText: string;
      readonly newText: string;
      /** Old and new text are whole lines, each with its newline. */
      readonly wholeLines: boolean;
      readonly all: boolean;
    }
  | {
      readonly op: 'write';
      readonly path: string;
      readonly content: string;
      /** The format cannot say whether there is a final newline: as the file has it. */
      readonly newlineUnknown: boolean;
      readonly mustBeNew: boolean;
    }
  | { readonly op: 'anchors'; readonly path: string; readonly changes: readonly AnchorChange[] }
  | { readonly op: 'delete'; readonly path: string; readonly hunks: readonly Hunk[] };

/** What a parser gives. */
export type Parsed = { readonly kind: 'parsed'; readonly steps: readonly FileStep[] } | EditRefusal;

/** Makes a refusal. */
export function refuse(code: EditRefusalCode, message: string, path?: string): EditRefusal {
  return path === undefined ? { kind: 'refused', code, message } : { kind: 'refused', code, path, message };
}

/** The lines that have to be in the file. */
export function oldSide(hunk: Hunk): HunkLine[] {
  return hunk.lines.filter((line) => line.kind !== 'add');
}

/** The lines that are to be there afterwards. */
export function newSide(hunk: Hunk): string[] {
  return hunk.lines.filter((line) => line.kind !== 'delete').map((line) => line.text);
}

/** The hunk that makes new lines of old ones; lines that differ in trailing white space only count as kept. */
export function hunkOf(oldLines: readonly string[], newLines: readonly string[]): Hunk {
  const a = oldLines.map((line) => line.trimEnd());
  const b = newLines.map((line) => line.trimEnd());
  const lines: HunkLine[] = [];
  let [i, j] = [0, 0];
  const keepUntil = (end: number) => {
    for (; i < end; i++, j++) lines.push(keptLine(oldLines[i] ?? '', newLines[j] ?? ''));
  };
  for (const change of diffLines(a, b)) {
    keepUntil(change.aStart);
    for (; i < change.aEnd; i++) lines.push({ kind: 'delete', text: oldLines[i] ?? '' });
    for (; j < change.bEnd; j++) lines.push({ kind: 'add', text: newLines[j] ?? '' });
  }
  keepUntil(oldLines.length);
  return { lines, scopes: [], atEnd: false, isMarked: false };
}

function keptLine(before: string, after: string): HunkLine {
  return before === after ? { kind: 'context', text: before } : { kind: 'context', text: before, becomes: after };
}
