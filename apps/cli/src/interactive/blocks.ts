// The blocks of the transcript: what the person said, answers, tool calls, checks, remarks, the end of a run.
import type { RunReport } from '@monkey-coder/engine';
import { type EventOf, formatMicroUsd, type Outcome, type Receipt } from '@monkey-coder/protocol';
import { diffCounts, drawDiff } from '../screen/diff-view.ts';
import { drawMarkdown } from '../screen/markdown.ts';
import { paintedText, plainLine, plainText } from '../screen/plain-text.ts';
import type { Role, Theme } from '../screen/theme.ts';
import { truncate, widthOf, wrap } from '../screen/width.ts';
import type { Block, Drawing } from './transcript.ts';

/** Blanks before everything but what the person said. */
const margin = '  ';
const diffRows = 30;
const outputRows = 5;
/** Of one output or change kept for looking at it later: its beginning and its end. */
const keptChars = 16_000;

/** What the person said. */
export function userBlock(text: string): Block {
  const safe = plainText(text);
  return {
    isApart: true,
    draw: ({ columns, theme, isExpanded }) => {
      const rows = safe.split('\n').flatMap((line) => wrap(line, columns - 2));
      const shown = isExpanded || rows.length <= 12 ? rows : [...rows.slice(0, 10), `… ${rows.length - 10} more lines`];
      return shown.map((row, index) => `${index === 0 ? theme.paint('accent', '›') : ' '} ${theme.paint('user', row)}`);
    },
  };
}

/** A piece of an answer. */
export function answerBlock(markdown: string): Block {
  return {
    isApart: true,
    draw: (drawing) =>
      drawMarkdown(markdown, { ...drawing, columns: drawing.columns - 4 }, drawing.lexer).map((row) => margin + row),
  };
}

/** Thoughts of the model, shown only when all is. */
export function thoughtBlock(text: string): Block {
  const safe = plainText(text.trim());
  return {
    isApart: true,
    draw: ({ columns, theme, isExpanded }) =>
      isExpanded
        ? safe.split('\n').flatMap((line) => wrap(line, columns - 4).map((row) => margin + theme.paint('comment', row)))
        : [],
  };
}

/** Lines already painted or plain, wrapped. */
export function linesBlock(lines: (drawing: Drawing) => readonly string[], isApart = true): Block {
  return {
    isApart,
    draw: (drawing) => lines(drawing).flatMap((line) => wrap(line, drawing.columns - 4).map((row) => margin + row)),
  };
}

/** Plain text of a command, wrapped. */
export function textBlock(text: string, role?: Role): Block {
  const safe = plainText(text.trimEnd());
  return {
    isApart: true,
    draw: ({ columns, theme }) =>
      safe
        .split('\n')
        .flatMap((line) => wrap(line, columns - 2))
        .map((row) => margin + (role === undefined ? row : theme.paint(role, row))),
  };
}

/** Text with colours of our own making, one row a line. */
export function paintedBlock(text: string, isApart = true): Block {
  const safe = paintedText(text.trimEnd());
  return {
    isApart,
    draw: ({ columns }) => safe.split('\n').flatMap((line) => wrap(line, columns - 2).map((row) => margin + row)),
  };
}

/** A tool call that has ended; `inner` are the actions of a sub-agent. */
export function toolBlock(title: string, ended: EventOf<'tool.ended'>, inner: readonly string[] = []): Block {
  const { name, status, exitCode, durationMs } = ended;
  const output = plainText(kept(ended.output)).trimEnd();
  const diff = ended.diff === undefined ? undefined : kept(ended.diff);
  const head = { title: plainLine(title), status, exitCode: exitCode ?? 0, durationMs };
  return {
    isApart: diff !== undefined,
    draw: (drawing) => {
      const note = toolNote({ ...head, name, output, diff }, drawing.theme);
      const rows = [toolHead(head.title, note, markOf(head, drawing.theme), drawing.columns)];
      rows.push(...innerRows(inner, drawing));
      if (diff !== undefined) rows.push(...indented(drawDiff(diff, diffOptions(drawing)), 4));
      else rows.push(...outputTail(output, { ...head, name }, drawing));
      return rows;
    },
  };
}

