// What one run is put together from, and what was found out on the way.
import type { Hooks, OfferedEditFormat, Tool } from '@monkey-coder/agents';
import type { Limits, Task } from '@monkey-coder/protocol';
import type { ProjectFacts, Workspace } from '@monkey-coder/workspace';
import type { RunConnection } from '../engine.ts';
import type { FoundModel, ModelFinder } from '../model-calls/find-model.ts';
import type { EngineParts } from './engine-parts.ts';
import type { RunStart } from './open-session.ts';
import type { ModelPlan } from './plan-models.ts';
import type { RunAgent } from './registry.ts';

/** Known before anything is looked at. */
export interface Ingredients {
  readonly parts: EngineParts;
  readonly task: Task;
  readonly start: RunStart;
  readonly connection: RunConnection;
  readonly workspace: Workspace;
  readonly found: FoundModel;
  readonly finder: ModelFinder;
  readonly plan: ModelPlan;
  /** Undefined for the default one. */
  readonly agent: RunAgent | undefined;
  /** What was decided about candidates, said with the quote. */
  readonly strategyNotes: readonly string[];
  /** Nothing of the session is on disk. */
  readonly isEphemeral: boolean;
}

/** Found out about folder and request. */
export interface Findings {
  readonly project: ProjectFacts;
  readonly isSandboxed: boolean;
  readonly system: string;
  readonly limits: Limits;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** In which form the model is asked for edits. */
  readonly editFormat: OfferedEditFormat;
  /** Texts the agent gets before its next call; taken out as they are given. */
  readonly pending: string[];
  /** Tools beside the built-in ones. */
  readonly tools: readonly Tool[];
  /** Values beside provider keys that must not reach the model. */
  readonly secrets: readonly string[];
  /** Absent where nothing asks for any. */
  readonly hooks?: Hooks;
}
