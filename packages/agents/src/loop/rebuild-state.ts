// Rebuilds where an agent stands from its session's log. Pure; the same bytes of history as before the crash.
import {
  type Event,
  type EventOf,
  type Message,
  messageText,
  type Pin,
  type TodoItem,
  toolCalls,
} from '@monkey-coder/protocol';
import { applyRelief } from '../context/relief.ts';
import { firstTokenFactor, learntFactor } from '../context/token-factor.ts';
import { toolResultPart, withToolResults } from '../messages/tool-results.ts';
import type { AgentState, OpenCall } from './agent.ts';

type Result = ReturnType<typeof toolResultPart>;

/** A call of the newest answer. */
interface CallDraft {
  readonly id: string;
  readonly name: string;
  result: Result | undefined;
  started: EventOf<'tool.started'> | undefined;
  snapshotId: string | undefined;
  readonly reported: string[];
}

interface Draft {
  messages: Message[];
  /** Index of the newest answer with calls, while some of them are open. */
  answer: number;
  calls: CallDraft[];
  readonly seen: Map<string, string>;
  readonly noted: Map<string, string | null>;
  todos: readonly TodoItem[];
  turns: number;
  pins: readonly Pin[];
  summaryDraft: string | undefined;
  tokenFactor: number;
  /** Estimate of the call that is under way. */
  estimate: number;
}

/** The state after a session's events, over all its runs. Calls without a recorded end are open. */
export function rebuildState(events: readonly Event[]): AgentState {
  const draft: Draft = {
    messages: [],
    answer: -1,
    calls: [],
    seen: new Map(),
    noted: new Map(),
    todos: [],
    turns: 0,
    pins: [],
    summaryDraft: undefined,
    tokenFactor: firstTokenFactor,
    estimate: 0,
  };
  // What sub-agents did stands in the same log; their caller knows only their reports.
  for (const event of events) if (event.parentCallId === undefined) apply(draft, event);
  if (draft.calls.length > 0) settle(draft);
  return {
    messages: draft.messages,
    openCalls: draft.calls.filter((call) => call.result === undefined).map(openCall),
    seen: draft.seen,
    noted: draft.noted,
    todos: draft.todos,
    turns: draft.turns,
    pins: draft.pins,
    tokenFactor: draft.tokenFactor,
    ...(draft.summaryDraft === undefined ? {} : { summaryDraft: draft.summaryDraft }),
  };
}

function apply(draft: Draft, event: Event): void {
  switch (event.type) {
    case 'run.started':
      draft.turns = 0;
      break;
    case 'message.added':
      draft.messages.push(withOrigin(event));
      note(draft, event);
      break;
    case 'model.started':
      if (event.purpose === undefined) draft.turns += 1;
      draft.estimate = event.estimatedInputTokens;
      break;
    case 'model.ended':
      draft.tokenFactor = learntFactor(draft.tokenFactor, event.usage, draft.estimate);
      if (event.purpose === undefined) addAnswer(draft, event.message);
      else draft.summaryDraft = messageText(event.message).trim();
      break;
    case 'context.relieved':
      draft.messages = applyRelief(draft.messages, event.relief);
      draft.answer = -1;
      draft.pins = event.relief.summary?.pins ?? draft.pins;
      draft.summaryDraft = undefined;
      break;
    case 'todo.updated':
      draft.todos = event.items;
      break;
    default:
      applyToCall(draft, event);
  }
}

function withOrigin({ message, origin }: EventOf<'message.added'>): Message {
  return origin === 'user' || message.origin !== undefined ? message : { ...message, origin };
}

function addAnswer(draft: Draft, message: Message): void {
  if (message.parts.length === 0) return;
  draft.messages.push(message);
  draft.answer = draft.messages.length - 1;
  draft.calls = toolCalls(message).map(({ id, name }) => ({
    id,
    name,
    result: undefined,
    started: undefined,
    snapshotId: undefined,
    reported: [],
  }));
}

function applyToCall(draft: Draft, event: Event): void {
  if (!('callId' in event)) return;
  const call = draft.calls.find((candidate) => candidate.id === event.callId && candidate.result === undefined);
  if (call === undefined) return;
  if (event.type === 'snapshot.taken') call.snapshotId = event.snapshotId;
  if (event.type === 'tool.started') call.started = event;
  if (event.type === 'file.changed') call.reported.push(event.change.path);
  if (event.type === 'tool.ended') endCall(draft, call, event);
}

function endCall(draft: Draft, call: CallDraft, event: EventOf<'tool.ended'>): void {
  call.result = toolResultPart(call, event.status, event.output);
  for (const [path, hash] of Object.entries(event.seen ?? {})) draft.seen.set(path, hash);
  note(draft, event);
  if (draft.calls.some((candidate) => candidate.result === undefined)) return;
  settle(draft);
  draft.calls = [];
}

function note(draft: Draft, event: EventOf<'message.added' | 'tool.ended'>): void {
  for (const [path, hash] of Object.entries(event.noted ?? {})) draft.noted.set(path, hash);
}

/** Puts the results right after their answer, before whatever was added since. */
function settle(draft: Draft): void {
  const results = draft.calls.map((call) => call.result);
  draft.messages = withToolResults(draft.messages, draft.answer, results);
}

function openCall(call: CallDraft): OpenCall {
  return {
    callId: call.id,
    ...(call.started === undefined ? {} : { started: call.started }),
    ...(call.snapshotId === undefined ? {} : { snapshotId: call.snapshotId }),
    ...(call.reported.length === 0 ? {} : { reported: call.reported }),
  };
}
