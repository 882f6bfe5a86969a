// Folds the events of a session into the line a list shows of it.
import { type Event, messageText } from '@monkey-coder/protocol';
import type { SessionSummary } from './session-store.ts';

/** Sums a session up. `undefined` for a log without its first event. */
export function summarise(id: string, events: readonly Event[]): SessionSummary | undefined {
  const first = events[0];
  if (first?.type !== 'session.started') return undefined;
  const summary = {
    id,
    title: '',
    cwd: first.cwd,
    createdAt: first.time,
    updatedAt: first.time,
    runs: 0,
    costMicroUsd: 0,
    status: 'empty',
    model: '',
    ...(first.partOf === undefined ? {} : { partOf: first.partOf }),
  };
  for (const event of events) addEvent(summary, event);
  summary.costMicroUsd += spentElsewhere(events);
  return summary;
}

/** What runs cost beyond the calls on record here: candidates have sessions of their own. Micro-dollars. */
function spentElsewhere(events: readonly Event[]): number {
  const here = new Map<string, number>();
  const all = new Map<string, number>();
  for (const event of events) {
    if (event.runId === undefined) continue;
    if (event.type === 'model.ended' || event.type === 'model.failed')
      here.set(event.runId, (here.get(event.runId) ?? 0) + (event.costMicroUsd ?? 0));
    if (event.type === 'run.finished') all.set(event.runId, event.outcome.costMicroUsd ?? 0);
  }
  return [...all].reduce((sum, [id, cost]) => sum + Math.max(0, cost - (here.get(id) ?? 0)), 0);
}

function addEvent(summary: { -readonly [K in keyof SessionSummary]: SessionSummary[K] }, event: Event): void {
  summary.updatedAt = event.time;
  switch (event.type) {
    case 'session.renamed':
      summary.title = event.title;
      break;
    case 'run.started':
      summary.runs += 1;
      summary.status = 'running';
      summary.model = `${event.quote.provider}/${event.quote.model}`;
      break;
    case 'message.added':
      if (summary.title === '' && event.origin === 'user')
        summary.title = messageText(event.message).split('\n')[0]?.slice(0, 80) ?? '';
      break;
    case 'model.ended':
    case 'model.failed':
      summary.costMicroUsd += event.costMicroUsd ?? 0;
      break;
    case 'workflow.started':
      summary.title = `workflow ${event.name}`;
      summary.status = 'running';
      break;
    case 'workflow.finished':
      summary.status = event.status;
      summary.costMicroUsd = event.costMicroUsd ?? 0;
      break;
    case 'run.finished':
      summary.status = event.outcome.status;
      break;
    default:
  }
}
