// One holder at a time; a dead holder's lease is taken over.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLease } from './lease.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-lease-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('lease', () => {
  it('is held by one, and free again after release', () => {
    const path = join(folder, 'x', 'lease');
    const first = takeLease(path, 'one', 1);
    expect(first.kind).toBe('held');
    const second = takeLease(path, 'two', 2);
    expect(second).toMatchObject({ kind: 'taken', holder: { pid: process.pid, purpose: 'one' } });
    if (first.kind === 'held') first.release();
    expect(existsSync(path)).toBe(false);
    expect(takeLease(path, 'three', 3).kind).toBe('held');
    expect(readdirSync(join(folder, 'x'))).toEqual(['lease']);
  });

  it('is taken over from a process that is gone', () => {
    const path = join(folder, 'lease');
    const gone = spawnSync(process.execPath, ['-e', '0']).pid;
    writeFileSync(path, JSON.stringify({ pid: gone, started: '1', since: 1, purpose: 'dead' }));
    expect(takeLease(path, 'new', 2).kind).toBe('held');
  });

  it('is taken over when the process id was given to another process', () => {
    const path = join(folder, 'lease');
    writeFileSync(path, JSON.stringify({ pid: process.pid, started: 'not-our-start', since: 1, purpose: 'old' }));
    expect(takeLease(path, 'new', 2).kind).toBe(process.platform === 'linux' ? 'held' : 'taken');
  });

  it('is taken over when its file is damaged', () => {
    const path = join(folder, 'lease');
    writeFileSync(path, '{"pid":');
    expect(takeLease(path, 'new', 2).kind).toBe('held');
  });
});
