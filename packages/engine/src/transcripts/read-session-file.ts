// Reads a session from a file: one of ours, or another agent's transcript.
import { readFileSync } from 'node:fs';
import { type Event, errorMessage, MonkeyError } from '@monkey-coder/protocol';
import { readEventLog } from '../sessions/event-log.ts';
import { readTranscript } from './read-transcript.ts';

/** Where a session came from. */
export interface SessionFile {
  readonly from: 'monkey' | 'claude-code' | 'codex';
  readonly events: readonly Event[];
}

/** Throws MonkeyError `session.corrupt` when the file is no session that is known here, `session.version` for a newer one of ours. */
export function readSessionFile(path: string): SessionFile {
  try {
    const { events } = readEventLog(path);
    if (events[0]?.type === 'session.started') return { from: 'monkey', events };
    const read = readTranscript(readFileSync(path, 'utf8'));
    if (read !== undefined) return { from: read.kind, events: read.events };
  } catch (error) {
    throw new MonkeyError('session.corrupt', `${path} cannot be read as a session: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  throw new MonkeyError(
    'session.corrupt',
    `${path} is neither an exported session nor a transcript of Claude Code or Codex`,
  );
}
