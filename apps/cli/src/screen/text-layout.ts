// Lays a text that is being written out in rows of a width, and finds the cursor in them.
import { graphemesOf } from './width.ts';

/** Rows of the text and the cell of the cursor. */
export interface TextLayout {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** Breaks lines at the width, between graphemes; tabs are shown as four blanks. */
export function layOut(text: string, cursor: number, columns: number): TextLayout {
  const rows: string[] = [];
  let place = { row: 0, column: 0 };
  let at = 0;
  for (const line of text.split('\n')) {
    let row = '';
    let width = 0;
    for (const grapheme of graphemesOf(line)) {
      const shown = grapheme.text === '\t' ? { text: '    ', width: 4 } : grapheme;
      if (width + shown.width > columns) {
        rows.push(row);
        row = '';
        width = 0;
      }
      if (at <= cursor && cursor < at + grapheme.text.length) place = { row: rows.length, column: width };
      row += shown.text;
      width += shown.width;
      at += grapheme.text.length;
    }
    if (cursor === at) place = endPlace(rows.length, width, columns);
    rows.push(row);
    if (place.row === rows.length) rows.push('');
    at += 1;
  }
  return { rows, ...place };
}

/** Behind a full row the cursor stands at the beginning of the next. */
function endPlace(row: number, width: number, columns: number): { row: number; column: number } {
  return width >= columns ? { row: row + 1, column: 0 } : { row, column: width };
}

/** The part of the rows that fits, with the cursor in it. */
export function visiblePart(layout: TextLayout, height: number): TextLayout {
  if (layout.rows.length <= height) return layout;
  const first = Math.min(Math.max(0, layout.row - height + 1), layout.rows.length - height);
  return { rows: layout.rows.slice(first, first + height), row: layout.row - first, column: layout.column };
}
