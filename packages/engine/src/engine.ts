// The face of the engine: one task from request to verified outcome.
import type { Elicitation, ElicitationAnswer, Gate } from '@monkey-coder/agents';
import type { Event, EventOf, JsonValue, Outcome, PermissionMode, Task } from '@monkey-coder/protocol';
import type { ReplayRecord, RouteExplanation } from '@monkey-coder/router';
import type { UndoReport, UndoTarget } from '@monkey-coder/workspace';
import type { SessionStore } from './sessions/session-store.ts';

/** How a run is connected to whoever started it. */
export interface RunConnection {
  /** Called for each event after it was recorded; a throw is a bug of the listener and is logged, not passed on. */
  readonly onEvent: (event: Event) => void;
  /** Told the events of runs in this run's name that no screen shows (candidates), where runs are traced. */
  readonly trace?: (event: Event) => void;
  readonly gate: Gate;
  /** Puts a question of an MCP server to a person; asked through the gate, as yes or no, when absent. */
  readonly elicit?: (question: Elicitation, signal: AbortSignal) => Promise<ElicitationAnswer>;
  /** Aborting stops cleanly with everything recorded. */
  readonly signal: AbortSignal;
  /** Texts typed while it runs; taken between turns. */
  readonly takeSteering?: () => readonly string[];
  /** Whether a person asked for room in the conversation since the last call; read before each request to the model. */
  readonly takeReliefRequest?: () => boolean;
  /** Changes while it runs; the task's mode when absent. A run that leaves plan mode takes the checkout, or stays in it. */
  readonly permissionMode?: () => PermissionMode;
  /** The editor that the person has open; files are read and written past it when absent. */
  readonly editor?: EditorFiles;
  /** Asks whether the plan of a run in plan mode is carried out now, in the same run; by then `permissionMode` says in which mode. */
  readonly approvePlan?: (plan: string, signal: AbortSignal) => Promise<'carry-out' | 'not-now'>;
}

/** Files as a person's editor has them; paths are absolute and were checked. Neither rejects. */
export interface EditorFiles {
  /** The editor's text, saved or not; undefined where it has none. */
  readonly read?: (path: string) => Promise<string | undefined>;
  /** Puts a text into the editor, and has it saved. */
  readonly write?: (path: string, text: string) => Promise<void>;
}

/** Which session a run belongs to. */
export type SessionChoice =
  | { readonly kind: 'new' }
  /** Goes on with an unfinished run when there is one, then with the prompt if it is not empty. */
  | { readonly kind: 'resume'; readonly sessionId: string }
  | { readonly kind: 'fork'; readonly sessionId: string }
  /** Nothing is kept on disk after the run. */
  | { readonly kind: 'ephemeral' };

/** What a finished run leaves. */
export interface RunReport {
  readonly sessionId: string;
  readonly runId: string;
  readonly outcome: Outcome;
}

/** A workflow to begin, or to go on with. */
export interface WorkflowRequest {
  /** Folder, model, mode, rules and limits: the most that any member gets. Its prompt is not used. */
  readonly task: Task;
  /** As it was written; not used when it goes on, then the one on record counts. */
  readonly definition?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, JsonValue>>;
  /** What a person answers to checkpoints, by step. */
  readonly answers: Readonly<Record<string, string>>;
  /** Session of the workflow that goes on. */
  readonly resume?: string;
}

/** What a workflow came to. */
export interface WorkflowReport {
  readonly sessionId: string;
  readonly status: EventOf<'workflow.finished'>['status'];
  readonly reason: string;
  readonly output: JsonValue;
  /** Micro-dollars; null when a price was unknown. */
  readonly costMicroUsd: number | null;
}

/** One engine per process. */
export interface Engine {
  readonly sessions: SessionStore;
  /**
   * Runs a task. Rejects with MonkeyError before the first event for what is wrong with the request itself
   * (`model.unknown`, `auth.missing-key`, `config.invalid`, `workspace.in-use`, `session.not-found`); afterwards every end is an outcome.
   */
  run(task: Task, session: SessionChoice, connection: RunConnection): Promise<RunReport>;
  /**
   * Runs a workflow of several agents; the events are those of the workflow and of all its members' sessions. Rejects with
   * MonkeyError `usage.invalid`, `session.not-found` or `workspace.in-use` before anything is done, and for what a member's run
   * rejects with: then the workflow can be gone on with.
   */
  workflow(request: WorkflowRequest, connection: RunConnection): Promise<WorkflowReport>;
  undo(
    cwd: string,
    target: UndoTarget,
    /** `file`: only that one, put back as it was before the run or the snapshot; relative to `cwd`. */
    options: { readonly preview: boolean; readonly redo?: boolean; readonly file?: string },
  ): Promise<UndoReport>;
  diff(cwd: string, range: { readonly from?: string; readonly runId?: string }): Promise<string>;
  /**
   * Explains what the router would decide for a task, without doing it. Throws MonkeyError `usage.invalid` when there is no choice: a
   * model is named by the settings, or only one can be called.
   */
  route(task: Task): Promise<RouteExplanation>;
  /** Records a person's judgement of the last run of a session. Throws MonkeyError `session.not-found`. */
  judge(sessionId: string, signal: 'up' | 'down'): Promise<{ readonly runId: string }>;
  /** The replay buffer: every run that the router knows of, with what was said of it later. */
  experience(): Promise<readonly ReplayRecord[]>;
  /** Adds runs of a file that `sharedRuns` wrote, those of others among them, and learns everything anew in the order of time. Runs known already are passed over. */
  learnFrom(shared: string): Promise<{ readonly runs: number; readonly unreadable: number }>;
  close(): Promise<void>;
}
