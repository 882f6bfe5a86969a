// The append-only log of runs and of what was said of them: all that the router learns comes from it.
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReplayLine } from '@monkey-coder/router';
import { takeLease } from '../sessions/lease.ts';

/** Where the log of a user is. */
export function routerLogPath(stateFolder: string): string {
  return join(stateFolder, 'router-log.jsonl');
}

/**
 * Adds a line, under a lock where it can be had at once: one write of one line to a file opened for appending does not mix with those of
 * others. Never throws: a run does not fail for what could be learnt from it; false when it could not be written.
 */
export function appendToRouterLog(path: string, line: ReplayLine, now: number): boolean {
  return appendAllToRouterLog(path, [line], now);
}

/** The same for several lines, in one write. */
export function appendAllToRouterLog(path: string, lines: readonly ReplayLine[], now: number): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const lease = takeLease(`${path}.lock`, 'router', now);
    try {
      appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
      return true;
    } finally {
      if (lease.kind === 'held') lease.release();
    }
  } catch {
    return false;
  }
}
