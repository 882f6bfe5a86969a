// Decides what goes when a conversation nears the model's window: superseded reads first, then old results in one block.
// Pure. Nothing is touched below the high mark, and then enough goes at once that the next relief is far: between two reliefs
// every request begins with the bytes of the one before it, and the provider's prompt cache pays for most of it.
import type { Message, ToolCallPart } from '@monkey-coder/protocol';
import { toolCalls } from '@monkey-coder/protocol';
import { isStub, stubFloor } from './relief.ts';

/** Shares of the room for input at which relief begins, and down to which it goes. */
export const highMark = 0.8;
export const lowMark = 0.5;

/** Answers whose results are never taken out, in this order: fewer only while more room is needed. */
const keptTurns = [10, 6, 3, 1] as const;

/** What to take out. */
export interface StubPlan {
  readonly stubbed: readonly string[];
  /** Characters that go. */
  readonly savedChars: number;
}

interface Candidate {
  readonly callId: string;
  readonly chars: number;
  /** Answers that came after the one that called it. */
  readonly age: number;
  readonly isSuperseded: boolean;
}

/** Which results to stub so that about `wantedChars` characters go; fewer when there is not so much to take. */
export function planStubs(messages: readonly Message[], wantedChars: number): StubPlan {
  const candidates = candidatesIn(messages);
  const superseded = candidates.filter((one) => one.isSuperseded && one.age >= 1);
  let plan = planOf(superseded);
  for (const kept of keptTurns) {
    if (plan.savedChars >= wantedChars) return plan;
    const old = candidates.filter((one) => one.age >= kept);
    plan = planOf([...new Set([...superseded, ...old])]);
  }
  return plan;
}

function planOf(chosen: readonly Candidate[]): StubPlan {
  const stubbed = chosen.map((one) => one.callId);
  return { stubbed, savedChars: chosen.reduce((sum, one) => sum + one.chars - 250, 0) };
}

/** Results worth taking out, oldest first. */
function candidatesIn(messages: readonly Message[]): Candidate[] {
  const answers = messages.filter((message) => message.role === 'assistant');
  const ages = new Map(
    answers.flatMap((answer, index) => toolCalls(answer).map((call) => [call.id, answers.length - 1 - index] as const)),
  );
  const calls = answers.flatMap(toolCalls);
  const superseded = supersededReads(calls);
  return messages.flatMap((message) =>
    message.parts.flatMap((part): Candidate[] => {
      if (part.type !== 'tool-result' || part.output.length < stubFloor || isStub(part.output)) return [];
      const isSuperseded = superseded.has(part.callId);
      return [{ callId: part.callId, chars: part.output.length, age: ages.get(part.callId) ?? 0, isSuperseded }];
    }),
  );
}

/** Reads that a later call with the very same arguments made worthless. */
function supersededReads(calls: readonly ToolCallPart[]): Set<string> {
  const newest = new Map(calls.map((call) => [`${call.name} ${call.arguments}`, call.id]));
  return new Set(
    calls.filter((call) => newest.get(`${call.name} ${call.arguments}`) !== call.id).map((call) => call.id),
  );
}

/**
 * How many messages from the first a summary may replace so that at most `keepChars` characters stay; the rest begins with a
 * message that can stand at the beginning. 0 when there is nothing to replace.
 */
export function summaryBorder(messages: readonly Message[], keepChars: number): number {
  let left = keepChars;
  let border = messages.length;
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    if (message === undefined) break;
    left -= charsOf(message);
    // The newest exchange always stays.
    if (left < 0 && border < messages.length) break;
    if (message.role !== 'tool') border = index;
  }
  return border;
}

/** Characters of a message as a model reads it. */
export function charsOf(message: Message): number {
  return message.parts.reduce((sum, part) => {
    switch (part.type) {
      case 'text':
      case 'reasoning':
        return sum + part.text.length;
      case 'tool-call':
        return sum + part.name.length + part.arguments.length;
      case 'tool-result':
        return sum + part.output.length;
      default:
        return sum + 16_000;
    }
  }, 0);
}
