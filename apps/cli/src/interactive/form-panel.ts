// A form of an MCP server in the terminal: a list where something is to be chosen, a line where something is to be written.
import type { Elicitation, ElicitationAnswer } from '@monkey-coder/agents';
import { type FormChoice, fillForm } from '../run/fill-form.ts';
import { applyEditKey } from '../screen/edit-keys.ts';
import type { Frame } from '../screen/frame.ts';
import { type Key, keyName } from '../screen/keys.ts';
import { plainLine } from '../screen/plain-text.ts';
import { TextBuffer } from '../screen/text-buffer.ts';
import type { Theme } from '../screen/theme.ts';
import { truncate, widthOf, wrap } from '../screen/width.ts';
import { createStyle } from '../terminal/style.ts';
import type { AppState } from './app.ts';
import { textBlock } from './blocks.ts';
import type { Panel } from './panel.ts';
import { createPicker } from './picker.ts';

/** Puts the form to the person; Esc at any field gives it up, and nothing is sent before the end. */
export function askForm(state: AppState, question: Elicitation, signal: AbortSignal): Promise<ElicitationAnswer> {
  const terminal = {
    style: createStyle(false),
    tell: (text: string) => state.show(textBlock(text, 'warn')),
    ask: (prompt: string) => showPanel<string>(state, signal, (onDone) => linePanel(prompt, onDone)),
    choose: (title: string, choices: readonly FormChoice[], selected: number) =>
      chooseOne(state, signal, { title, choices, selected }),
  };
  return fillForm(terminal, question);
}

/** What does not fit in a title stands above the list. */
function chooseOne(
  state: AppState,
  signal: AbortSignal,
  asked: { readonly title: string; readonly choices: readonly FormChoice[]; readonly selected: number },
): Promise<string | undefined> {
  const [title = '', ...more] = asked.title.trim().split('\n');
  if (more.length > 0) state.show(textBlock(asked.title.trim()));
  return showPanel<string>(state, signal, (onDone) => createPicker({ ...asked, title: plainLine(title), onDone }));
}

/** Shows a panel until it is done with, or nobody needs its answer any more. */
export function showPanel<T>(
  state: AppState,
  signal: AbortSignal,
  make: (onDone: (value: T | undefined) => void) => Panel,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    const done = (value: T | undefined): void => {
      signal.removeEventListener('abort', onAbort);
      state.removePanel(panel);
      resolve(value);
      state.draw();
    };
    const onAbort = (): void => done(undefined);
    const panel = make(done);
    signal.addEventListener('abort', onAbort, { once: true });
    state.pushPanel(panel, false);
    state.draw();
  });
}

function linePanel(prompt: string, onDone: (value: string | undefined) => void): Panel {
  const buffer = new TextBuffer();
  return {
    onKey(key: Key) {
      const name = keyName(key);
      if (name === 'escape' || name === 'ctrl-c') onDone(undefined);
      else if (name === 'enter') onDone(buffer.text);
      else applyEditKey(buffer, key);
    },
    onPaste: (text) => buffer.insert(text.replaceAll('\n', ' ')),
    draw: (columns, _height, theme) => drawLine(prompt, buffer, { columns, theme }),
  };
}

function drawLine(
  prompt: string,
  buffer: TextBuffer,
  { columns, theme }: { readonly columns: number; readonly theme: Theme },
): Frame {
  const head = prompt
    .split('\n')
    .flatMap((line) => wrap(plainLine(line.trim()), columns - 2))
    .filter((row) => row !== '');
  const column = Math.min(columns - 1, 2 + widthOf(buffer.text.slice(0, buffer.cursor)));
  const rows = [
    ...head.map((row) => theme.paint('strong', row)),
    truncate(`${theme.paint('accent', '›')} ${buffer.text}`, columns),
    truncate(theme.paint('dim', '  Enter · Esc gives the form up'), columns),
  ];
  return { rows, cursor: { row: head.length, column } };
}
