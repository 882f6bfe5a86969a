// What a run's agent can recall: its own session whole, and what was said in earlier sessions of the same folder.
import type { Recall } from '@monkey-coder/agents';
import { isMonkeyError } from '@monkey-coder/protocol';
import { wordsOf } from '../sessions/recall-log.ts';
import type { SessionStore } from '../sessions/session-store.ts';

const ownHits = 12;
const otherHits = 3;
const otherSessions = 20;

/** Searches the sessions of one folder, this one first. */
export function createRecall(
  sessions: SessionStore,
  { id, cwd }: { readonly id: string; readonly cwd: string },
): Recall {
  return async (query, signal) => {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    const own = await sessions.recall(id, { words, limit: ownHits, signal });
    const found = own.map((hit) => ({ ...hit, where: `this session, ${hit.where}` }));
    for (const session of sessions.list({ cwd }).slice(0, otherSessions)) {
      if (session.id === id || signal.aborted) continue;
      const hits = await recallOther(sessions, session.id, { words, limit: otherHits, signal });
      found.push(...hits.map((hit) => ({ ...hit, where: `session "${session.title}", ${hit.where}` })));
    }
    return found;
  };
}

/** A session that was deleted meanwhile says nothing. */
async function recallOther(...given: [SessionStore, ...Parameters<SessionStore['recall']>]) {
  const [sessions, ...query] = given;
  try {
    return await sessions.recall(...query);
  } catch (error) {
    if (isMonkeyError(error)) return [];
    throw error;
  }
}
