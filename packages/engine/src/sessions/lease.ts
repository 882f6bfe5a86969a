// A lease on something only one process may work with: a file with the owner's process id, taken over when the owner is gone.
import { linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Who holds a lease. */
export interface LeaseHolder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot on Linux, so that a reused process id is not mistaken; else empty. */
  readonly started: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly purpose: string;
}

/** A lease that is held. */
export interface Lease {
  readonly kind: 'held';
  release(): void;
}

/** Somebody else's lease. */
export interface LeaseTaken {
  readonly kind: 'taken';
  readonly holder: LeaseHolder;
}

/** Takes the lease, or says who has it. Atomic between processes: the file appears with its content, by hard link. */
export function takeLease(path: string, purpose: string, now: number): Lease | LeaseTaken {
  mkdirSync(dirname(path), { recursive: true });
  const holder: LeaseHolder = { pid: process.pid, started: processStart(process.pid), since: now, purpose };
  const own = `${path}.${process.pid}.${now.toString(36)}`;
  writeFileSync(own, JSON.stringify(holder));
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (tryLink(own, path)) return { kind: 'held', release: () => releaseOwn(path, holder) };
      const current = readHolder(path);
      if (current && isAlive(current)) return { kind: 'taken', holder: current };
      removeStale(path, current);
    }
    return { kind: 'taken', holder: readHolder(path) ?? holder };
  } finally {
    removeQuietly(own);
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's file away; if it was exchanged meanwhile, puts the new one back. */
function removeStale(path: string, stale: LeaseHolder | undefined): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved && isAlive(moved) && moved.pid !== stale?.pid) tryLink(aside, path);
  removeQuietly(aside);
}

function releaseOwn(path: string, holder: LeaseHolder): void {
  const current = readHolder(path);
  if (current?.pid === holder.pid && current.since === holder.since) removeQuietly(path);
}

function readHolder(path: string): LeaseHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LeaseHolder;
  } catch {
    return undefined;
  }
}

function isAlive(holder: LeaseHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.started === '' || processStart(holder.pid) === holder.started;
}

function processStart(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Already gone: that is what was wanted.
  }
}
