// What the parts of an exploration share: its means, the places of the candidates, what was spent.
import type { Event, Outcome, Task } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';
import type { FindingList } from './candidate-findings.ts';

/** How one run in the name of an exploration is watched and told. */
export interface CandidateWatch {
  /** How often failing checks go back to it. */
  readonly repairs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: Event) => void;
  /** Texts it gets between its turns; taken out as they are given. */
  readonly takeSteering: () => readonly string[];
}

/** What an exploration needs from the engine. */
export interface ExploreMeans {
  /** Makes an empty session for who works in `folder`; its id. */
  readonly newSession: (folder: string) => string;
  /** Number of the last record of a session. */
  readonly lastSeq: (sessionId: string) => number;
  /** Runs the task; after a crash goes on with the run that was begun there, or reads what it came to: nothing is paid for twice. */
  readonly runCandidate: (task: Task, where: SessionPlace, watch: CandidateWatch) => Promise<CandidateReport>;
  /** Folder below the data folder, for files of candidates; it need not be there. */
  readonly folderOf: (name: string) => string;
}

/** Where in a session a run stands: behind a record. */
export interface SessionPlace {
  readonly sessionId: string;
  readonly afterSeq: number;
}

/** What a candidate's run leaves. */
export interface CandidateReport {
  readonly sessionId: string;
  readonly outcome: Outcome;
}

/** Where a candidate works, and how it begins. */
export interface Place {
  readonly candidate: number;
  readonly folder: string;
  readonly approach: string;
}

/** One exploration. */
export interface Exploration {
  readonly run: RunContext;
  readonly means: ExploreMeans;
  readonly count: number;
  /** Hash and snapshot of the files that all candidates began with. */
  readonly tree: string;
  readonly base: string;
  /** In the order in which they are tried; the first ones are those of the candidates. */
  readonly approaches: readonly string[];
  /** Place of the next one that nobody has tried. */
  nextIdea: number;
  /** Rounds between which the money of the run is divided. */
  readonly rounds: number;
  readonly findings: FindingList;
  /** Every run that was paid for. */
  readonly spent: Outcome[];
}

/** What is left of the run's money in equal parts, for the rounds that may follow and those at work in each: all together stay below its cap. */
export function shareOf(
  { run, spent }: Pick<Exploration, 'run' | 'spent'>,
  places: number,
  roundsLeft = 1,
): Task['limits'] {
  const { maxCostMicroUsd, ...limits } = run.agentOptions.limits;
  if (maxCostMicroUsd === undefined) return limits;
  const used = spent.reduce((sum, outcome) => sum + (outcome.costMicroUsd ?? 0), 0);
  return { ...limits, maxCostMicroUsd: Math.floor(Math.max(0, maxCostMicroUsd - used) / roundsLeft / places) };
}

/** The task as a candidate gets it, without what is the exploration's own. */
export function ownTask({ task }: RunContext, candidate?: number): Task {
  const { candidates: _count, strategy: _strategy, candidateModels, ...own } = task;
  const model = candidate === undefined ? undefined : candidateModels?.[candidate - 1];
  return { ...own, ...(model === undefined ? {} : { model }), addDirs: [] };
}

/** The task of a run that is no candidate (ideas, tests): it has no kind of work of its own. */
export function sideTask(run: RunContext): Task {
  const { work: _work, outputSchema: _schema, ...task } = ownTask(run);
  return task;
}

/** The chance of success that was foreseen; even where nothing was. */
export function expected(run: RunContext): number {
  const started = run.recorder.events.find((event: Event) => event.type === 'run.started');
  return (started?.type === 'run.started' ? started.quote.forecast?.success.mean : undefined) ?? 0.5;
}

/** The outcome of a run that could not even begin. */
export function brokenDown(reason: string): Outcome {
  return {
    status: 'failed',
    reason,
    text: '',
    receipts: [],
    changes: [],
    turns: 0,
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      estimated: false,
    },
    costMicroUsd: 0,
    durationMs: 0,
    denials: [],
  };
}
