// The session logs of a home, as a kill test reads them: whole lines only, and whether any was lost.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A session's log: its whole lines. */
export interface Log {
  readonly path: string;
  readonly lines: readonly string[];
}

/** All logs below a home. */
export function readLogs(home: string): Log[] {
  const folder = join(home, 'state', 'sessions');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return {
        path: name,
        lines: text
          .slice(0, text.lastIndexOf('\n') + 1)
          .split('\n')
          .slice(0, -1),
      };
    });
}

/** One line for each log of which records are gone. */
export function lost(before: readonly Log[], after: readonly Log[]): string[] {
  return before.flatMap(({ path, lines }) => {
    const now = after.find((log) => log.path === path)?.lines ?? [];
    return lines.every((line, index) => now[index] === line) ? [] : [`records of ${path} were lost`];
  });
}
