// What a run wrote, by edits and by commands, from its events.
import type { Event } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { filesToLookAt, writtenFiles } from './written-files.ts';

let seq = 0;
const event = (body: object): Event =>
  ({ seq: seq++, time: seq, sessionId: 'ses_1', runId: 'run_1', ...body }) as unknown as Event;
const edit = (callId: string, path: string, before: string | null, after: string): Event[] => [
  event({ type: 'tool.started', callId, name: 'edit', effect: { kind: 'files', files: [{ path, before, after }] } }),
  event({ type: 'file.changed', callId, snapshotId: 's', change: { path, kind: 'modified' } }),
  event({ type: 'tool.ended', callId, name: 'edit', status: 'ok', output: '', durationMs: 1 }),
];
const command = (callId: string, path: string, kind = 'modified'): Event[] => [
  event({ type: 'tool.started', callId, name: 'bash', effect: { kind: 'command', command: 'x' } }),
  event({ type: 'file.changed', callId, snapshotId: 's', change: { path, kind } }),
  event({ type: 'tool.ended', callId, name: 'bash', status: 'ok', output: '', durationMs: 1 }),
];
const check = (path: string): Event =>
  event({ type: 'file.changed', snapshotId: 's', change: { path, kind: 'modified' } });

describe('the files of a run', () => {
  it('are those of its edits, first state to last, and need no look', () => {
    const events = [...edit('1', 'a.js', 'h0', 'h1'), ...edit('2', 'a.js', 'h1', 'h2')];
    expect(filesToLookAt(events)).toEqual([]);
    expect(writtenFiles(events, new Map())).toEqual([{ path: 'a.js', before: 'h0', after: 'h2' }]);
  });

  it('are as a formatter or a check left them', () => {
    for (const later of [command('2', 'a.js'), [check('a.js')]]) {
      const events = [...edit('1', 'a.js', 'h0', 'h1'), ...later];
      expect(filesToLookAt(events)).toEqual(['a.js']);
      expect(writtenFiles(events, new Map([['a.js', 'h9']]))).toEqual([{ path: 'a.js', before: 'h0', after: 'h9' }]);
    }
  });

  it('are those of commands where nothing was edited, and not the by-products where something was', () => {
    const events = [...command('1', 'made.js', 'created'), ...command('2', 'old.js'), check('coverage.txt')];
    expect(filesToLookAt(events)).toEqual(['made.js', 'old.js']);
    expect(
      writtenFiles(
        events,
        new Map([
          ['made.js', 'm'],
          ['old.js', 'o'],
        ]),
      ),
    ).toEqual([
      { path: 'made.js', before: null, after: 'm' },
      { path: 'old.js', after: 'o' },
    ]);
    expect(filesToLookAt([...edit('9', 'b.js', null, 'h'), ...events])).toEqual([]);
  });

  it('are none where what was made is gone again', () => {
    const events = command('1', 'scratch.txt', 'created');
    expect(writtenFiles(events, new Map([['scratch.txt', null]]))).toEqual([]);
  });
});
