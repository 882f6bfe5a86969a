// Everything one run works with, put together once before it begins.
import type { IdPrefix, Task, TaskKind } from '@monkey-coder/protocol';
import type { CheckOutcome, ProjectFacts, RunGit, Workspace } from '@monkey-coder/workspace';
import type { Settings } from '../config/settings.ts';
import type { RunConnection } from '../engine.ts';
import type { Route } from '../routing/decide-route.ts';
import type { Recorder } from './recorder.ts';
import type { StageOptions, Stages } from './stages.ts';

/** One run, ready to begin. */
export interface RunContext {
  readonly task: Task;
  readonly taskKind: TaskKind;
  readonly runId: string;
  readonly settings: Settings;
  readonly connection: RunConnection;
  readonly workspace: Workspace;
  readonly facts: ProjectFacts;
  readonly recorder: Recorder;
  /** The options of the model that begins, but for where the agent stands. */
  readonly agentOptions: StageOptions;
  /** Who works now and who takes over. */
  readonly stages: Stages;
  /** What is expected of the rest of a routed chain; absent where nothing was routed, or the run is gone on with after a break. */
  readonly forecastAfter?: Route['forecastAfter'];
  /** Opens another folder with the same rules; what it keeps goes into `stateFolder`. */
  readonly openFolder: (folder: string, stateFolder: string) => Promise<Workspace>;
  /** Whether a person may have the plan of a run in plan mode carried out in the same run. */
  readonly mayLeavePlan: boolean;
  readonly isSandboxed: boolean;
  readonly runGit: RunGit;
  /** Micro-dollars for so many tokens read and written by the model that begins; null when its price is unknown. */
  readonly priceOf: (inputTokens: number, outputTokens: number) => number | null;
  /** Writes down what the calls said about the health of models; cheap to call again. */
  readonly keepHealth: () => void;
  /** How checks ended on the files as they were before the run. */
  readonly checksBefore: Map<string, Promise<CheckOutcome | undefined>>;
  readonly newId: (prefix: IdPrefix) => string;
  readonly now: () => number;
}
