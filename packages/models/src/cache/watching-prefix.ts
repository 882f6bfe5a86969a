// Watches whether a session's requests still begin alike: where they do not, the provider's prompt cache starts anew.
import type { Message, ModelRequest } from '@monkey-coder/protocol';
import type { ModelDecorator } from '../language-model.ts';

/** Where a request stopped beginning like the one before it. */
export interface PrefixChange {
  readonly callId: string;
  readonly where: 'system' | 'tools' | 'message';
  /** 0-based, of the first message that differs; 0 where the head differs. */
  readonly messageIndex: number;
}

interface Seen {
  readonly system: string;
  readonly tools: ModelRequest['tools'];
  readonly messages: readonly Message[];
}

/**
 * Compares each request with the one before it, of the same session. Messages that are the same objects are not read again,
 * so that a growing conversation costs next to nothing.
 */
export function watchingPrefix(options: { readonly onChange: (change: PrefixChange) => void }): ModelDecorator {
  let last: Seen | undefined;
  return (inner) => ({
    identity: inner.identity,
    stream(request, { signal }) {
      const next = { system: request.system, tools: request.tools, messages: request.messages };
      const change = last === undefined ? undefined : changeBetween(last, next);
      if (change !== undefined) options.onChange({ callId: request.callId, ...change });
      last = next;
      return inner.stream(request, { signal });
    },
  });
}

function changeBetween(before: Seen, after: Seen): Omit<PrefixChange, 'callId'> | undefined {
  if (before.system !== after.system) return { where: 'system', messageIndex: 0 };
  if (!isSame(before.tools, after.tools)) return { where: 'tools', messageIndex: 0 };
  const index = before.messages.findIndex((message, at) => !isSame(message, after.messages[at]));
  return index === -1 ? undefined : { where: 'message', messageIndex: index };
}

function isSame<T>(one: T, other: T | undefined): boolean {
  return one === other || (other !== undefined && JSON.stringify(one) === JSON.stringify(other));
}
