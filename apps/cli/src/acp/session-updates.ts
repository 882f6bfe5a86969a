// What an editor is told of a run: our events as the updates of the Agent Client Protocol.
import { isAbsolute, join } from 'node:path';
import type { SessionUpdate, ToolCallContent, ToolKind } from '@agentclientprotocol/sdk';
import { type Event, type EventOf, messageText, parseJson, toolCalls } from '@monkey-coder/protocol';
import { diffContents } from './diff-contents.ts';

/** Most characters of a tool's output that are passed on. */
const MOST_OUTPUT = 20_000;

const kinds: Readonly<Record<string, ToolKind>> = {
  apply_patch: 'edit',
  bash: 'execute',
  code: 'search',
  delegate: 'think',
  edit: 'edit',
  fetch: 'fetch',
  grep: 'search',
  list: 'read',
  process: 'execute',
  read: 'read',
  recall: 'search',
  todo: 'think',
  web_search: 'fetch',
  write: 'edit',
};

/** What a tool does, in the protocol's words. */
export function toolKind(name: string): ToolKind {
  return kinds[name] ?? 'other';
}

/** Turns the events of one session into updates, in their order. Remembers what it told, so that nothing is told twice. */
export class SessionUpdates {
  readonly #cwd: string;
  readonly #windowOf: (model: string) => number | undefined;
  /** Micro-dollars of the session so far; null once a price was unknown. */
  #costMicroUsd: number | null = 0;
  /** `provider/model` of the last request. */
  #model = '';
  /** Calls that the editor knows and that have not ended. */
  readonly #open = new Set<string>();
  readonly #arguments = new Map<string, unknown>();
  readonly #streamed = new Set<string>();
  /** Ids of the calls that are asked about, by the name they bear in the question. */
  readonly #asked = new Map<string, string>();
  /** End of what each call printed so far: an update replaces what was shown before. */
  readonly #printed = new Map<string, string>();

  constructor(cwd: string, windowOf: (model: string) => number | undefined = () => undefined) {
    this.#cwd = cwd;
    this.#windowOf = windowOf;
  }

  /** Updates of an event, while it happens or when a session is loaded. */
  of(event: Event): readonly SessionUpdate[] {
    switch (event.type) {
      case 'text.delta':
        this.#streamed.add(event.callId);
        return event.parentCallId === undefined ? [text('agent_message_chunk', event.text)] : [];
      case 'reasoning.delta':
        return event.parentCallId === undefined ? [text('agent_thought_chunk', event.text)] : [];
      case 'message.added':
        return event.origin === 'user' ? [text('user_message_chunk', messageText(event.message))] : [];
      case 'model.started':
        this.#model = event.parentCallId === undefined ? `${event.provider}/${event.model}` : this.#model;
        return [];
      case 'model.failed':
        this.#spend(event.costMicroUsd);
        return [];
      case 'model.ended':
        this.#spend(event.costMicroUsd);
        return [...this.#modelEnded(event), ...this.#usage(event)];
      case 'call.changed':
        this.#arguments.set(idOf(event), parseJson(event.arguments));
        return [];
      case 'tool.started':
        return this.#started(event);
      case 'tool.ended':
        return this.#ended(event);
      case 'tool.output':
        return this.#output(event);
      case 'permission.requested':
        this.#asked.set(event.callId, idOf(event));
        return [];
      case 'permission.decided':
        return this.#decided(event);
      case 'todo.updated':
        return [planOf(event)];
      case 'session.renamed':
        return [{ sessionUpdate: 'session_info_update', title: event.title }];
      case 'mode.changed':
        return [{ sessionUpdate: 'current_mode_update', currentModeId: event.permissionMode }];
      default:
        return [];
    }
  }

  /** The call as it is shown with a question for permission: made known to the editor when it is not yet. */
  asked(callId: string, tool: string, title: string): readonly SessionUpdate[] {
    if (this.#open.has(callId)) return [];
    this.#open.add(callId);
    const input = this.#arguments.get(callId);
    return [
      {
        sessionUpdate: 'tool_call',
        toolCallId: callId,
        title,
        kind: toolKind(tool),
        status: 'pending',
        rawInput: input,
        content: this.proposed(callId),
        locations: this.#locations(input),
      },
    ];
  }

  /** What a call would change, as far as its arguments tell. */
  proposed(callId: string): ToolCallContent[] {
    const input = this.#arguments.get(callId);
    if (!isRecord(input) || typeof input['path'] !== 'string') return [];
    const path = this.#inside(input['path']);
    const { old_string: before, new_string: after, content: whole } = input;
    if (typeof whole === 'string') return [{ type: 'diff', path, oldText: null, newText: whole }];
    if (typeof before !== 'string' || typeof after !== 'string') return [];
    return [{ type: 'diff', path, oldText: before, newText: after }];
  }

  /** How the editor knows the call of a question. */
  idOfQuestion(callId: string): string {
    return this.#asked.get(callId) ?? callId;
  }

  #output(event: EventOf<'tool.output'>): readonly SessionUpdate[] {
    const id = idOf(event);
    if (!this.#open.has(id)) return [];
    const printed = `${this.#printed.get(id) ?? ''}${event.text}`.slice(-MOST_OUTPUT);
    this.#printed.set(id, printed);
    return [{ ...call(event, 'in_progress'), content: [content(printed)] }];
  }

  /** A question about a check is no call of the model's: its end is the answer. */
  #decided(event: EventOf<'permission.decided'>): readonly SessionUpdate[] {
    const id = idOf(event);
    if (event.tool !== 'check' || !this.#open.delete(id)) return [];
    const status = event.decision === 'allowed' ? 'completed' : 'failed';
    return [{ sessionUpdate: 'tool_call_update', toolCallId: id, status }];
  }

  #spend(costMicroUsd: number | null): void {
    this.#costMicroUsd =
      this.#costMicroUsd === null || costMicroUsd === null ? null : this.#costMicroUsd + costMicroUsd;
  }

  /** How full the window is after an answer, and what the session has cost; not where the window's size is unknown. */
  #usage({ usage, parentCallId, purpose }: EventOf<'model.ended'>): readonly SessionUpdate[] {
    const size = this.#windowOf(this.#model);
    if (size === undefined || parentCallId !== undefined || purpose !== undefined) return [];
    const cost =
      this.#costMicroUsd === null ? {} : { cost: { amount: this.#costMicroUsd / 1_000_000, currency: 'USD' } };
    return [{ sessionUpdate: 'usage_update', used: usage.inputTokens + usage.outputTokens, size, ...cost }];
  }

