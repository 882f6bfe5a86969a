// Puts the parts of the screen together: what still goes on, the plan, the line of the work, the editor or a question, the status.
import type { Frame, Size } from '../screen/frame.ts';
import { stack } from '../screen/frame.ts';
import { drawMarkdown } from '../screen/markdown.ts';
import { plainLine } from '../screen/plain-text.ts';
import type { Theme } from '../screen/theme.ts';
import { truncate } from '../screen/width.ts';
import type { Completion } from './completion.ts';
import type { Panel } from './panel.ts';
import type { PromptEditor } from './prompt-editor.ts';
import type { RunView } from './run-view.ts';
import type { Drawing } from './transcript.ts';

/** Everything that is to be seen below what is finished. */
export interface LiveParts {
  readonly view: RunView;
  readonly editor: PromptEditor;
  readonly completion: Completion;
  readonly panel: Panel | undefined;
  readonly status: string;
  /** A line in place of the status for a moment. */
  readonly hint: string | undefined;
  readonly queued: readonly string[];
  /** Seconds the run is at work; undefined when none is. */
  readonly workSeconds: number | undefined;
  readonly spinner: number;
  readonly showTodos: boolean;
  readonly isInterrupting: boolean;
}

const spinnerFrames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const todoMarks = { pending: '☐', in_progress: '◐', done: '☑' } as const;
const mostTodos = 7;
const mostQueued = 3;

/** The live region, no higher than the screen leaves room for. */
export function liveFrame(parts: LiveParts, drawing: Drawing, size: Size): Frame {
  const { theme } = drawing;
  const most = Math.max(4, size.rows - 1);
  const bottom = bottomFrame(parts, drawing, size);
  const work = parts.panel ? [] : workRows(parts, theme, size.columns);
  const room = most - bottom.rows.length - work.length;
  const running = runningRows(parts.view, theme, size.columns).slice(-Math.max(0, Math.min(6, room)));
  const stream = streamRows(parts.view, drawing, room - running.length);
  return stack({ rows: [...stream, ...running, ...work] }, bottom);
}

/**
 * The editor or a panel below a rule; below it the completion or the status. Nothing below the cursor is as wide as the screen:
 * xterm.js loses the cursor when such a row breaks at a smaller width.
 */
function bottomFrame(parts: LiveParts, drawing: Drawing, { columns, rows }: Size): Frame {
  const { theme } = drawing;
  const rule = { rows: [theme.paint('rule', '─'.repeat(columns))] };
  if (parts.panel) {
    const body = parts.panel.draw(columns, Math.max(6, rows - 5), theme);
    return stack({ rows: [''] }, rule, body, { rows: ['', parts.status] });
  }
  const height = Math.max(3, Math.floor(rows / 3));
  const busy = parts.workSeconds !== undefined;
  const prompt = parts.editor.draw(columns, height, theme, busy ? 'type to steer it' : 'say what to do');
  const list = parts.completion.isOpen ? parts.completion.draw(columns, theme) : [];
  const below =
    list.length > 0 ? list : [parts.hint === undefined ? parts.status : truncate(`  ${parts.hint}`, columns)];
  return stack({ rows: [''] }, rule, prompt, { rows: ['', ...below] });
}

/** The end of the answer that is being written. */
function streamRows(view: RunView, drawing: Drawing, room: number): string[] {
  if (view.openText.trim() === '' || room < 2) return [];
  const all = drawMarkdown(view.openText, { ...drawing, columns: drawing.columns - 4 }, view.lexer);
  const rows = all.slice(-(room - 1)).map((row) => `  ${row}`);
  return ['', ...rows];
}

function runningRows({ running }: RunView, theme: Theme, columns: number): string[] {
  const rows = [...running.values()].flatMap(({ title, inner }) => [
    truncate(`  ${theme.paint('accent', '●')} ${title}`, columns),
    ...inner.slice(-2).map((line) => truncate(`    ${theme.paint('dim', `└ ${line}`)}`, columns)),
  ]);
  return rows.length === 0 ? rows : ['', ...rows];
}

function workRows(parts: LiveParts, theme: Theme, columns: number): string[] {
  const todos = parts.showTodos ? todoRows(parts.view, theme, columns) : [];
  const queued = parts.queued
    .slice(0, mostQueued)
    .map((text) =>
      truncate(`  ${theme.paint('info', '»')} ${theme.paint('dim', `queued: ${plainLine(text)}`)}`, columns),
    );
  if (parts.workSeconds === undefined) return queued;
  const mark = theme.paint('accent', spinnerFrames[parts.spinner % spinnerFrames.length] ?? '');
  const doing = parts.isInterrupting ? 'stopping' : parts.view.activity;
  const line = `  ${mark} ${doing}… ${theme.paint('dim', `${elapsed(parts.workSeconds)} · Esc interrupts`)}`;
  return [...spaced(todos), '', truncate(line, columns), ...queued];
}

function spaced(rows: string[]): string[] {
  return rows.length === 0 ? rows : ['', ...rows];
}

/** The plan while it is worked on; what is done long ago makes room for what comes. */
export function todoRows({ facts: { todos } }: RunView, theme: Theme, columns: number): string[] {
  if (todos.length === 0) return [];
  const current = todos.findIndex(({ status }) => status !== 'done');
  const first = Math.max(0, Math.min(current - 2, todos.length - mostTodos));
  const shown = todos.slice(first, first + mostTodos);
  const hidden = todos.length - shown.length;
  const rows = shown.map(({ status, text }) => {
    const line = `${todoMarks[status]} ${plainLine(text)}`;
    return truncate(`  ${status === 'in_progress' ? theme.paint('strong', line) : theme.paint('dim', line)}`, columns);
  });
  return hidden > 0 ? [...rows, theme.paint('dim', `    … ${hidden} more steps`)] : rows;
}

/** `8 s`, `2 min 5 s`. */
export function elapsed(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
