// Finds and ends every process of a command: its group, and on Linux also those that left the group.
import { readdirSync, readFileSync } from 'node:fs';
import { commandMarkerName } from './environment.ts';

/** Signals a process group; false when it has no members left. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether a group still has a running member. Dead ones that nobody has collected do not count (Linux). */
export function hasLiveGroup(groupId: number): boolean {
  if (!signalGroup(groupId, 0)) return false;
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isLiveMember(Number(name), groupId));
}

function isLiveMember(pid: number, groupId: number): boolean {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] !== 'Z' && fields[0] !== 'X' && fields[2] === String(groupId);
  } catch {
    return false;
  }
}

/**
 * Pids that carry the marker in their environment, whatever session or group they moved to (Linux; elsewhere none).
 * Only processes started after `since` are looked at, unless pids have wrapped round meanwhile.
 */
export function markedProcesses(marker: string, since: number): number[] {
  if (process.platform !== 'linux') return [];
  const needle = Buffer.from(`${commandMarkerName}=${marker}\0`);
  const wrapped = lastPid() < since;
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && (wrapped || pid >= since) && hasMarker(pid, needle));
}

function lastPid(): number {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1));
  } catch {
    return 0;
  }
}

function hasMarker(pid: number, needle: Buffer): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/environ`).includes(needle)) return false;
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Facts about a process that tell it from a later one of the same pid (Linux; elsewhere none); undefined when it is gone. */
export function processFacts(pid: number): { readonly groupId: number; readonly startTicks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { groupId: Number(fields[2]), startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Signals single processes; those already gone are passed over. */
export function signalProcesses(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

/** Whether a process is bubblewrap itself, which must outlive its command's time to clean up. */
export function isSandboxProcess(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'bwrap';
  } catch {
    return false;
  }
}
