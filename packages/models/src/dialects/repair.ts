// Makes any history one that every vendor takes: each tool call has its result, each result its call, no empty text.
import type { Message, Part, ToolCallPart, ToolResultPart } from '@monkey-coder/protocol';

/** What a call without a result is answered with. */
const lostResult = 'This call has no result: the run was interrupted before it finished.';

/**
 * Repairs a conversation before it is encoded. Pure and stable: a longer history that starts with a shorter one repairs
 * to messages that start alike, as long as the shorter one ends with no call open.
 * - a call without a result gets an error result right after its message;
 * - results are moved to right after their call; a result without a call, or a second one, is dropped;
 * - empty text parts without vendor data, and messages left empty, are dropped.
 */
export function repairConversation(messages: readonly Message[]): Message[] {
  const results = resultsByCall(messages);
  const repaired: Message[] = [];
  for (const message of messages) {
    const parts = message.parts.filter((part) => keeps(part, message.role));
    if (parts.length > 0) repaired.push(parts.length === message.parts.length ? message : { ...message, parts });
    const calls = message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : [];
    if (calls.length > 0) repaired.push({ role: 'tool', parts: calls.map((call) => takeResult(results, call)) });
  }
  return repaired;
}

function keeps(part: Part, role: Message['role']): boolean {
  if (part.type === 'tool-result') return false;
  if (part.type === 'tool-call') return role === 'assistant';
  if (part.type === 'text' || part.type === 'reasoning') return part.text !== '' || part.providerData !== undefined;
  return true;
}

/** Results by call id in order of appearance: ids that vendors repeat are answered first come, first served. */
function resultsByCall(messages: readonly Message[]): Map<string, ToolResultPart[]> {
  const results = new Map<string, ToolResultPart[]>();
  const open = new Map<string, number>();
  for (const part of messages.flatMap((message) => message.parts)) {
    if (part.type === 'tool-call') open.set(part.id, (open.get(part.id) ?? 0) + 1);
    if (part.type !== 'tool-result') continue;
    const waiting = open.get(part.callId) ?? 0;
    if (waiting === 0) continue;
    open.set(part.callId, waiting - 1);
    results.set(part.callId, [...(results.get(part.callId) ?? []), part]);
  }
  return results;
}

function takeResult(results: Map<string, ToolResultPart[]>, call: ToolCallPart): ToolResultPart {
  const found = results.get(call.id)?.shift();
  return found ?? { type: 'tool-result', callId: call.id, name: call.name, output: lostResult, isError: true };
}
