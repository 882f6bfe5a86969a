// Draws frames into a terminal, writing only the rows that changed.
//
// Inline: what is finished is printed once and belongs to the terminal's scrollback from then on; below it lives a region that is
// redrawn. Old and new rows are compared from the first row of that region on, so that a row that only moves from the region
// into what is finished is not written again. New rows below the last one scroll the terminal by line feeds; nothing is ever
// cleared above the region. Full screen: the alternate buffer, each row at its own place.
//
// Every frame is one write inside a synchronised update (`CSI ? 2026`), with wrapping off while rows are written: a row that is
// wider than thought loses its end instead of pushing the others down.
import type { Frame, Size } from './frame.ts';
import { widthOf } from './width.ts';

const beginUpdate = '\u001b[?2026h\u001b[?25l\u001b[?7l';
const endUpdate = '\u001b[?7h\u001b[?2026l';
const showCursor = '\u001b[?25h';
const clearBelow = '\u001b[0J';
const enterFull = '\u001b[?1049h\u001b[?1000h\u001b[?1006h\u001b[2J\u001b[H';
/** Emptied first: after a resize in between, tmux leaves a row of it between what is scrolled away and what is shown. */
const leaveFull = '\u001b[?1006l\u001b[?1000l\u001b[2J\u001b[?1049l';
const toEnd = '\u001b[999;1H\r\n';

/** How the screen is used. */
export type ScreenMode = 'inline' | 'full';

/** A screen that owns the lower part of a terminal, or all of it. */
export class Screen {
  readonly #write: (text: string) => void;
  #size: Size;
  #mode: ScreenMode = 'inline';
  /** Rows of the region as they are on the terminal. */
  #rows: readonly string[] = [];
  /** Row of the region the cursor stands in. */
  #cursorRow = 0;
  #cursorColumn = 0;
  #isCursorShown = true;
  /** The terminal was resized in full screen: where the inline region begins is not known any more. */
  #isLost = false;

  constructor(write: (text: string) => void, size: Size) {
    this.#write = write;
    this.#size = size;
  }

  get size(): Size {
    return this.#size;
  }

  get mode(): ScreenMode {
    return this.#mode;
  }

