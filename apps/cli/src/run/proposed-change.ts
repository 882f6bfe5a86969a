// Shows what an edit or a new file would do to the lines, before a person is asked to allow it.
import { type Event, parseJson } from '@monkey-coder/protocol';

/** Lines shown at most. */
const mostLines = 40;

/** Remembers the calls of the last answer of the model, whose permission may be asked for next. */
export class ProposedChanges {
  #calls = new Map<string, unknown>();

  /** Takes note of an event. */
  note(event: Event): void {
    if (event.type === 'call.changed') this.#calls.set(event.callId, parseJson(event.arguments));
    if (event.type !== 'model.ended') return;
    const calls = event.message.parts.filter((part) => part.type === 'tool-call');
    this.#calls = new Map(calls.map((call) => [call.id, parseJson(call.arguments)]));
  }

  /** Lines with `-` and `+` in front; none where the call changes no text or is not known. */
  linesOf(callId: string): readonly string[] {
    const args = this.#calls.get(callId);
    if (typeof args !== 'object' || args === null) return [];
    const { old_string: before, new_string: after, content } = args as Readonly<Record<string, unknown>>;
    if (typeof content === 'string') return bounded(changedLines([], linesIn(content)));
    if (typeof before !== 'string' || typeof after !== 'string') return [];
    return bounded(changedLines(linesIn(before), linesIn(after)));
  }
}

function linesIn(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** Lines that begin or end both texts are left out. */
function changedLines(before: readonly string[], after: readonly string[]): string[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [
    ...before.slice(start, before.length - end).map((line) => `-${line}`),
    ...after.slice(start, after.length - end).map((line) => `+${line}`),
  ];
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`];
}
