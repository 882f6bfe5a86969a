// What was said and done, as blocks that can be drawn at any width: for printing once, and for the full screen.
import type { Lexer } from '../screen/markdown.ts';
import type { Theme } from '../screen/theme.ts';

/** How a block is drawn. */
export interface Drawing {
  readonly columns: number;
  readonly theme: Theme;
  readonly lexer: Lexer | undefined;
  /** All of the output, not only its beginning. */
  readonly isExpanded: boolean;
}

/** One thing that was said or done. */
export interface Block {
  /** A blank row stands before it and behind it. */
  readonly isApart: boolean;
  draw(drawing: Drawing): readonly string[];
}

/** Blocks kept for the full screen; older ones are in the terminal's scrollback and in the session's log. */
const mostBlocks = 2_000;

/** Keeps the blocks. */
export class Transcript {
  #blocks: Block[] = [];
  #printed = 0;
  /** Whether the last printed block stands apart. */
  #wasApart = false;
  #cache: { readonly key: string; readonly theme: Theme; count: number; rows: string[]; isApart: boolean } | undefined;

  add(block: Block): void {
    this.#blocks.push(block);
    if (this.#blocks.length <= mostBlocks + 500) return;
    const excess = this.#blocks.length - mostBlocks;
    this.#blocks = this.#blocks.slice(excess);
    this.#printed = Math.max(0, this.#printed - excess);
    this.#cache = undefined;
  }

  /** The rows of blocks that were not printed yet. */
  takeUnprinted(drawing: Drawing): string[] {
    const fresh = this.#blocks.slice(this.#printed);
    this.#printed = this.#blocks.length;
    const drawn = drawBlocks(fresh, drawing, this.#wasApart);
    this.#wasApart = drawn.isApart;
    return drawn.rows;
  }

  /** The rows of all blocks. */
  rows(drawing: Drawing): readonly string[] {
    const key = `${drawing.columns} ${drawing.isExpanded} ${drawing.lexer === undefined}`;
    if (this.#cache?.key !== key || this.#cache.theme !== drawing.theme)
      this.#cache = { key, theme: drawing.theme, count: 0, rows: [], isApart: false };
    const cache = this.#cache;
    const drawn = drawBlocks(this.#blocks.slice(cache.count), drawing, cache.isApart);
    for (const row of drawn.rows) cache.rows.push(row);
    cache.isApart = drawn.isApart;
    cache.count = this.#blocks.length;
    return cache.rows;
  }
}

function drawBlocks(
  blocks: readonly Block[],
  drawing: Drawing,
  wasApart: boolean,
): { readonly rows: string[]; readonly isApart: boolean } {
  const rows: string[] = [];
  let isApart = wasApart;
  for (const block of blocks) {
    const drawn = block.draw(drawing);
    if (drawn.length === 0) continue;
    if (block.isApart || isApart) rows.push('');
    for (const row of drawn) rows.push(row);
    isApart = block.isApart;
  }
  return { rows, isApart };
}
