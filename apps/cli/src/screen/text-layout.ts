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
    const first = rows.length;
    const laid = layOutLine(line, cursor - at, columns);
    rows.push(...laid.rows);
    if (laid.place) place = { row: first + laid.place.row, column: laid.place.column };
    at += line.length + 1;
  }
  return { rows, ...place };
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** One line; the place is that of the cursor when it is in it. Behind a full row the cursor begins another one. */
function layOutLine(line: string, cursor: number, columns: number): { rows: string[]; place: Place | undefined } {
  const rows = [''];
  let place: Place | undefined;
  let width = 0;
  let at = 0;
  const put = (text: string, columnsOfIt: number): void => {
    if (width + columnsOfIt > columns) {
      rows.push('');
      width = 0;
    }
    if (at === cursor) place = { row: rows.length - 1, column: width };
    rows[rows.length - 1] += text;
    width += columnsOfIt;
  };
  for (const grapheme of graphemesOf(line)) {
    if (grapheme.text === '\t') put('    ', 4);
    else put(grapheme.text, grapheme.width);
    at += grapheme.text.length;
  }
  if (cursor === line.length) put('', width >= columns ? 1 : 0);
  return { rows, place };
}

/** The part of the rows that fits, with the cursor in it. */
export function visiblePart(layout: TextLayout, height: number): TextLayout {
  if (layout.rows.length <= height) return layout;
  const first = Math.min(Math.max(0, layout.row - height + 1), layout.rows.length - height);
  return { rows: layout.rows.slice(first, first + height), row: layout.row - first, column: layout.column };
}
