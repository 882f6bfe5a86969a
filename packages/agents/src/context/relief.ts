// Takes out of a conversation what a relief names. Pure: the same messages and the same relief give the same bytes, so that a
// resumed session sends what the first one sent and the provider's prompt cache holds between two reliefs.
import {
  type JsonObject,
  jsonObjectSchema,
  type Message,
  type Pin,
  parseJson,
  type Relief,
  type ToolCallPart,
  type ToolResultPart,
  userMessage,
} from '@monkey-coder/protocol';

/** Results shorter than this stay: a stub would hardly be shorter. Characters. */
export const stubFloor = 400;
/** Texts in a stubbed call's arguments that are longer are left out, down to their first characters. */
const argumentFloor = 500;
const keptChars = 120;
/** A stub is known by its beginning, so that it is not stubbed again. */
const stubMark = '[left out to save room: ';

/** The conversation after a relief; untouched messages are the same objects. */
export function applyRelief(messages: readonly Message[], relief: Relief): Message[] {
  const { summary } = relief;
  const rest = summary === undefined ? messages : messages.slice(summary.before);
  const stubbed = new Set(relief.stubbed);
  const kept = stubbed.size === 0 ? [...rest] : rest.map((message) => withStubs(message, stubbed));
  return summary === undefined ? kept : [userMessage(summaryText(summary), 'system'), ...kept];
}

/** Whether a result stands for one that was taken out. */
export function isStub(output: string): boolean {
  return output.startsWith(stubMark);
}

function withStubs(message: Message, stubbed: ReadonlySet<string>): Message {
  const isTouched = message.parts.some(
    (part) =>
      (part.type === 'tool-result' && stubbed.has(part.callId)) ||
      (part.type === 'tool-call' && stubbed.has(part.id) && part.arguments.length > argumentFloor),
  );
  if (!isTouched) return message;
  const parts = message.parts.map((part) => {
    if (part.type === 'tool-result' && stubbed.has(part.callId)) return stubOf(part);
    return part.type === 'tool-call' && stubbed.has(part.id) ? shortened(part) : part;
  });
  return { ...message, parts };
}

function stubOf(part: ToolResultPart): ToolResultPart {
  if (part.output.length < stubFloor || isStub(part.output)) return part;
  const head = part.output.slice(0, keptChars).replace(/\s+/g, ' ').trim();
  return {
    ...part,
    output: `${stubMark}${part.output.length} characters, beginning "${head}". Call the tool again for the present state; recall finds what it said.]`,
  };
}

/** The arguments stay JSON with their short values: which file was written is worth more than what was written into it. */
function shortened(part: ToolCallPart): ToolCallPart {
  if (part.arguments.length <= argumentFloor) return part;
  const parsed = jsonObjectSchema.safeParse(parseJson(part.arguments)).data;
  if (parsed === undefined) return part;
  const short: JsonObject = Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      if (text.length <= argumentFloor) return [name, value];
      return [name, `${text.slice(0, keptChars)}${stubMark}${text.length} characters]`];
    }),
  );
  return { ...part, arguments: JSON.stringify(short) };
}

const headings: Readonly<Record<Pin['kind'], string>> = {
  rules: 'Rules',
  request: 'What the user said, oldest first',
  files: 'Files touched',
  failure: 'Still failing',
  plan: 'Plan',
};

/** The message that stands for what was summarised: pinned facts word for word, then the model's own summary. */
function summaryText({ pins, prose }: NonNullable<Relief['summary']>): string {
  const sections = Object.entries(headings).flatMap(([kind, heading]) => {
    const texts = pins.filter((pin) => pin.kind === kind).map((pin) => pin.text);
    return texts.length === 0 ? [] : [`## ${heading}\n\n${texts.join('\n\n')}`];
  });
  if (prose !== '') sections.push(`## Summary\n\n${prose}`);
  return `[What came before was summarised to save room. recall searches all of it.]\n\n${sections.join('\n\n')}`;
}
