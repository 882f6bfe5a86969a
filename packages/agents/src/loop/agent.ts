// The seam of one agent: history and tools in, recorded events out, bounded, resumable.
import type { LanguageModel } from '@monkey-coder/models';
import type { EventBody, Limits, Message, PermissionMode, Pin, TodoItem } from '@monkey-coder/protocol';
import type { NetworkAccess, Workspace } from '@monkey-coder/workspace';
import type { Hooks } from '../extensions/hooks.ts';
import type { Gate } from '../permissions/gate.ts';
import type { Tool } from '../tools/tool.ts';

/**
 * Writes an event down and tells the listeners. Recorded events are on disk when it returns; it throws MonkeyError
 * `workspace.io` when they cannot be written, and then nothing may act on them.
 */
export type Record = (event: EventBody) => void;

/** A tool call of the last answer that has no recorded end. */
export interface OpenCall {
  readonly callId: string;
  /** The `tool.started` event, when the crash came after it. */
  readonly started?: Extract<EventBody, { type: 'tool.started' }>;
  /** Snapshot taken before it, still to be ended. */
  readonly snapshotId?: string;
  /** Paths whose `file.changed` is recorded already. */
  readonly reported?: readonly string[];
}

/** Where an agent stands: all that resume needs, rebuilt from the log. Append-only history. */
export interface AgentState {
  readonly messages: readonly Message[];
  readonly openCalls: readonly OpenCall[];
  /** Path to content hash, as last seen by the model. */
  readonly seen: ReadonlyMap<string, string>;
  /** Path to content hash (null: gone) of changed files the model needs no telling of. */
  readonly noted?: ReadonlyMap<string, string | null>;
  readonly todos: readonly TodoItem[];
  /** Model calls made so far in this run. */
  readonly turns: number;
  /** Facts the newest summary keeps word for word. */
  readonly pins?: readonly Pin[];
  /** A summary that was paid for and not used yet, because a crash came between. */
  readonly summaryDraft?: string;
  /** What the provider's counts taught about estimates; 1 when absent. */
  readonly tokenFactor?: number;
  /** Rules a person granted for the session; forgotten by a restart, so that it is asked again. */
  readonly grantedRules?: readonly string[];
}

/** What an agent needs to run. */
export interface AgentOptions {
  readonly model: LanguageModel;
  /** Name the provider knows the model by. */
  readonly modelName: string;
  readonly system: string;
  readonly tools: readonly Tool[];
  readonly state: AgentState;
  readonly workspace: Workspace;
  readonly gate: Gate;
  /** Programs of the user that are told what happens and may object. */
  readonly hooks?: Hooks;
  readonly permissionMode: () => PermissionMode;
  readonly rules: {
    readonly allow: readonly string[];
    readonly deny: readonly string[];
    readonly ask: readonly string[];
    /** Lists of hosts from policies. */
    readonly hosts?: readonly (readonly string[])[];
    /** The only tools the agent may call, by its definition. */
    readonly only?: { readonly agent: string; readonly tools: readonly string[] };
  };
  readonly limits: Limits;
  /** Milliseconds since 1970 when the run began, for the time limit. */
  readonly startedAt: number;
  readonly maxOutputTokens: number;
  /** The model's window in tokens, request and answer together; room is made before it is full. */
  readonly contextTokens: number;
  readonly cacheKey: string;
  readonly sessionId: string;
  readonly runId: string;
  readonly record: Record;
  /** Takes what the user typed since the last call; read between turns. */
  readonly takeSteering: () => readonly string[];
  /** Whether a person asked for room in the conversation since the last call; read before each request. */
  readonly takeReliefRequest?: () => boolean;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly newCallId: () => string;
  readonly commandTimeoutMs: number;
  readonly network: NetworkAccess;
  readonly sandbox: 'required' | 'preferred' | 'off';
  /** What is looked at after an edit. Default `syntax`. */
  readonly diagnostics?: 'off' | 'syntax' | 'language-server';
  /** Keys that must not reach the model, events or screens through what tools say. Values under 16 characters are passed over. */
  readonly secrets?: readonly string[];
}

/** Why an agent stopped. */
export type AgentStop =
  | { readonly kind: 'finished'; readonly text: string }
  | { readonly kind: 'turn-limit' }
  | { readonly kind: 'time-limit' }
  | { readonly kind: 'budget'; readonly message: string }
  | { readonly kind: 'loop'; readonly message: string }
  | { readonly kind: 'interrupted' }
  /** Headless, and what the model wanted was denied so often that it cannot go on. */
  | { readonly kind: 'denied'; readonly message: string }
  | { readonly kind: 'model-failed'; readonly code: string; readonly message: string };

/** What came of it. */
export interface AgentResult {
  readonly stop: AgentStop;
  readonly state: AgentState;
}

/** Runs one agent until it stops. Never throws except for bugs and a log that cannot be written. */
export type RunAgent = (options: AgentOptions) => Promise<AgentResult>;
