// Makes room in a conversation that nears the model's window: decides, asks for a summary where stubs do not do, records, applies.
import { type EventBody, type Message, messageText, type Relief, userMessage } from '@monkey-coder/protocol';
import { pinsOf } from '../context/pins.ts';
import { applyRelief } from '../context/relief.ts';
import { charsOf, highMark, lowMark, planStubs, summaryBorder } from '../context/relief-plan.ts';
import { tellOfCompaction } from './hook-step.ts';
import { askModel, type TurnInput } from './model-turn.ts';
import type { RunContext } from './run-context.ts';

/** Why room is made. */
export type ReliefReason = Extract<EventBody, { type: 'context.relieved' }>['reason'];

/** Share of the room for input that is left as it is behind a summary. */
const keptShare = 0.25;
/** A summary is asked for where stubs leave more than this share. */
const summaryMark = 0.65;
const summaryTokens = 2_000;

/** The messages for the next request: the same ones below the mark, else fewer. */
export async function makeRoom(
  run: RunContext,
  input: TurnInput,
  reason: ReliefReason = 'window',
): Promise<readonly Message[]> {
  const sizes = sizesOf(run, input);
  if (reason === 'window' && sizes.tokens <= sizes.room * highMark) {
    run.summaryDraft = undefined;
    return input.messages;
  }
  await tellOfCompaction(run, reason);
  const target = reason === 'window' ? sizes.room * lowMark : Math.min(sizes.room, sizes.tokens) * lowMark;
  const stubs = planStubs(input.messages, (sizes.tokens - target) * sizes.charsPerToken);
  const stubbed = applyRelief(input.messages, { stubbed: [...stubs.stubbed], summary: undefined });
  const left = sizesOf(run, { ...input, messages: stubbed }).tokens;
  const isEnough = left <= target * (summaryMark / lowMark);
  const summary = isEnough ? undefined : await summarise(run, { ...input, messages: stubbed }, target);
  if (summary === undefined && stubs.stubbed.length === 0) return input.messages;
  const relief: Relief = { stubbed: [...stubs.stubbed], ...(summary === undefined ? {} : { summary }) };
  const messages = applyRelief(input.messages, relief);
  if (summary !== undefined) run.pins = summary.pins;
  const tokensAfter = Math.round(sizesOf(run, { ...input, messages }).tokens);
  run.options.record({
    type: 'context.relieved',
    reason,
    relief,
    tokensBefore: Math.round(sizes.tokens),
    tokensAfter,
  });
  return messages;
}

interface Sizes {
  /** Estimated tokens of the whole request, corrected by what the provider counted before. */
  readonly tokens: number;
  /** Tokens there is room for. */
  readonly room: number;
  readonly charsPerToken: number;
}

function sizesOf({ options, tokenFactor }: RunContext, { messages, tools }: TurnInput): Sizes {
  const chars = messages.reduce((sum, message) => sum + charsOf(message), 0);
  const head = options.system.length + JSON.stringify(tools).length;
  const charsPerToken = 4 / tokenFactor;
  // A model's whole window must take the answer too; at least half of it is for what is asked.
  const room = Math.max(options.contextTokens - options.maxOutputTokens, options.contextTokens / 2);
  return { tokens: (chars + head) / charsPerToken, room, charsPerToken };
}

async function summarise(run: RunContext, input: TurnInput, target: number): Promise<Relief['summary']> {
  const { charsPerToken, room } = sizesOf(run, input);
  const keepChars = Math.min(room * keptShare, target / 2) * charsPerToken;
  const before = summaryBorder(input.messages, keepChars);
  if (before === 0) return undefined;
  const replaced = input.messages.slice(0, before);
  const pins = pinsOf({ replaced, kept: input.messages.slice(before), earlier: run.pins, todos: run.todos });
  return { before, pins, prose: await proseOf(run, { ...input, messages: replaced }, room) };
}

/** The model's own summary; a crash after it was paid for left it at hand. Without one the pinned facts must do. */
async function proseOf(run: RunContext, input: TurnInput, room: number): Promise<string> {
  const draft = run.summaryDraft;
  run.summaryDraft = undefined;
  if (draft !== undefined) return draft;
  if (run.signal.aborted || sizesOf(run, input).tokens > room) return '';
  const messages = [...input.messages, userMessage(summaryRequest, 'system')];
  const turn = await askModel(run, { ...input, messages, purpose: 'compaction', maxOutputTokens: summaryTokens });
  return turn.kind === 'answered' ? messageText(turn.message).trim() : '';
}

const summaryRequest = `The conversation is about to be cut here to save room; the user's own words, rules, files touched, open failures and the plan are kept word for word beside your summary. Write what the work needs beyond them, in at most 500 words, without calling tools: the goal as you understand it; decisions and why; what you learnt about the code, with file names; what was tried and failed; the state of the work; the next step.`;
