// What is to be seen: rows of painted text, and where the cursor stands in them.

/** Rows, each no wider than the screen, and the cursor; without one it is hidden. */
export interface Frame {
  readonly rows: readonly string[];
  readonly cursor?: { readonly row: number; readonly column: number };
}

/** Width and height of the terminal in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Frames one below the other; of several cursors the last one counts. */
export function stack(...frames: readonly Frame[]): Frame {
  const rows: string[] = [];
  let cursor: Frame['cursor'];
  for (const frame of frames) {
    if (frame.cursor) cursor = { row: frame.cursor.row + rows.length, column: frame.cursor.column };
    rows.push(...frame.rows);
  }
  return cursor ? { rows, cursor } : { rows };
}