/** A text of its own: a part of a string would keep all of it in memory. */
function kept(text: string): string {
  if (text.length <= keptChars) return text;
  const half = keptChars / 2;
  const parts = [text.slice(0, half), `… ${text.length - keptChars} characters left out here …`, text.slice(-half)];
  return Buffer.from(parts.join('\n'), 'utf8').toString('utf8');
}

function diffOptions({ columns, theme, isExpanded }: Drawing): Parameters<typeof drawDiff>[1] {
  return { columns: columns - 4, theme, ...(isExpanded ? {} : { limit: diffRows }) };
}

interface ToolHead {
  readonly title: string;
  readonly status: EventOf<'tool.ended'>['status'];
  readonly exitCode: number;
  readonly durationMs: number;
}

function markOf({ status, exitCode }: ToolHead, theme: Theme): string {
  if (status === 'ok' && exitCode === 0) return theme.paint('ok', '✓');
  if (status === 'denied') return theme.paint('warn', '⊘');
  return status === 'cancelled' ? theme.paint('warn', '■') : theme.paint('bad', '✗');
}

/** Title at the left, note at the right edge of what is comfortable to read. */
function toolHead(title: string, note: string, mark: string, columns: number): string {
  const room = Math.min(columns, 100) - 4 - widthOf(note) - (note === '' ? 0 : 2);
  const shown = truncate(title, Math.max(10, room));
  return truncate(`${margin}${mark} ${shown}${note === '' ? '' : `  ${note}`}`, columns);
}

function toolNote(
  tool: ToolHead & { readonly name: string; readonly output: string; readonly diff: string | undefined },
  theme: Theme,
): string {
  const seconds = tool.durationMs >= 1000 ? ` · ${(tool.durationMs / 1000).toFixed(1)} s` : '';
  if (tool.status === 'denied') return '';
  if (tool.diff !== undefined) return diffCounts(tool.diff, theme);
  if (tool.status !== 'ok') return theme.paint('bad', tool.status) + theme.paint('dim', seconds);
  if (tool.name === 'bash')
    return theme.paint(tool.exitCode === 0 ? 'dim' : 'bad', `exit ${tool.exitCode}`) + theme.paint('dim', seconds);
  const lines = tool.output === '' ? 0 : tool.output.split('\n').length;
  return theme.paint('dim', `${lines} line${lines === 1 ? '' : 's'}${seconds}`);
}

function innerRows(inner: readonly string[], { columns, theme, isExpanded }: Drawing): string[] {
  const shown = isExpanded ? inner : inner.slice(-4);
  const hidden = inner.length - shown.length;
  const rows = shown.map((line) => truncate(`    ${theme.paint('dim', `└ ${line}`)}`, columns));
  return hidden > 0 ? [`    ${theme.paint('dim', `└ … ${hidden} more (Ctrl-O)`)}`, ...rows] : rows;
}

/** The end of what a command said, or all of it; of plain reads nothing unless all is wanted. */
function outputTail(output: string, tool: ToolHead & { readonly name: string }, drawing: Drawing): string[] {
  const { columns, theme, isExpanded } = drawing;
  const isTelling = tool.name === 'bash' || tool.status === 'failed';
  if (output === '' || tool.status === 'denied' || (!isTelling && !isExpanded)) return [];
  const lines = output.split('\n');
  const shown = isExpanded ? lines : lines.slice(-outputRows);
  const hidden = lines.length - shown.length;
  const rows = shown.flatMap((line) => (isExpanded ? wrap(line, columns - 6) : [truncate(line, columns - 6)]));
  const head = hidden > 0 ? [`… ${hidden} line${hidden === 1 ? '' : 's'} before (Ctrl-O shows all)`] : [];
  return [...head, ...rows].map((row) => `    ${theme.paint('dim', row)}`);
}

