// `monkey stats`: what was spent, by day, by model and by session, from the sessions' own records.
import type { Event } from '@monkey-coder/protocol';
import { formatMicroUsd } from '@monkey-coder/protocol';
import { optionNumber } from '../command-line/parse.ts';
import { type Command, printJson } from '../configuration/command-context.ts';
import { formatTable } from '../terminal/table.ts';

interface Sum {
  calls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
  /** Calls whose price is unknown. */
  unpriced: number;
}

/** Adds up the model calls of the last days. */
export const stats: Command = async (context) => {
  const { world, line } = context;
  const days = optionNumber(line, 'days') ?? 30;
  const since = world.now() - days * 86_400_000;
  const engine = context.engine();
  const recent = engine.sessions.list().filter((session) => session.updatedAt >= since);
  const calls = recent
    .flatMap((session) => ownEvents(engine.sessions.read(session.id)))
    .filter((event) => event.time >= since && isCall(event));
  const report = {
    days,
    total: addUp(calls),
    byDay: groupBy(calls, (call) => new Date(call.time).toISOString().slice(0, 10)),
    byModel: groupBy(calls, (call) => (call.type === 'model.ended' ? call.model : 'failed calls')),
    bySession: groupBy(calls, (call) => call.sessionId),
  };
  if (context.asJson) return printJson(world, report);
  if (report.total.calls === 0) world.out(`no model calls in the last ${days} days\n`);
  else
    for (const [title, groups] of [
      ['day', report.byDay],
      ['model', report.byModel],
      ['session', report.bySession],
    ] as const)
      world.out(`${table(title, groups)}\n\n`);
  world.out(`total of ${days} days: ${formatMicroUsd(report.total.costMicroUsd)} in ${report.total.calls} calls\n`);
  return 0;
};

/** A fork begins with a copy of another session's events; their cost is counted there. */
function ownEvents(events: readonly Event[]): readonly Event[] {
  const first = events[0];
  const copied = first?.type === 'session.started' ? (first.forkedFrom?.seq ?? -1) : -1;
  return events.filter((event) => event.seq > copied);
}

function isCall(event: Event): boolean {
  return event.type === 'model.ended' || event.type === 'model.failed';
}

function groupBy(calls: readonly Event[], keyOf: (event: Event) => string): Record<string, Sum> {
  const groups = new Map<string, Event[]>();
  for (const call of calls) groups.set(keyOf(call), [...(groups.get(keyOf(call)) ?? []), call]);
  return Object.fromEntries([...groups].map(([key, events]) => [key, addUp(events)]));
}

function addUp(calls: readonly Event[]): Sum {
  const sum: Sum = { calls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costMicroUsd: 0, unpriced: 0 };
  for (const call of calls) {
    if (call.type !== 'model.ended' && call.type !== 'model.failed') continue;
    sum.calls += 1;
    sum.inputTokens += call.usage.inputTokens;
    sum.cachedInputTokens += call.usage.cachedInputTokens;
    sum.outputTokens += call.usage.outputTokens;
    sum.costMicroUsd += call.costMicroUsd ?? 0;
    sum.unpriced += call.costMicroUsd === null ? 1 : 0;
  }
  return sum;
}

function table(title: string, groups: Readonly<Record<string, Sum>>): string {
  const rows = Object.entries(groups).map(([key, sum]) => [
    key,
    String(sum.calls),
    String(sum.inputTokens),
    String(sum.cachedInputTokens),
    String(sum.outputTokens),
    formatMicroUsd(sum.costMicroUsd) + (sum.unpriced > 0 ? ` + ${sum.unpriced} without a price` : ''),
  ]);
  return formatTable([[title, 'calls', 'tokens in', 'cached', 'out', 'cost'], ...rows], [1, 2, 3, 4, 5]);
}
