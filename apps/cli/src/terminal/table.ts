// Prints rows in columns.

/** Text in columns, each as wide as its widest cell; the last is not padded. `numeric` columns are aligned to the right. */
export function formatTable(rows: readonly (readonly string[])[], numeric: readonly number[] = []): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) => formatRow(row, widths, numeric)).join('\n');
}

function formatRow(row: readonly string[], widths: readonly number[], numeric: readonly number[]): string {
  return row
    .map((cell, index) => {
      if (numeric.includes(index)) return cell.padStart(widths[index] ?? 0);
      return index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0);
    })
    .join('  ')
    .trimEnd();
}
