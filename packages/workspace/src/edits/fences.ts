// Code fences round an answer, found as CommonMark defines them, with the nesting that models get wrong allowed for.

/** A fenced block: lines [start, end) are its content; the fences stand at `start - 1` and `end`. */
export interface Fence {
  readonly start: number;
  readonly end: number;
  readonly info: string;
}

const opening = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;

/** The block that opens at this line, null when no fence opens there, `unclosed` when it never ends. */
export function fenceAt(lines: readonly string[], at: number): Fence | 'unclosed' | null {
  const match = opening.exec(lines[at] ?? '');
  const mark = match?.[1];
  if (!mark) return null;
  let depth = 1;
  for (let i = at + 1; i < lines.length; i++) {
    const inner = opening.exec(lines[i] ?? '');
    if (!inner?.[1]?.startsWith(mark)) continue;
    if ((inner[2] ?? '').trim() !== '') depth++;
    else if (--depth === 0) return { start: at + 1, end: i, info: (match[2] ?? '').trim() };
  }
  return 'unclosed';
}