  #modelEnded(event: EventOf<'model.ended'>): readonly SessionUpdate[] {
    for (const { id, arguments: written } of toolCalls(event.message))
      this.#arguments.set(idOf({ ...event, callId: id }), parseJson(written));
    const isTold =
      this.#streamed.delete(event.callId) || event.parentCallId !== undefined || event.purpose !== undefined;
    const words = messageText(event.message);
    return isTold || words === '' ? [] : [text('agent_message_chunk', words)];
  }

  #started(event: EventOf<'tool.started'>): readonly SessionUpdate[] {
    const id = idOf(event);
    const input = parseJson(event.arguments);
    if (this.#open.has(id)) return [{ ...call(event, 'in_progress'), title: event.title }];
    this.#open.add(id);
    return [
      {
        sessionUpdate: 'tool_call',
        toolCallId: id,
        title: event.title,
        kind: toolKind(event.name),
        status: 'in_progress',
        rawInput: input,
        locations: this.#locations(input),
      },
    ];
  }

  #ended(event: EventOf<'tool.ended'>): readonly SessionUpdate[] {
    const id = idOf(event);
    const isKnown = this.#open.delete(id);
    this.#arguments.delete(id);
    this.#printed.delete(id);
    const diffs = event.diff === undefined ? [] : diffContents(event.diff, (path) => this.#inside(path));
    const shown: ToolCallContent[] = diffs.length > 0 ? diffs : [content(event.output.slice(0, MOST_OUTPUT))];
    const status = event.status === 'ok' ? 'completed' : 'failed';
    const ended: SessionUpdate = { ...call(event, status), content: shown };
    if (isKnown) return [ended];
    return [
      {
        sessionUpdate: 'tool_call',
        toolCallId: id,
        title: event.name,
        kind: toolKind(event.name),
        status,
        content: shown,
      },
    ];
  }

  #locations(input: unknown): { path: string; line?: number }[] {
    if (!isRecord(input) || typeof input['path'] !== 'string') return [];
    const line = input['offset'];
    return [{ path: this.#inside(input['path']), ...(typeof line === 'number' && line > 0 ? { line } : {}) }];
  }

  #inside(path: string): string {
    return isAbsolute(path) ? path : join(this.#cwd, path);
  }
}

/** Calls of sub-agents may bear the same names as those of their caller. */
function idOf({
  callId,
  parentCallId,
}: {
  readonly callId: string;
  readonly parentCallId?: string | undefined;
}): string {
  return parentCallId === undefined ? callId : `${parentCallId}/${callId}`;
}

function call(
  event: EventOf<'tool.started'> | EventOf<'tool.output'> | EventOf<'tool.ended'>,
  status: 'in_progress' | 'completed' | 'failed',
) {
  return { sessionUpdate: 'tool_call_update', toolCallId: idOf(event), status } as const;
}

function text(
  sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk' | 'user_message_chunk',
  words: string,
): SessionUpdate {
  return { sessionUpdate, content: { type: 'text', text: words } };
}

function content(words: string): ToolCallContent {
  return { type: 'content', content: { type: 'text', text: words } };
}

function planOf({ items }: EventOf<'todo.updated'>): SessionUpdate {
  const entries = items.map((item) => ({
    content: item.text,
    priority: 'medium' as const,
    status: item.status === 'done' ? ('completed' as const) : item.status,
  }));
  return { sessionUpdate: 'plan', entries };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
