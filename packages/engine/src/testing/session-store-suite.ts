// What every session store must do.

import { userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import type { SessionStore } from '../sessions/session-store.ts';

/** Runs the suite against stores made by `open`; the same place is opened twice to see what survives. */
export function sessionStoreSuite(
  name: string,
  open: () => { readonly store: SessionStore; readonly reopen: () => SessionStore; readonly cwd: string },
): void {
  describe(`session store: ${name}`, () => {
    it('keeps events in order, with numbers from 0, across a restart', () => {
      const { store, reopen, cwd } = open();
      const writer = store.create({ cwd });
      writer.append({ type: 'message.added', message: userMessage('fix it'), origin: 'user' }, 'run_1');
      writer.close();
      const again = reopen();
      const resumed = again.open(writer.id);
      resumed.append({ type: 'session.renamed', title: 'A title' });
      resumed.close();
      const events = again.read(writer.id);
      expect(events.map((event) => [event.seq, event.type])).toEqual([
        [0, 'session.started'],
        [1, 'message.added'],
        [2, 'session.renamed'],
      ]);
      expect(events[1]?.runId).toBe('run_1');
      expect(again.read(writer.id, 2)).toHaveLength(1);
    });

    it('lists, searches and removes', () => {
      const { store, cwd } = open();
      const writer = store.create({ cwd });
      writer.append({
        type: 'message.added',
        message: userMessage('Find the Needle here\nsecond line'),
        origin: 'user',
      });
      writer.close();
      expect(store.list({ cwd })).toEqual([
        expect.objectContaining({ id: writer.id, title: 'Find the Needle here', cwd }),
      ]);
      expect(store.list({ cwd: `${cwd}-other` })).toEqual([]);
      expect(store.search('needle')).toEqual([expect.objectContaining({ line: 'Find the Needle here' })]);
      store.remove(writer.id);
      expect(store.list()).toEqual([]);
      expect(() => store.read(writer.id)).toThrow(/no session/);
    });

    it('lets one writer at a time', () => {
      const { store, cwd } = open();
      const writer = store.create({ cwd });
      expect(() => store.open(writer.id)).toThrow(/open in another process/);
      writer.close();
      store.open(writer.id).close();
    });

    it('forks at a point and leaves the original alone', () => {
      const { store, cwd } = open();
      const writer = store.create({ cwd });
      for (const text of ['one', 'two', 'three'])
        writer.append({ type: 'message.added', message: userMessage(text), origin: 'user' });
      writer.close();
      const fork = store.fork(writer.id, 2);
      fork.append({ type: 'session.renamed', title: 'fork' });
      fork.close();
      expect(store.read(writer.id)).toHaveLength(4);
      const events = store.read(fork.id);
      expect(events.map((event) => event.type)).toEqual([
        'session.started',
        'message.added',
        'message.added',
        'session.renamed',
      ]);
      expect(events[0]).toMatchObject({ forkedFrom: { sessionId: writer.id, seq: 2 } });
    });

    it('imports what it exported', () => {
      const { store, cwd } = open();
      const writer = store.create({ cwd });
      writer.append({ type: 'message.added', message: userMessage('hello'), origin: 'user' });
      writer.close();
      const imported = store.import(store.read(writer.id), cwd);
      expect(imported.title).toBe('hello');
      expect(imported.id).not.toBe(writer.id);
    });

    it('refuses an unknown id, and one that is a path', () => {
      const { store } = open();
      expect(() => store.read('ses_none')).toThrow(/no session/);
      expect(() => store.read('../../etc/passwd')).toThrow(/no session/);
    });
  });
}
