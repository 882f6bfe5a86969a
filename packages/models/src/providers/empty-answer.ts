// An answer that ended without a known reason and without anything in it is a failure, not a success without words.
import type { ModelErrorCode, ModelTerminalEvent } from '@monkey-coder/protocol';
import { modelFailure } from '../transport/failures.ts';

const lostCall = 'the model wrote a tool call that its provider could not read';
const stopped = 'the provider stopped in the middle of the answer';

/** Words of vendors that mean: what was asked for is not here, whatever text came. Gemini's lost calls, and stops of others. */
const brokenEnds: Readonly<Record<string, readonly [ModelErrorCode, string]>> = {
  MALFORMED_FUNCTION_CALL: ['malformed', lostCall],
  UNEXPECTED_TOOL_CALL: ['malformed', lostCall],
  TOO_MANY_TOOL_CALLS: ['malformed', lostCall],
  MALFORMED_RESPONSE: ['malformed', lostCall],
  insufficient_system_resource: ['overloaded', stopped],
  network_error: ['server', stopped],
  cancelled: ['truncated', stopped],
};

/**
 * Codecs tell what the wire said; whoever calls a model needs to know whether there is an answer. An `end` for reason `other`
 * without a tool call becomes the failure that its vendor's word means, and `truncated` when nothing was said at all.
 */
export function truthful(event: ModelTerminalEvent): ModelTerminalEvent {
  if (event.type !== 'end' || event.finishReason !== 'other') return event;
  const { message, usage, finishRaw } = event;
  if (message.parts.some((part) => part.type === 'tool-call')) return event;
  const because = finishRaw === undefined ? '' : ` (${finishRaw})`;
  const broken = finishRaw !== undefined && Object.hasOwn(brokenEnds, finishRaw) ? brokenEnds[finishRaw] : undefined;
  if (broken !== undefined && finishRaw !== undefined) {
    const failure = modelFailure(broken[0], `${broken[1]}${because}`, { providerCode: finishRaw });
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
