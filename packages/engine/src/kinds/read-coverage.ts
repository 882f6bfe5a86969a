// Reads which lines a run of tests executed, from what runners write: V8's own form, Istanbul's, that of coverage.py.
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

/** Executed lines (1-based) by the path a runner gives, absolute or relative to where it ran. */
export type ExecutedLines = Map<string, Set<number>>;

const range = z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() });
const v8Schema = z.object({
  result: z.array(z.object({ url: z.string(), functions: z.array(z.object({ ranges: z.array(range) })) })),
  'source-map-cache': z.optional(z.record(z.string(), z.unknown())),
});
const place = z.object({ start: z.object({ line: z.number() }) });
const istanbulSchema = z.record(
  z.string(),
  z.object({ statementMap: z.record(z.string(), place), s: z.record(z.string(), z.number()) }),
);
const pythonSchema = z.object({ files: z.record(z.string(), z.object({ executed_lines: z.array(z.number()) })) });

/** Adds what one file of coverage says; false when it is in no form that is known. `textOf` reads a source, null where there is none. */
export function addCoverage(value: unknown, lines: ExecutedLines, textOf: (path: string) => string | null): boolean {
  const v8 = v8Schema.safeParse(value).data;
  if (v8 !== undefined) {
    for (const { url, functions } of v8.result) {
      // Positions in what a compiler made of a file say nothing of the file.
      if (!url.startsWith('file://') || v8['source-map-cache']?.[url] !== undefined) continue;
      const path = fileURLToPath(url);
      const text = textOf(path);
      const ranges = functions.flatMap((one) => one.ranges);
      if (text !== null) add(lines, path, executedOf(text, ranges));
    }
    return true;
  }
  const python = pythonSchema.safeParse(value).data;
  if (python !== undefined) {
    for (const [path, { executed_lines }] of Object.entries(python.files)) add(lines, path, executed_lines);
    return true;
  }
  const istanbul = istanbulSchema.safeParse(value).data;
  for (const [path, { statementMap, s }] of Object.entries(istanbul ?? {})) {
    const executed = Object.entries(statementMap).filter(([id]) => (s[id] ?? 0) > 0);
    add(
      lines,
      path,
      executed.map(([, { start }]) => start.line),
    );
  }
  return istanbul !== undefined;
}

function add(lines: ExecutedLines, path: string, found: readonly number[]): void {
  const known = lines.get(path) ?? new Set();
  for (const line of found) known.add(line);
  lines.set(path, known);
}

/** A line counts by the smallest range around its first sign; V8 nests them. */
function executedOf(text: string, ranges: readonly z.infer<typeof range>[]): number[] {
  const found: number[] = [];
  let offset = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const at = offset + line.length - line.trimStart().length;
    const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
    const smallest = around.reduce<(typeof around)[number] | undefined>(
      (least, one) =>
        least === undefined || one.endOffset - one.startOffset <= least.endOffset - least.startOffset ? one : least,
      undefined,
    );
    if (line.trim() !== '' && (smallest?.count ?? 0) > 0) found.push(index + 1);
    offset += line.length + 1;
  }
  return found;
}
