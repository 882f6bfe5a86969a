// What fills the window: the conversation by who or what said it, in estimated tokens.
import type { Message, Part } from '@monkey-coder/protocol';
import { isStub } from './relief.ts';

/** One share of the conversation. */
export interface ContextShare {
  /** `user`, `answers`, `reasoning`, `calls`, `checks`, `notes`, or `results of <tool>`. */
  readonly what: string;
  /** Messages or results. */
  readonly count: number;
  /** Characters / 4. */
  readonly tokens: number;
  /** Results that were taken out and are stubs now. */
  readonly stubs: number;
}

/** The shares, largest first. */
export function contextShares(messages: readonly Message[]): ContextShare[] {
  const shares = new Map<string, { count: number; chars: number; stubs: number }>();
  for (const message of messages) {
    for (const part of message.parts) {
      const [what, text] = spoken(message, part);
      const share = shares.get(what) ?? { count: 0, chars: 0, stubs: 0 };
      const stubs = part.type === 'tool-result' && isStub(part.output) ? 1 : 0;
      shares.set(what, { count: share.count + 1, chars: share.chars + text.length, stubs: share.stubs + stubs });
    }
  }
  return [...shares]
    .map(([what, { count, chars, stubs }]) => ({ what, count, tokens: Math.ceil(chars / 4), stubs }))
    .sort((a, b) => b.tokens - a.tokens);
}

/** Whose share a part belongs to, and its text; pictures and files are not counted by their bytes. */
function spoken(message: Message, part: Part): [string, string] {
  switch (part.type) {
    case 'text':
      return [speakerOf(message), part.text];
    case 'reasoning':
      return ['reasoning', part.text];
    case 'tool-call':
      return ['calls', part.name + part.arguments];
    case 'tool-result':
      return [`results of ${part.name}`, part.output];
    default:
      return ['pictures and files', ''];
  }
}

function speakerOf({ role, origin }: Message): string {
  if (role === 'assistant') return 'answers';
  if (origin === 'verification') return 'checks';
  return origin === 'system' ? 'notes' : 'user';
}
