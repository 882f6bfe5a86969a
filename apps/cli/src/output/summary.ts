// The last block of a run: status with its reason, what changed, what it cost, how to take it back and how to go on.
import type { RunReport } from '@monkey-coder/engine';
import { type Event, formatMicroUsd, type Outcome } from '@monkey-coder/protocol';
import { printable, type Style } from '../terminal/style.ts';
import { workLines } from './work-lines.ts';

/** The command that carries out the plan of a run that was begun in plan mode. */
export function carryOutCommand(sessionId: string): string {
  return `monkey --resume ${sessionId} --permission-mode acceptEdits "Carry out the plan."`;
}

/** Whether a run ends with a plan: it was begun in plan mode, for a task of words. */
export function plans(event: Event): boolean {
  return event.type === 'run.started' && event.task.permissionMode === 'plan' && event.task.work === undefined;
}

/** The block at the end of a run; `isPlan`: it may be the plan of something to be done. */
export function summary(report: RunReport, worstCase: number | null, style: Style, isPlan = false): string {
  const { outcome } = report;
  return [
    '',
    headline(outcome, style),
    ...workLines(outcome, style),
    ...outcome.changes.map(
      (change) =>
        `  ${change.kind.padEnd(8)} ${printable(change.path)}${lineCounts(change.added, change.removed, style)}`,
    ),
    ...deniedLine(outcome, style),
    `  ${style.dim('cost')}     ${costLine(outcome, worstCase)}`,
    ...(outcome.changes.length > 0 ? [`  ${style.dim('undo')}     monkey undo`] : []),
    ...(isPlan && outcome.text !== '' ? [`  ${style.dim('do it')}    ${carryOutCommand(report.sessionId)}`] : []),
    `  ${style.dim('go on')}    monkey --resume ${report.sessionId}`,
  ].join('\n');
}

/** What nobody was there to allow, and how the next run may do it. */
function deniedLine({ denials }: Outcome, style: Style): string[] {
  const missed = denials.filter(({ by }) => by === 'headless');
  if (missed.length === 0) return [];
  const calls = `${missed.length} call${missed.length === 1 ? '' : 's'} that nobody was there to allow`;
  const program = missed.map(programOf).find((name) => name !== undefined);
  const has = (names: RegExp): boolean => missed.some(({ tool }) => names.test(tool));
  const hints = [
    ...(has(/^(?:edit|write|apply_patch)$/) ? ['--permission-mode acceptEdits allows edits'] : []),
    ...(has(/^bash$/) ? ['--permission-mode auto lets the sandbox bound commands'] : []),
    ...(program === undefined ? [] : [`--allowed-tools "Bash(${program}:*)" allows one`]),
  ];
  const hint = hints.length === 0 ? '--allowed-tools RULES allows some' : hints.join(', ');
  return [`  ${style.dim('denied')}   ${calls}: ${hint}`];
}

/** The program that was missed: the one the reason names, else that of a single plain command. */
function programOf({ what, reason }: Outcome['denials'][number]): string | undefined {
  return (/^`([\w.-]+)/.exec(reason) ?? /^run ([\w.-]+)(?:\s[^;&|<>]*)?$/.exec(what))?.[1];
}

function headline(outcome: Outcome, style: Style): string {
  const good = outcome.status === 'verified' || outcome.status === 'answered';
  const mark = good ? style.green('✓') : outcome.status === 'unverified' ? style.yellow('?') : style.red('✗');
  const paint = good ? style.green : outcome.status === 'unverified' ? style.yellow : style.red;
  return `${mark} ${paint(style.bold(outcome.status))}: ${printable(outcome.reason)}`;
}

function costLine(outcome: Outcome, worstCase: number | null): string {
  const { usage } = outcome;
  const cost = outcome.costMicroUsd === null ? 'unknown price' : formatMicroUsd(outcome.costMicroUsd);
  const cap = worstCase === null || outcome.costMicroUsd === null ? '' : ` of at most ${formatMicroUsd(worstCase)}`;
  const cached =
    usage.inputTokens > 0 ? ` (${Math.round((100 * usage.cachedInputTokens) / usage.inputTokens)} % cached)` : '';
  return `${cost}${cap} · ${outcome.turns} call${outcome.turns === 1 ? '' : 's'} · ${usage.inputTokens} tokens in${cached}, ${usage.outputTokens} out · ${(outcome.durationMs / 1000).toFixed(1)} s`;
}

function lineCounts(added: number | undefined, removed: number | undefined, style: Style): string {
  if (added === undefined || removed === undefined) return '';
  return `  ${style.green(`+${added}`)} ${style.red(`-${removed}`)}`;
}
