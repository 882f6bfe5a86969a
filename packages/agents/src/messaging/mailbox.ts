// Messages between members: to one, to several, to everybody.
//
// What is guaranteed: a message counts as sent when it is on record, so none is lost by a crash; each receiver is handed each
// message exactly once, because what was handed over is on record too; and all receivers see all messages in one order, that of
// the record. A broadcast goes to whoever is a member when it is sent, and not to its sender.
import type { EventBody } from '@monkey-coder/protocol';
import type { TeamEvent } from './team-event.ts';

/** A message on record. */
export type SentMessage = Extract<EventBody, { type: 'message.sent' }>;

/** A message to be sent. */
export interface Letter {
  readonly step: string;
  readonly from: string;
  /** Receivers, or `everybody`. */
  readonly to: readonly string[] | 'everybody';
  readonly topic: string;
  readonly text: string;
}

/** The event that sends it. Receivers are named once each, in order. */
export function sending({ to, ...letter }: Letter, members: readonly string[]): SentMessage {
  if (to === 'everybody') {
    const others = members.filter((name) => name !== letter.from);
    return { type: 'message.sent', mode: 'broadcast', to: others, ...letter };
  }
  const receivers = [...new Set(to)];
  return { type: 'message.sent', mode: receivers.length === 1 ? 'direct' : 'multicast', to: receivers, ...letter };
}

/** The messages of a member that it was not handed yet, and the event that says that it was. */
export function mailFor(
  member: string,
  step: string,
  events: readonly TeamEvent[],
): {
  readonly messages: readonly SentMessage[];
  readonly delivered: Extract<EventBody, { type: 'message.delivered' }>;
} {
  const all: SentMessage[] = [];
  let handed = 0;
  for (const event of events) {
    if (event.type === 'message.sent' && event.to.includes(member)) all.push(event);
    if (event.type === 'message.delivered' && event.to === member) handed = Math.max(handed, event.upTo);
  }
  return {
    messages: all.slice(handed),
    delivered: { type: 'message.delivered', step, to: member, upTo: all.length },
  };
}
