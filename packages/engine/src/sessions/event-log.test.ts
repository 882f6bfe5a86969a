// The log is readable however it was cut, and never loses a whole record.
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Event, MonkeyError } from '@monkey-coder/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Migration, migrate, openEventLog, readEventLog } from './event-log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monkey-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const envelope = (seq: number) => ({ seq, time: 1000 + seq, sessionId: 'ses_a' });
const start: Event = { ...envelope(0), type: 'session.started', logVersion: 1, productVersion: '0.1.0', cwd: '/x' };
const renamed = (seq: number, title: string): Event => ({ ...envelope(seq), type: 'session.renamed', title });

describe('event log', () => {
  it('reads back what was appended', () => {
    const path = join(folder, 'a.jsonl');
    const log = openEventLog(path, 1);
    const events = [start, renamed(1, 'ünï → 🐒'), renamed(2, 'two\nlines')];
    for (const event of events) log.append(event);
    log.close();
    expect(readEventLog(path).events).toEqual(events);
  });

  it('gives every whole record for every cut of the file, and goes on after it', () => {
    const path = join(folder, 'a.jsonl');
    const log = openEventLog(path, 1);
    const events = [start, renamed(1, 'ü'), renamed(2, 'b')];
    for (const event of events) log.append(event);
    log.close();
    const bytes = readFileSync(path);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const cutPath = join(folder, `cut-${cut}.jsonl`);
      writeFileSync(cutPath, bytes.subarray(0, cut));
      const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
      expect(readEventLog(cutPath).events).toEqual(events.slice(0, whole));
      const again = openEventLog(cutPath, 7);
      again.append(renamed(9, 'after'));
      again.close();
      expect(readEventLog(cutPath).events).toEqual([...events.slice(0, whole), renamed(9, 'after')]);
      const kept = readdirSync(folder).find((name) => name.startsWith(`cut-${cut}.jsonl.cut-`));
      expect(kept !== undefined).toBe(cut > 0 && bytes[cut - 1] !== 0x0a);
      if (kept) rmSync(join(folder, kept));
      rmSync(cutPath);
    }
  });

  it('passes over a damaged line and says which', () => {
    const path = join(folder, 'a.jsonl');
    const log = openEventLog(path, 1);
    log.append(start);
    log.close();
    appendFileSync(path, '{"broken\n');
    appendFileSync(path, `${JSON.stringify(renamed(2, 'x'))}\n`);
    const read = readEventLog(path);
    expect(read.badLines).toEqual([2]);
    expect(read.events).toHaveLength(2);
  });

  it('refuses a newer format', () => {
    const path = join(folder, 'a.jsonl');
    writeFileSync(path, `${JSON.stringify({ ...start, logVersion: 99 })}\n`);
    expect(() => readEventLog(path)).toThrow(MonkeyError);
  });

  it('migrates step by step', () => {
    const steps = new Map<number, Migration>([
      [1, (record) => ({ ...record, a: 1 })],
      [2, (record) => ({ ...record, b: Number(record['a']) + 1 })],
    ]);
    expect(migrate({}, 1, steps, 3)).toEqual({ a: 1, b: 2 });
    expect(() => migrate({}, 0, steps, 3)).toThrow('no migration');
  });

  it('keeps the file private', () => {
    const path = join(folder, 'deep', 'a.jsonl');
    openEventLog(path, 1).close();
    expect(existsSync(path)).toBe(true);
  });
});
