// Finds what was said in one session's log, line by line from disk, so that a log of any size needs little memory.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { RecallHit } from '@monkey-coder/agents';
import { type Event, type EventBody, messageText, toolCalls } from '@monkey-coder/protocol';

/** What is looked for. */
export interface RecallQuery {
  /** In any order, any case; all of them must be in one text. */
  readonly words: readonly string[];
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Lines shown around a line with a word. */
const around = 2;
const maxExcerptLines = 24;
const maxLineChars = 400;

/** Words of a query; short ones count only where there are no others. */
export function wordsOf(query: string): string[] {
  const all = query.toLowerCase().match(/[\p{L}\p{N}_.\-/]+/gu) ?? [];
  const long = all.filter((word) => word.length > 2);
  return [...new Set(long.length > 0 ? long : all)];
}

/** The newest texts of a log with all the words, newest first. */
export async function recallFromLog(path: string, query: RecallQuery): Promise<RecallHit[]> {
  const lines = createInterface({ input: createReadStream(path, { signal: query.signal }), crlfDelay: Infinity });
  const titles = new Map<string, string>();
  const hits: RecallHit[] = [];
  for await (const line of lines) {
    // Most lines are told apart without parsing them: a word that is not in the JSON text is in no string of it, unless escaped.
    const lower = line.toLowerCase();
    const isCall = lower.includes('"tool.started"');
    if (!isCall && !query.words.every((word) => lower.includes(word))) continue;
    const event = parsed(line);
    if (event?.type === 'tool.started') titles.set(event.callId, event.title);
    const spoken = event && spokenOf(event, titles);
    if (spoken === undefined || !query.words.every((word) => spoken.text.toLowerCase().includes(word))) continue;
    hits.push({ where: spoken.where, text: excerpt(spoken.text, query.words) });
    if (hits.length > query.limit) hits.shift();
  }
  return hits.reverse();
}

function parsed(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}

/** What an event said, and who; nothing of what recall itself found. */
function spokenOf(event: EventBody, titles: ReadonlyMap<string, string>): RecallHit | undefined {
  switch (event.type) {
    case 'message.added':
      return { where: event.origin === 'user' ? 'the user' : event.origin, text: messageText(event.message) };
    case 'model.ended': {
      const calls = toolCalls(event.message).map((call) => `${call.name} ${call.arguments}`);
      return { where: 'you', text: [messageText(event.message), ...calls].join('\n') };
    }
    case 'tool.ended':
      return event.name === 'recall'
        ? undefined
        : { where: titles.get(event.callId) ?? event.name, text: event.output };
    default:
      return undefined;
  }
}

/** The lines with a word and some around them. */
function excerpt(text: string, words: readonly string[]): string {
  const lines = text.split('\n');
  const shown = new Set<number>();
  for (const [index, line] of lines.entries()) {
    const lower = line.toLowerCase();
    if (!words.some((word) => lower.includes(word))) continue;
    for (let near = index - around; near <= index + around; near++)
      if (near >= 0 && near < lines.length) shown.add(near);
    if (shown.size > maxExcerptLines) break;
  }
  return [...shown]
    .sort((a, b) => a - b)
    .map((index) => (lines[index] ?? '').slice(0, maxLineChars))
    .join('\n');
}