  /** Shows a frame; `printed` are rows that are finished and go above it (inline only). */
  show(frame: Frame, printed: readonly string[] = []): void {
    const body = this.#mode === 'full' ? this.#fullBody(frame) : this.#inlineBody(frame, printed);
    const cursor = this.#placeCursor(frame);
    if (body === '' && cursor === '' && this.#isCursorShown === (frame.cursor !== undefined)) return;
    this.#isCursorShown = frame.cursor !== undefined;
    this.#write(`${beginUpdate}${body}${cursor}${frame.cursor ? showCursor : ''}${endUpdate}`);
  }

  /**
   * The terminal has another size. Inline, the terminal may have broken rows of the region anew: it is cleared from where its
   * first row must be now; the next frame draws it again.
   */
  resize(size: Size): void {
    const old = this.#size;
    this.#size = size;
    if (this.#mode === 'full') {
      this.#rows = [];
      this.#isLost = true;
      this.#write(`${beginUpdate}\u001b[2J${endUpdate}`);
      return;
    }
    const above = size.columns < old.columns ? this.#rowsAboveAfterReflow(size.columns) : this.#cursorRow;
    const up = Math.min(above, size.rows - 1);
    this.#write(`${beginUpdate}\r${up > 0 ? `\u001b[${up}A` : ''}${clearBelow}${endUpdate}`);
    this.#rows = [];
    this.#cursorRow = 0;
    this.#cursorColumn = 0;
  }

  /**
   * Goes to the alternate buffer or back. The inline region is taken away before, so that only what is finished stays there; after
   * a resize in between, the region is begun anew below everything.
   */
  switchTo(mode: ScreenMode): void {
    if (mode === this.#mode) return;
    if (mode === 'full') {
      this.redraw();
      this.#write(enterFull);
    } else this.#write(`${leaveFull}${this.#isLost ? toEnd : ''}`);
    this.#mode = mode;
    this.#isLost = false;
    this.#rows = [];
    this.#cursorRow = 0;
    this.#cursorColumn = mode === 'full' ? -1 : 0;
  }

  /** Forgets what is shown: the next frame is written whole, in place of the region. */
  redraw(): void {
    if (this.#mode === 'full') this.#write('\u001b[2J');
    else this.#write(`\r${this.#cursorRow > 0 ? `\u001b[${this.#cursorRow}A` : ''}${clearBelow}`);
    this.#rows = [];
    this.#cursorRow = 0;
    this.#cursorColumn = 0;
  }

  /** Writes bytes that draw by themselves, such as a picture, above the region (inline only). */
  printRaw(bytes: string): void {
    this.redraw();
    this.#write(`${bytes}\r\n`);
  }

  /** Begins anew where the cursor is now: others have written meanwhile. */
  restart(): void {
    if (this.#mode === 'full') this.#write(enterFull);
    this.#rows = [];
    this.#cursorRow = 0;
    this.#cursorColumn = this.#mode === 'full' ? -1 : 0;
  }

  /** Bytes that leave the terminal in order: out of the alternate buffer, below the region. */
  leaving(): string {
    const ends = `\u001b[?7h\u001b[0m${showCursor}`;
    if (this.#mode === 'full') return `${leaveFull}${this.#isLost ? toEnd : ''}${ends}`;
    const down = Math.max(0, this.#rows.length - 1 - this.#cursorRow);
    const below = this.#rows.length === 0 ? '' : `${down > 0 ? `\u001b[${down}B` : ''}\r\n`;
    return `${below}${ends}`;
  }

  #inlineBody(frame: Frame, printed: readonly string[]): string {
    const old = this.#rows;
    const next = printed.length === 0 ? frame.rows : [...printed, ...frame.rows];
    let out = '';
    let row = this.#cursorRow;
    const last = Math.max(0, old.length - 1);
    for (let index = 0; index < next.length; index++) {
      const text = next[index] ?? '';
      if (index < old.length && old[index] === text) continue;
      if (index <= last) {
        out += `${move(row, index)}\r`;
      } else {
        out += `${move(row, index - 1)}\r\n`;
      }
      out += this.#rowText(text, old[index]);
      row = index;
    }
    if (old.length > next.length) {
      out += `${move(row, next.length)}\r${clearBelow}`;
      row = next.length;
    }
    if (out !== '' || printed.length > 0) this.#cursorColumn = -1;
    this.#cursorRow = row - printed.length;
    this.#rows = frame.rows;
    return out;
  }

  #fullBody(frame: Frame): string {
    const { rows } = this.#size;
    let out = '';
    for (let index = 0; index < rows; index++) {
      const text = frame.rows[index] ?? '';
      if (this.#rows[index] === text || (text === '' && this.#rows[index] === undefined)) continue;
      out += `\u001b[${index + 1};1H${this.#rowText(text, this.#rows[index])}`;
    }
    this.#rows = frame.rows.slice(0, rows);
    if (out !== '') this.#cursorColumn = -1;
    return out;
  }

  /** The row, and what of the old one is behind it cleared. A row that ends at the edge must not be followed by a clearing. */
  #rowText(text: string, old: string | undefined): string {
    const width = widthOf(text);
    const mayLeave = old === undefined ? true : widthOf(old) >= width && old !== '';
    return mayLeave && width < this.#size.columns ? `${text}\u001b[K` : text;
  }

  #placeCursor(frame: Frame): string {
    const { row, column } = frame.cursor ?? { row: Math.max(0, frame.rows.length - 1), column: 0 };
    if (this.#mode === 'full') {
      if (this.#cursorRow === row && this.#cursorColumn === column) return '';
      this.#cursorRow = row;
      this.#cursorColumn = column;
      return `\u001b[${row + 1};${column + 1}H`;
    }
    if (this.#cursorRow === row && this.#cursorColumn === column) return '';
    const out = `${move(this.#cursorRow, row)}\r${column > 0 ? `\u001b[${column}C` : ''}`;
    this.#cursorRow = row;
    this.#cursorColumn = column;
    return out;
  }

  /** Rows between the region's first and the cursor after the terminal broke them at a smaller width. */
  #rowsAboveAfterReflow(columns: number): number {
    const heights = this.#rows.slice(0, this.#cursorRow).map((row) => Math.max(1, Math.ceil(widthOf(row) / columns)));
    const inRow = Math.floor(Math.max(0, this.#cursorColumn) / columns);
    return heights.reduce((sum, height) => sum + height, inRow);
  }
}

function move(from: number, to: number): string {
  if (from === to) return '';
  return to < from ? `\u001b[${from - to}A` : `\u001b[${to - from}B`;
}
