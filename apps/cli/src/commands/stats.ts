// `monkey stats`: where the money went, by day, model, cause, run and session, from the sessions' own records.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createJsonlLedger } from '@monkey-coder/engine';
import { formatMicroUsd } from '@monkey-coder/protocol';
import { optionNumber } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { printable } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { calibration } from './calibration.ts';
import { type Charge, chargesOf } from './spending.ts';

interface Sum {
  /** Attempts of calls. */
  calls: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
  /** Calls whose price is unknown. */
  unpriced: number;
}

/** Adds up the model calls of the last days, today included. */
export const stats: Command = async (context) => {
  const { world, line } = context;
  if (line.options.has('calibration')) return calibration(context);
  const days = optionNumber(line, 'days') ?? 30;
  const charges = chargesSince(context, dayOf(world.now() - (days - 1) * 86_400_000));
  if (line.options.has('csv')) {
    world.out(csvOf(charges));
    return 0;
  }
  const report = {
    days,
    total: addUp(charges),
    byDay: groupBy(charges, (charge) => charge.day),
    byModel: groupBy(charges, (charge) => charge.model),
    byCause: groupBy(charges, (charge) => charge.cause),
    byRun: groupBy(charges, (charge) => charge.runId),
    bySession: groupBy(charges, (charge) => charge.sessionId),
    ledger: await ledgerTotals(context, charges, days),
  };
  if (context.asJson) return printJson(world, { ...report, promptCacheHitRate: hitRate(report.total), charges });
  if (report.total.calls === 0) world.out(`no model calls in the last ${days} days\n`);
  else world.out(tables(report));
  const { total, ledger } = report;
  world.out(`total of ${days} days: ${formatMicroUsd(total.costMicroUsd)} in ${total.calls} calls`);
  world.out(total.inputTokens > 0 ? `, ${percent(hitRate(total))} of the input from the prompt cache\n` : '\n');
  if (ledger.elsewhereMicroUsd > 0)
    world.out(`and ${formatMicroUsd(ledger.elsewhereMicroUsd)} in sessions that were not kept or were deleted\n`);
  if (ledger.reservedMicroUsd > 0)
    world.out(`and ${formatMicroUsd(ledger.reservedMicroUsd)} reserved by runs that go on or were cut off\n`);
  return 0;
};

function chargesSince(context: CommandContext, firstDay: string): Charge[] {
  const { sessions } = context.engine();
  return sessions
    .list()
    .filter((session) => dayOf(session.updatedAt) >= firstDay)
    .flatMap((session) => chargesOf(sessions.read(session.id)))
    .filter((charge) => charge.day >= firstDay);
}

/** What the ledger has for the same days, and what of it no session explains. */
async function ledgerTotals(
  { world }: CommandContext,
  charges: readonly Charge[],
  days: number,
): Promise<{ spentMicroUsd: number; reservedMicroUsd: number; elsewhereMicroUsd: number }> {
  const path = join(world.homes.state, 'ledger.jsonl');
  const totals = { spentMicroUsd: 0, reservedMicroUsd: 0, elsewhereMicroUsd: 0 };
  if (!existsSync(path)) return totals;
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const ledger = createJsonlLedger({ path, now: world.now, newId: () => world.newId('res'), sleep });
  for (let back = 0; back < days; back++) {
    const day = dayOf(world.now() - back * 86_400_000);
    const use = await ledger.use(`day:${day}`);
    const explained = addUp(charges.filter((charge) => charge.day === day)).costMicroUsd;
    totals.spentMicroUsd += use.spentMicroUsd;
    totals.reservedMicroUsd += use.reservedMicroUsd;
    totals.elsewhereMicroUsd += Math.max(0, use.spentMicroUsd - explained);
  }
  return totals;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function groupBy(charges: readonly Charge[], keyOf: (charge: Charge) => string): Record<string, Sum> {
  const groups = new Map<string, Charge[]>();
  for (const charge of charges) {
    const group = groups.get(keyOf(charge));
    if (group) group.push(charge);
    else groups.set(keyOf(charge), [charge]);
  }
  return Object.fromEntries([...groups].map(([key, list]) => [key, addUp(list)]));
}

function addUp(charges: readonly Charge[]): Sum {
  const sum: Sum = { calls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costMicroUsd: 0, unpriced: 0 };
  for (const { usage, costMicroUsd, isUnpriced } of charges) {
    sum.calls += 1;
    sum.inputTokens += usage.inputTokens;
    sum.cachedInputTokens += usage.cachedInputTokens;
    sum.outputTokens += usage.outputTokens;
    sum.costMicroUsd += costMicroUsd;
    sum.unpriced += isUnpriced ? 1 : 0;
  }
  return sum;
}

/** Share of the input that the provider had in its prompt cache, 0..1. */
function hitRate({ inputTokens, cachedInputTokens }: Sum): number {
  return inputTokens === 0 ? 0 : cachedInputTokens / inputTokens;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

const mostRows = 20;

function tables(report: Readonly<Record<'byDay' | 'byModel' | 'byCause' | 'byRun', Record<string, Sum>>>): string {
  const titled = [
    ['day', report.byDay],
    ['model', report.byModel],
    ['cause', report.byCause],
    ['run', report.byRun],
  ] as const;
  return titled.map(([title, groups]) => `${table(title, groups)}\n\n`).join('');
}

function table(title: string, groups: Readonly<Record<string, Sum>>): string {
  const entries = Object.entries(groups);
  const shown = entries
    .slice(-mostRows)
    .map(([key, sum]) => [
      printable(key),
      String(sum.calls),
      String(sum.inputTokens),
      percent(hitRate(sum)),
      String(sum.outputTokens),
      formatMicroUsd(sum.costMicroUsd) + (sum.unpriced > 0 ? ` + ${sum.unpriced} without a price` : ''),
    ]);
  const left = entries.length - shown.length;
  const more = left > 0 ? `\n(${left} earlier ones: --json has all)` : '';
  return formatTable([[title, 'calls', 'tokens in', 'cached', 'out', 'cost'], ...shown], [1, 2, 3, 4, 5]) + more;
}

const columns = ['time', 'session', 'run', 'turn', 'call', 'cause', 'model', 'input', 'cached', 'output', 'micro_usd'];

/** RFC 4180: one row for each charge. */
function csvOf(charges: readonly Charge[]): string {
  const rows = charges.map(({ usage, ...charge }) => [
    new Date(charge.time).toISOString(),
    charge.sessionId,
    charge.runId,
    charge.turn,
    charge.callId,
    charge.cause,
    charge.model,
    usage.inputTokens,
    usage.cachedInputTokens,
    usage.outputTokens,
    charge.isUnpriced ? '' : charge.costMicroUsd,
  ]);
  return [columns, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** Text that a spreadsheet would take for a formula is kept text. */
function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
