// An answer that ended without a known reason and without anything in it is a failure, not a success without words.
import type { ModelTerminalEvent } from '@monkey-coder/protocol';
import { modelFailure } from '../transport/failures.ts';

/** Gemini's words for a tool call it could not read or did not expect: the model wanted to call and the call is lost. */
const lostCalls = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'MALFORMED_RESPONSE',
  'TOO_MANY_TOOL_CALLS',
]);

/**
 * Codecs tell what the wire said; whoever calls a model needs to know whether there is an answer. An `end` for reason `other`
 * without a tool call becomes `malformed` when the provider lost a call, and `truncated` when nothing was said at all.
 */
export function truthful(event: ModelTerminalEvent): ModelTerminalEvent {
  if (event.type !== 'end' || event.finishReason !== 'other') return event;
  const { message, usage, finishRaw } = event;
  if (message.parts.some((part) => part.type === 'tool-call')) return event;
  const because = finishRaw === undefined ? '' : ` (${finishRaw})`;
  if (finishRaw !== undefined && lostCalls.has(finishRaw)) {
    const failure = modelFailure(
      'malformed',
      `the model wrote a tool call that its provider could not read${because}`,
      {
        providerCode: finishRaw,
      },
    );
    return { type: 'error', failure, partial: message, usage };
  }
  const isEmpty = message.parts.every((part) => part.type === 'reasoning' || (part.type === 'text' && isBlank(part)));
  if (!isEmpty) return event;
  const failure = modelFailure('truncated', `the answer ended with nothing in it and for no known reason${because}`);
  return { type: 'error', failure, partial: message, usage };
}

function isBlank(part: { readonly text: string; readonly providerData?: object | undefined }): boolean {
  return part.text.trim() === '' && part.providerData === undefined;
}
