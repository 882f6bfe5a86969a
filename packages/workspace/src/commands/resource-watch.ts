// Looks once a second at what a command's processes use together, and says when it is too much. Linux; elsewhere nothing is seen.
import { readFileSync } from 'node:fs';
import { markedProcesses } from './process-tree.ts';

/** What all processes of one command may use together. */
export interface ResourceLimits {
  /** Bytes of memory that are not shared. */
  readonly memoryBytes: number;
  readonly processes: number;
}

const everyMs = 1_000;
const pageBytes = 4_096;

/** Starts watching; `onExceeded` is called once, with a sentence. The function that comes back stops. */
export function watchResources(
  marker: string,
  since: number,
  { limits, onExceeded }: { readonly limits: ResourceLimits; readonly onExceeded: (why: string) => void },
): () => void {
  const timer = setInterval(() => {
    const why = exceeded(markedProcesses(marker, since), limits);
    if (why === undefined) return;
    clearInterval(timer);
    onExceeded(why);
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function exceeded(pids: readonly number[], limits: ResourceLimits): string | undefined {
  if (pids.length > limits.processes) return `${pids.length} processes; ${limits.processes} are allowed`;
  const bytes = pids.reduce((sum, pid) => sum + ownBytes(pid), 0);
  if (bytes <= limits.memoryBytes) return undefined;
  const size = (value: number): string => `${Math.round(value / 1024 ** 2)} MiB`;
  return `${size(bytes)} of memory; ${size(limits.memoryBytes)} are allowed`;
}

// Resident without shared pages (proc(5), statm).
function ownBytes(pid: number): number {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number);
    return Math.max(0, resident - shared) * pageBytes;
  } catch {
    return 0;
  }
}
