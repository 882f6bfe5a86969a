// The facts a summary must not lose, taken from the messages that it replaces. Nothing here is left to a model's goodwill.
import {
  jsonObjectSchema,
  type Message,
  messageText,
  type Pin,
  parseJson,
  type TodoItem,
  toolCalls,
} from '@monkey-coder/protocol';

/** Characters of one pinned text, and of all that the user said; what is longer keeps its ends, the oldest but the first go first. */
const maxPinChars = 4_000;
const maxRequestChars = 40_000;
const maxFiles = 100;
const writers: ReadonlySet<string> = new Set(['edit', 'write']);

/** What the pins are taken from. */
export interface PinSources {
  /** Messages that a summary replaces. */
  readonly replaced: readonly Message[];
  /** Messages that stay: a failure after which the checks passed is no open one. */
  readonly kept: readonly Message[];
  /** Pins of the summary that is itself replaced, if there was one. */
  readonly earlier: readonly Pin[];
  readonly todos: readonly TodoItem[];
}

/** The pins, in the order of their kinds. */
export function pinsOf({ replaced, kept, earlier, todos }: PinSources): Pin[] {
  const of = (kind: Pin['kind']): Pin[] => earlier.filter((pin) => pin.kind === kind);
  const rules = [...of('rules'), ...replaced.flatMap(ruleOf)];
  const requests = [...of('request'), ...replaced.flatMap(requestOf)];
  const files = filesOf(replaced, of('files')[0]);
  const failure = openFailure(replaced, kept) ?? (failuresIn([...replaced, ...kept]) ? undefined : of('failure')[0]);
  return [
    ...unique(rules),
    ...bounded(requests),
    ...(files === undefined ? [] : [files]),
    ...(failure === undefined ? [] : [failure]),
    ...(todos.length === 0 ? [] : [planOf(todos)]),
  ];
}

function ruleOf(message: Message): Pin[] {
  if (message.role !== 'user' || message.origin !== 'system') return [];
  const text = messageText(message);
  const blocks = text.match(/<instructions path="[^"]*">[\s\S]*?<\/instructions>/g) ?? [];
  // A summary of before carries its rules as pins already.
  return text.startsWith('Instructions for files') ? blocks.map((block) => ({ kind: 'rules', text: block })) : [];
}

function requestOf(message: Message): Pin[] {
  const isSaid = message.role === 'user' && (message.origin === undefined || message.origin === 'steering');
  const text = isSaid ? messageText(message).trim() : '';
  return text === '' ? [] : [{ kind: 'request', text: clipped(text) }];
}

function unique(pins: readonly Pin[]): Pin[] {
  return [...new Map(pins.map((pin) => [pin.text, pin])).values()];
}

/** Of too many requests the first and the newest stay whole, the others are cut to a line each. */
function bounded(pins: readonly Pin[]): Pin[] {
  const total = pins.reduce((sum, pin) => sum + pin.text.length, 0);
  let over = total - maxRequestChars;
  return pins.map((pin, index) => {
    if (over <= 0 || index === 0 || pin.text.length <= 200) return pin;
    over -= pin.text.length - 200;
    return { ...pin, text: `${pin.text.slice(0, 180)} [… recall has the rest]` };
  });
}

function filesOf(messages: readonly Message[], earlier: Pin | undefined): Pin | undefined {
  const known = earlier?.text.split('\n').map((line) => line.replace(/^- /, '')) ?? [];
  const touched = messages.flatMap(toolCalls).filter((call) => writers.has(call.name));
  const paths = new Set([...known, ...touched.flatMap((call) => pathOf(call.arguments))]);
  if (paths.size === 0) return undefined;
  const text = [...paths]
    .slice(-maxFiles)
    .map((path) => `- ${path}`)
    .join('\n');
  return { kind: 'files', text };
}

function pathOf(text: string): string[] {
  const parsed = parseJson(text);
  const path = jsonObjectSchema.safeParse(parsed).data?.['path'];
  return typeof path === 'string' ? [path] : [];
}

const isFailure = (message: Message): boolean => message.role === 'user' && message.origin === 'verification';

function failuresIn(messages: readonly Message[]): boolean {
  return messages.some(isFailure);
}

/** What the checks said last, unless a newer word of theirs stays in view anyway. */
function openFailure(replaced: readonly Message[], kept: readonly Message[]): Pin | undefined {
  const last = failuresIn(kept) ? undefined : replaced.findLast(isFailure);
  return last && { kind: 'failure', text: clipped(messageText(last)) };
}

function planOf(todos: readonly TodoItem[]): Pin {
  const mark = { done: 'x', in_progress: '~', pending: ' ' };
  return { kind: 'plan', text: todos.map((item) => `- [${mark[item.status]}] ${item.text}`).join('\n') };
}

function clipped(text: string): string {
  if (text.length <= maxPinChars) return text;
  const half = maxPinChars / 2;
  return `${text.slice(0, half)}\n[… ${text.length - maxPinChars} characters: recall has them …]\n${text.slice(-half)}`;
}
