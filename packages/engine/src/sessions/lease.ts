// A lease on something only one process may work with: a file with the owner's process id, taken over when the owner is gone.
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
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

/** Looks at a lease that is given back, or taken over by somebody else, between two of them. */
const attempts = 20;

/**
 * Takes the lease, or says who has it. Atomic between processes: the file appears with its content, by hard link. Only its
 * holder removes it, or, when the holder is dead, the one process at a time that has the guard beside it: what was looked at
 * before the guard was held is looked at again, so that nobody removes the lease of who came in between.
 */
export function takeLease(path: string, purpose: string, now: number): Lease | LeaseTaken {
  mkdirSync(dirname(path), { recursive: true });
  const holder: LeaseHolder = { pid: process.pid, started: processStart(process.pid), since: now, purpose };
  const own = `${path}.${process.pid}.${now.toString(36)}`;
  writeFileSync(own, JSON.stringify(holder));
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (tryLink(own, path)) return { kind: 'held', release: () => releaseOwn(path, holder) };
      const current = readLease(path);
      if (current.kind === 'held' && isAlive(current.holder)) return { kind: 'taken', holder: current.holder };
      if (current.kind !== 'free') removeStale(path, own);
    }
    const current = readLease(path);
    return { kind: 'taken', holder: current.kind === 'held' ? current.holder : holder };
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

/** Removes a dead holder's file, unless somebody else is about to. A guard left by a crash is removed for the next attempt. */
function removeStale(path: string, own: string): void {
  const guard = `${path}.guard`;
  if (!tryLink(own, guard)) {
    if (isStale(readLease(guard))) removeQuietly(guard);
    return;
  }
  try {
    if (isStale(readLease(path))) removeQuietly(path);
  } finally {
    removeQuietly(guard);
  }
}

function isStale(lease: LeaseFile): boolean {
  return lease.kind === 'damaged' || (lease.kind === 'held' && !isAlive(lease.holder));
}

function releaseOwn(path: string, holder: LeaseHolder): void {
  const current = readLease(path);
  const isOwn = current.kind === 'held' && current.holder.pid === holder.pid && current.holder.since === holder.since;
  if (isOwn) removeQuietly(path);
}

type LeaseFile = { readonly kind: 'free' | 'damaged' } | { readonly kind: 'held'; readonly holder: LeaseHolder };

function readLease(path: string): LeaseFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { kind: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'free' : 'damaged' };
  }
  try {
    return { kind: 'held', holder: JSON.parse(text) as LeaseHolder };
  } catch {
    return { kind: 'damaged' };
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