function indented(rows: readonly string[], columns: number): string[] {
  return rows.map((row) => ' '.repeat(columns) + row);
}

/** The receipt of a check. */
export function receiptBlock(receipt: Receipt): Block {
  const command = plainLine(receipt.command);
  return {
    isApart: false,
    draw: (drawing) => {
      const { theme, columns } = drawing;
      const seconds = `${(receipt.durationMs / 1000).toFixed(1)} s`;
      if (receipt.failsBefore !== undefined) return [failsBeforeRow(receipt.failsBefore, theme)];
      const mark = theme.paint(receipt.passed ? 'ok' : 'bad', receipt.passed ? '✓' : '✗');
      const word = receipt.passed ? 'passed' : `failed, exit ${receipt.exitCode ?? 'none'}`;
      const note = `${theme.paint(receipt.passed ? 'ok' : 'bad', word)} ${theme.paint('dim', `· ${seconds} · tree ${receipt.treeHash.slice(0, 8)}`)}`;
      const rows = [toolHead(`check ${command}`, note, mark, columns)];
      if (receipt.passed) return rows;
      const failed = { title: '', status: 'failed', exitCode: 1, durationMs: 0, name: 'bash' } as const;
      return [...rows, ...outputTail(plainText(receipt.tail).trimEnd(), failed, drawing)];
    },
  };
}

function failsBeforeRow(failsBefore: boolean, theme: Theme): string {
  return failsBefore
    ? `${margin}${theme.paint('ok', '✓')} the new tests fail without the change, so they show something`
    : `${margin}${theme.paint('warn', '?')} the new tests pass without the change too, so they show nothing`;
}

/** How a run ended: status and reason, what changed, what it cost, how to take it back. */
export function reportBlock({ outcome }: RunReport): Block {
  return {
    isApart: true,
    draw: ({ theme, columns }) => {
      const [mark, role] = statusMark(outcome.status);
      const head = `${theme.paint(role, `${mark} ${outcome.status}`)} ${theme.paint('dim', '·')} ${plainLine(outcome.reason)}`;
      const rows = wrap(head, columns - 4);
      const changes = outcome.changes
        .slice(0, 12)
        .map((change) => `  ${plainLine(change.path)}  ${changeNote(change, theme)}`);
      const hidden = outcome.changes.length - changes.length;
      if (hidden > 0) changes.push(theme.paint('dim', `  … ${hidden} more files (/diff)`));
      return [...rows, ...changes, theme.paint('dim', `  ${costLine(outcome)}`)].map((row) =>
        truncate(margin + row, columns),
      );
    },
  };
}

function statusMark(status: Outcome['status']): readonly [string, Role] {
  if (status === 'verified' || status === 'answered') return ['✓', 'ok'];
  if (status === 'unverified') return ['?', 'warn'];
  return status === 'interrupted' ? ['■', 'warn'] : ['✗', 'bad'];
}

function changeNote({ kind, added, removed }: Outcome['changes'][number], theme: Theme): string {
  const what = kind === 'modified' ? '' : `${theme.paint('dim', kind)} `;
  if (added === undefined || removed === undefined) return what;
  return `${what}${theme.paint('added', `+${added}`)} ${theme.paint('removed', `−${removed}`)}`;
}

function costLine({ costMicroUsd, turns, durationMs, changes, usage }: Outcome): string {
  const cost = costMicroUsd === null ? 'unknown price' : formatMicroUsd(costMicroUsd);
  const cached = usage.inputTokens > 0 ? Math.round((100 * usage.cachedInputTokens) / usage.inputTokens) : 0;
  const undo = changes.length > 0 ? ' · /undo takes it back' : '';
  const cache = cached > 0 ? ` · ${cached} % cached` : '';
  return `${cost} · ${turns} call${turns === 1 ? '' : 's'}${cache} · ${(durationMs / 1000).toFixed(1)} s${undo}`;
}
