// The last row: mode, model, how full the window is, what was spent and what is left, the branch.
import { basename } from 'node:path';
import { formatMicroUsd, type PermissionMode } from '@monkey-coder/protocol';
import { plainLine } from '../screen/plain-text.ts';
import type { Role, Theme } from '../screen/theme.ts';
import { truncate, widthOf } from '../screen/width.ts';
import type { RunFacts } from './run-view.ts';

/** What the status line shows besides what the runs say. */
export interface StatusFacts {
  readonly mode: PermissionMode;
  readonly model: string;
  readonly windowTokens: number | undefined;
  readonly cwd: string;
  readonly branch: string;
  readonly vimMode: string | undefined;
  readonly isFull: boolean;
}

/** A mode in a person's words. */
export function modeName(mode: PermissionMode): string {
  switch (mode) {
    case 'default':
      return 'ask';
    case 'acceptEdits':
      return 'accept edits';
    case 'dontAsk':
      return "don't ask";
    case 'bypassPermissions':
      return 'bypass permissions';
    default:
      return mode;
  }
}

const modeRole: Readonly<Record<PermissionMode, Role>> = {
  plan: 'info',
  default: 'dim',
  acceptEdits: 'ok',
  auto: 'warn',
  dontAsk: 'warn',
  bypassPermissions: 'bad',
};

/** The row; what matters least is left out where there is no room. */
export function statusLine(facts: RunFacts, status: StatusFacts, theme: Theme, columns: number): string {
  const mode = theme.paint(modeRole[status.mode], `${modeName(status.mode)}`);
  const left = [
    `${mode}${status.mode === 'default' || columns < 60 ? '' : theme.paint('dim', ' (shift-tab)')}`,
    ...(status.vimMode === undefined ? [] : [theme.paint('info', status.vimMode)]),
    theme.paint('dim', plainLine(facts.model || status.model)),
    contextPart(facts, status, theme),
    theme.paint('dim', moneyPart(facts)),
  ].filter((part) => part !== '');
  const place = theme.paint(
    'dim',
    plainLine(`${basename(status.cwd)}${status.branch === '' ? '' : ` (${status.branch})`}`),
  );
  const dot = theme.paint('dim', ' · ');
  for (let parts = [...left, place]; parts.length > 1; parts = parts.slice(0, -1)) {
    const text = `  ${parts.join(dot)}`;
    if (widthOf(text) <= columns) return text;
  }
  return truncate(`  ${left[0] ?? ''}`, columns);
}

function contextPart({ contextTokens }: RunFacts, { windowTokens }: StatusFacts, theme: Theme): string {
  if (contextTokens === 0 || windowTokens === undefined) return '';
  const share = Math.round((100 * contextTokens) / windowTokens);
  return theme.paint(share >= 80 ? 'warn' : 'dim', `context ~${share} %`);
}

function moneyPart({ costMicroUsd, isCostKnown, capMicroUsd, runCostMicroUsd }: RunFacts): string {
  const spent = `${isCostKnown ? '' : '≥ '}${formatMicroUsd(costMicroUsd)}`;
  if (capMicroUsd === undefined) return spent;
  return `${spent}, ${formatMicroUsd(Math.max(0, capMicroUsd - runCostMicroUsd))} left`;
}
