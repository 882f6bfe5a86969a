// Cuts a file into the pieces that ranked search finds: functions and classes where the outline tells, else windows of lines.
import type { SymbolPlace } from '../code/symbol-index.ts';

/** A piece of a file. Lines are 1-based and inclusive. */
export interface Chunk {
  readonly firstLine: number;
  readonly lastLine: number;
  /** `Container.name`; empty for a window. */
  readonly name: string;
  /** A type is a class, an interface, an enumeration or a module. */
  readonly kind: 'function' | 'type' | 'window';
}

const WINDOW = 60;
const MIN_LINES_OF_A_WINDOW = 3;
const MAX_LINES = 200;
const named = new Set(['class', 'enum', 'function', 'interface', 'method', 'module', 'type']);

/** Chunks in the order of lines. A definition that holds others keeps the lines before the first of them. */
export function chunksOf(definitions: readonly SymbolPlace[], lineCount: number): Chunk[] {
  const wanted = definitions
    .filter(({ kind }) => named.has(kind))
    .sort((one, other) => one.firstLine - other.firstLine || other.lastLine - one.lastLine);
  const chunks: Chunk[] = [];
  let covered = 0;
  wanted.forEach((definition, at) => {
    const { firstLine, name, container } = definition;
    if (firstLine <= covered) return;
    windows(covered + 1, firstLine - 1, chunks);
    const inner = wanted[at + 1];
    const holds = inner !== undefined && inner.firstLine > firstLine && inner.lastLine <= definition.lastLine;
    const kind = definition.kind === 'function' || definition.kind === 'method' ? 'function' : 'type';
    const isHolder = holds && kind === 'type';
    const end = isHolder ? inner.firstLine - 1 : definition.lastLine;
    const lastLine = Math.min(end, firstLine + MAX_LINES - 1);
    chunks.push({ firstLine, lastLine, kind, name: container === null ? name : `${container}.${name}` });
    covered = lastLine;
  });
  windows(covered + 1, lineCount, chunks);
  return chunks;
}

function windows(first: number, last: number, chunks: Chunk[]): void {
  if (last - first + 1 < MIN_LINES_OF_A_WINDOW) return;
  for (let from = first; from <= last; from += WINDOW)
    chunks.push({ firstLine: from, lastLine: Math.min(last, from + WINDOW - 1), name: '', kind: 'window' });
}
