// The JSONL store against the suite of all stores, its index, and a log of the first version that is kept for ever.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource, userMessage } from '@monkey-coder/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { sessionStoreSuite } from '../testing/session-store-suite.ts';
import { readEventLog } from './event-log.ts';
import { createJsonlSessionStore } from './jsonl-session-store.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let time = 1_000_000;
const now = () => ++time;
const newId = createIdSource(now, () => (time % 997) / 997);

function openStore() {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-sessions-'));
  folders.push(folder);
  const reopen = () =>
    createJsonlSessionStore({ folder, productVersion: '0.1.0', now, newSessionId: () => newId('ses') });
  return { folder, store: reopen(), reopen, cwd: join(folder, 'project') };
}

sessionStoreSuite('jsonl', openStore);

describe('jsonl session store', () => {
  it('rebuilds its index when it is gone or damaged', () => {
    const { folder, store, cwd } = openStore();
    const writer = store.create({ cwd });
    writer.append({ type: 'message.added', message: userMessage('hi'), origin: 'user' });
    writer.close();
    const before = store.list();
    const [project = ''] = readdirSync(folder);
    writeFileSync(join(folder, project, 'index.json'), '{"version":1,"entr');
    expect(store.list()).toEqual(before);
    rmSync(join(folder, project, 'index.json'));
    expect(store.list()).toEqual(before);
  });

  it('passes over a log that cannot be read', () => {
    const { folder, store } = openStore();
    mkdirSync(join(folder, 'p'));
    writeFileSync(join(folder, 'p', 'ses_bad.jsonl'), 'not json\n');
    expect(store.list()).toEqual([]);
  });

  it('reads a log of version 1 as it was written by 0.1.0', () => {
    const { events, badLines } = readEventLog(join(import.meta.dirname, 'fixtures', 'session-v1.jsonl'));
    expect(badLines).toEqual([]);
    expect(events.map((event) => event.type)).toEqual(
      expect.arrayContaining([
        'session.started',
        'run.started',
        'model.ended',
        'tool.ended',
        'check.finished',
        'run.finished',
      ]),
    );
  });
});
