// A session that is kept nowhere, for ephemeral runs.
import { type Event, sessionLogVersion } from '@monkey-coder/protocol';
import type { SessionWriter } from './session-store.ts';

/** Makes a session that ends with the process. */
export function createMemorySession(options: {
  readonly id: string;
  readonly cwd: string;
  readonly productVersion: string;
  readonly now: () => number;
}): SessionWriter {
  let seq = 0;
  const writer: SessionWriter = {
    id: options.id,
    append(body, runId, parentCallId) {
      const ids = { ...(runId ? { runId } : {}), ...(parentCallId ? { parentCallId } : {}) };
      const event = { seq, time: options.now(), sessionId: options.id, ...ids, ...body } as Event;
      seq += 1;
      return event;
    },
    close: () => undefined,
  };
  writer.append({
    type: 'session.started',
    logVersion: sessionLogVersion,
    productVersion: options.productVersion,
    cwd: options.cwd,
  });
  return writer;
}
