// `monkey route "task"`: which models would do it, with which chance, for how much, and why these.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatMicroUsd, type Interval, MonkeyError } from '@monkey-coder/protocol';
import { type RouteExplanation, type StrategyPlan, sharedRuns } from '@monkey-coder/router';
import { optionValue } from '../command-line/parse.ts';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { taskOf } from '../run/task.ts';
import { printable, type Style } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';
import { plotRoute } from './route-plot.ts';
import { routeSvg } from './route-svg.ts';

/** Explains a decision, draws it, or exports what it was learnt from. Throws MonkeyError `usage.invalid`. */
export const route: Command = async (context) => {
  const { world, line } = context;
  const exported = optionValue(line, 'export');
  if (exported !== undefined) return exportExperience(context, resolve(world.cwd, exported));
  const imported = optionValue(line, 'import');
  if (imported !== undefined) return importExperience(context, resolve(world.cwd, imported));
  const prompt = line.operands.join(' ').trim();
  if (prompt === '')
    throw new MonkeyError('usage.invalid', 'say what is to be routed: monkey route "fix the failing test"');
  const { settings } = context.loaded();
  const explanation = await context.engine().route(taskOf(world, line, settings, context.cwd(), prompt));
  const svg = optionValue(line, 'svg');
  if (svg !== undefined) writeFileSync(resolve(world.cwd, svg), routeSvg(explanation));
  if (context.asJson) return printJson(world, explanation);
  world.out(describe(explanation, context.style));
  if (line.options.has('plot')) world.out(`\n${plotRoute(explanation)}`);
  if (settings.model !== undefined)
    world.out(`\nthe settings name ${printable(settings.model)}: a run takes that, unless it is given -m auto\n`);
  return 0;
};

async function exportExperience(context: CommandContext, path: string): Promise<number> {
  const records = await context.engine().experience();
  writeFileSync(path, sharedRuns(records), { mode: 0o600 });
  if (context.asJson) return printJson(context.world, { path, runs: records.length });
  context.world.out(`${records.length} runs written to ${path}\n`);
  return 0;
}

async function importExperience(context: CommandContext, path: string): Promise<number> {
  const { runs, unreadable } = await context.engine().learnFrom(readShared(path));
  if (context.asJson) return printJson(context.world, { path, runs, unreadable });
  const left = unreadable === 0 ? '' : `; ${unreadable} lines are no runs of this version and were left out`;
  context.world.out(`${runs} runs added to what the router learns from${left}\n`);
  return 0;
}

function readShared(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new MonkeyError('usage.invalid', `${path} does not exist`);
  if (size > mostImportBytes)
    throw new MonkeyError(
      'usage.invalid',
      `${path} has more than ${mostImportBytes / 2 ** 20} MiB: share the last runs only`,
    );
  return readFileSync(path, 'utf8');
}

const mostImportBytes = 32 * 2 ** 20;

function describe(found: RouteExplanation, style: Style): string {
  const { chosen } = found;
  const checks = found.hasChecks ? 'checks stand between the models' : 'no checks between the models: one model only';
  return [
    `${style.bold('task')}     ${found.work} · ${checks}${found.isCritical ? ' · nothing is tried out on it' : ''} · a solved task is worth ${money(found.valueMicroUsd)}`,
    `${style.bold('evidence')} ${found.tasks === 0 ? 'none of your own yet: public results and prices' : `${found.tasks} runs of yours`}`,
    '',
    `${style.bold('chosen')}   ${style.green(chain(chosen.chain))}`,
    `         success ${range(chosen.forecast.success, percent)}, cost ${range(chosen.forecast.costMicroUsd, money)}, time ${range(chosen.forecast.durationMs, time)}`,
    `         ${chosen.reason}; probability of this choice ${chosen.propensity.toFixed(2)}`,
    '',
    modelTable(found),
    '',
    style.bold('not chosen'),
    ...found.notChosen.map(
      (one) => `  ${chain(one.chain)}: ${percent(one.success)} for ${money(one.costMicroUsd)}; ${printable(one.why)}`,
    ),
    '',
    style.bold('strategies'),
    ...found.strategies.map(
      (plan) =>
        `  ${planText(plan)}: ${percent(plan.success)} for ${money(plan.costMicroUsd)}, worth ${money(plan.utilityMicroUsd)}`,
    ),
    '',
    style.bold('risks'),
    ...found.risks.map(
      (risk) =>
        `  ${percent(risk.chance).padStart(4)} ${risk.what} (${risk.severity}; ${risk.reversible ? 'can be undone' : 'cannot be undone'}: ${risk.how})`,
    ),
    '',
    style.bold('if a solved task were worth'),
    ...found.tradeOff.map(
      (one) =>
        `  ${money(one.valueMicroUsd).padStart(8)}  ${chain(one.chain)} (${percent(one.success)} for ${money(one.costMicroUsd)})`,
    ),
    '',
  ].join('\n');
}

/** A plan with what follows a rejection. */
function planText({ action, afterRejection }: StrategyPlan): string {
  const then =
    afterRejection === undefined || afterRejection.action.kind === 'stop' ? '' : `, else ${planText(afterRejection)}`;
  switch (action.kind) {
    case 'try':
      return `try ${printable(action.model)}${then}`;
    case 'explore':
      return `explore ${action.candidates} × ${printable(action.model)}${then}`;
    case 'ask':
      return 'ask a person';
    case 'stop':
      return 'leave it';
  }
}

function modelTable({ models }: RouteExplanation): string {
  const rows = models.map(({ model, forecast, inChain }) => [
    `${inChain ? '*' : ' '} ${printable(model)}`,
    range(forecast.success, percent),
    range(forecast.costMicroUsd, money),
    range(forecast.durationMs, time),
  ]);
  return formatTable([['  model', 'success alone (90 %)', 'cost', 'time'], ...rows]);
}

function chain(names: readonly string[]): string {
  return printable(names.join(' → '));
}

function range({ mean, low, high }: Interval, text: (value: number) => string): string {
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function money(microUsd: number): string {
  return formatMicroUsd(Math.round(microUsd));
}

function time(ms: number): string {
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
