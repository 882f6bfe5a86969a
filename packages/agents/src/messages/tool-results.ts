// Keeps the rule that every tool call of an answer has exactly one result, right after it and in its order.
import type { Message, ToolResultPart, ToolStatus } from '@monkey-coder/protocol';

/** A result as it stands in the history. */
export function toolResultPart(call: { id: string; name: string }, status: ToolStatus, output: string): ToolResultPart {
  return { type: 'tool-result', callId: call.id, name: call.name, output, isError: status !== 'ok' };
}

/**
 * The history with the results of the answer at `index` right after it; what stood there as its results is replaced. `results`
 * holds one entry per call, in the order of the calls; undefined entries are still open.
 */
export function withToolResults(
  messages: readonly Message[],
  index: number,
  results: readonly (ToolResultPart | undefined)[],
): Message[] {
  const parts = results.filter((part) => part !== undefined);
  const after = messages[index + 1]?.role === 'tool' ? index + 2 : index + 1;
  const tool: Message[] = parts.length === 0 ? [] : [{ role: 'tool', parts }];
  return [...messages.slice(0, index + 1), ...tool, ...messages.slice(after)];
}

/** Index of the last answer with tool calls; -1 when there is none. */
export function lastCallingAnswer(messages: readonly Message[]): number {
  return messages.findLastIndex(
    (message) => message.role === 'assistant' && message.parts.some((part) => part.type === 'tool-call'),
  );
}

/** What is wrong with a history as a model would be sent it; empty when it is valid. */
export function historyProblems(messages: readonly Message[]): string[] {
  const problems: string[] = [];
  for (const [index, message] of messages.entries()) {
    const calls = message.role === 'assistant' ? message.parts.filter((part) => part.type === 'tool-call') : [];
    const next = messages[index + 1];
    const results = next?.role === 'tool' ? next.parts.filter((part) => part.type === 'tool-result') : [];
    if (message.parts.length === 0) problems.push(`message ${index} is empty`);
    if (calls.map((call) => call.id).join('\n') !== results.map((part) => part.callId).join('\n')) {
      problems.push(`the calls of message ${index} and their results differ`);
    }
    if (message.role === 'tool' && messages[index - 1]?.role !== 'assistant') {
      problems.push(`message ${index} has results without calls`);
    }
  }
  return problems;
}
