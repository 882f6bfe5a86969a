// From the events of a finished run to its record in the replay buffer; undefined for runs that nothing can be learnt from.
import type { Event, EventOf } from '@monkey-coder/protocol';
import { type ReplayRun, replayVersion, type StageOutcome, workKindOf } from '@monkey-coder/router';
import { writtenFiles } from './written-files.ts';

/** What the events do not say: values for runs whose model the user named, and what files are like at the end. */
export interface RunRecordOptions {
  readonly project: string;
  readonly valueMicroUsd: number;
  /** Content hashes at the end of `filesToLookAt`; null: gone. */
  readonly found?: ReadonlyMap<string, string | null>;
}

/** The record. Needs `run.started`, `route.decided` and `run.finished` among the events. */
export function runRecord(events: readonly Event[], options: RunRecordOptions): ReplayRun | undefined {
  const started = events.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const route = events.find((event): event is EventOf<'route.decided'> => event.type === 'route.decided');
  const finished = events.findLast((event): event is EventOf<'run.finished'> => event.type === 'run.finished');
  if (!started?.runId || !route || !finished) return undefined;
  const { outcome } = finished;
  const chain = route.chain ?? [`${route.provider}/${route.model}`];
  return {
    type: 'run',
    v: replayVersion,
    id: started.runId,
    sessionId: started.sessionId,
    time: finished.time,
    work: route.work ?? workKindOf(started.task.prompt),
    project: options.project,
    ...(route.numbers === undefined ? {} : { numbers: route.numbers }),
    hasChecks: route.hasChecks ?? outcome.receipts.length > 0,
    valueMicroUsd: route.valueMicroUsd ?? options.valueMicroUsd,
    policy: route.policy,
    chain,
    propensity: route.propensity,
    options: route.options ?? [{ chain, propensity: 1 }],
    isExploring: route.isExploring ?? false,
    exploreCostMicroUsd: route.exploreCostMicroUsd ?? 0,
    ...(route.decisionMs === undefined ? {} : { decisionMs: route.decisionMs }),
    ...(route.forecast === undefined ? {} : { forecast: route.forecast }),
    ...requotesOf(events),
    stages: stagesOf(events, chain[0] ?? '', outcome.status),
    status: outcome.status,
    costMicroUsd: outcome.costMicroUsd ?? 0,
    durationMs: outcome.durationMs,
    malformedCalls: events.filter(
      (event) => event.type === 'tool.ended' && event.status === 'failed' && isEdit(event.name),
    ).length,
    ...filesOf(events, options),
  };
}

function filesOf(events: readonly Event[], { found = new Map() }: RunRecordOptions): Pick<ReplayRun, 'files'> {
  const files = writtenFiles(events, found);
  return files.length === 0 ? {} : { files };
}

/** What was expected of the rest whenever a next model took over. */
function requotesOf(events: readonly Event[]): Pick<ReplayRun, 'requotes'> {
  const requotes = events
    .filter((event): event is EventOf<'route.escalated'> => event.type === 'route.escalated')
    .flatMap(({ forecast }, index) => (forecast === undefined ? [] : [{ stage: index + 1, forecast }]));
  return requotes.length === 0 ? {} : { requotes };
}

function isEdit(name: string): boolean {
  return name === 'edit' || name === 'write';
}

interface OpenStage {
  model: string;
  cost: number | undefined;
  startedAt: number;
}

/** What each model did, in the order they took over. */
function stagesOf(events: readonly Event[], first: string, status: string): StageOutcome[] {
  const stages: StageOutcome[] = [];
  let open: OpenStage = { model: first, cost: 0, startedAt: events[0]?.time ?? 0 };
  const close = (verdict: StageOutcome['verdict'], time: number): void => {
    stages.push({
      model: open.model,
      verdict,
      ...(open.cost === undefined ? {} : { costMicroUsd: open.cost }),
      durationMs: Math.max(0, time - open.startedAt),
    });
  };
  for (const event of events) {
    if (event.type === 'model.ended' || event.type === 'model.failed')
      open.cost = open.cost === undefined || event.costMicroUsd === null ? undefined : open.cost + event.costMicroUsd;
    if (event.type !== 'route.escalated') continue;
    close(event.verdict, event.time);
    open = { model: event.to, cost: 0, startedAt: event.time };
  }
  const verdict = status === 'verified' ? 'accepted' : status === 'verification-failed' ? 'rejected' : 'none';
  close(verdict, events.at(-1)?.time ?? 0);
  return stages;
}
