// Answers on disk: one small file each, the oldest thrown away when the folder grows too large.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelEvent } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';

/** Where answers are kept. Neither call throws: a cache that does not work is no cache. */
export interface ResponseStore {
  /** The events of the answer, in order; undefined when there is none. */
  read(key: string): readonly ModelEvent[] | undefined;
  write(key: string, events: readonly ModelEvent[]): void;
}

const formatVersion = 1;
const defaultMaxBytes = 64 * 1024 * 1024;
/** What is left after a cleaning, so that not every write cleans. */
const keptShare = 0.8;

/** Keeps answers in a folder, which is made when first written to. `maxBytes` bounds all of them (64 MiB). */
export function createResponseStore(folder: string, maxBytes: number = defaultMaxBytes): ResponseStore {
  const pathOf = (key: string): string => join(folder, `${key}.json`);
  return {
    read(key) {
      return quietly(() => {
        const text = readFileSync(pathOf(key), 'utf8');
        const events = eventsIn(text);
        if (events !== undefined) utimesSync(pathOf(key), new Date(), new Date());
        return events;
      });
    },
    write(key, events) {
      const text = JSON.stringify({ version: formatVersion, events });
      if (text.length > maxBytes * (1 - keptShare)) return;
      quietly(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const temporary = `${pathOf(key)}.${process.pid}`;
        writeFileSync(temporary, text, { mode: 0o600 });
        renameSync(temporary, pathOf(key));
        keepBounded(folder, maxBytes);
      });
    },
  };
}

/** The file is ours: its version and its terminal event tell whether it is whole. */
function eventsIn(text: string): readonly ModelEvent[] | undefined {
  const file = parseJson(text) as { version?: unknown; events?: readonly ModelEvent[] } | undefined;
  const isWhole = file?.version === formatVersion && Array.isArray(file.events) && file.events.at(-1)?.type === 'end';
  return isWhole ? file?.events : undefined;
}

function keepBounded(folder: string, maxBytes: number): void {
  const files = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    const { size, mtimeMs } = statSync(path);
    return { path, size, mtimeMs };
  });
  let total = files.reduce((sum, file) => sum + file.size, 0);
  if (total <= maxBytes) return;
  for (const file of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= maxBytes * keptShare) return;
    rmSync(file.path, { force: true });
    total -= file.size;
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
