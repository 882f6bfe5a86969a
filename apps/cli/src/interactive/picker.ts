// A list to choose from, narrowed by typing: sessions, models, modes, themes, places to go back to, history.
import type { Frame } from '../screen/frame.ts';
import { type Key, keyName } from '../screen/keys.ts';
import { plainLine } from '../screen/plain-text.ts';
import type { Theme } from '../screen/theme.ts';
import { padTo, truncate, widthOf } from '../screen/width.ts';
import type { Panel } from './panel.ts';

/** One choice. */
export interface Choice<T> {
  readonly label: string;
  readonly detail: string;
  readonly value: T;
}

/** A question with choices. */
export interface PickerOptions<T> {
  readonly title: string;
  readonly choices: readonly Choice<T>[];
  /** Which one is marked at first. */
  readonly selected?: number;
  /** Called once: with the choice, or undefined when nothing was chosen. */
  readonly onDone: (value: T | undefined) => void;
}

const mostRows = 10;

/** The list as a panel in place of the editor. */
export function createPicker<T>({ title, choices, selected = 0, onDone }: PickerOptions<T>): Panel {
  let typed = '';
  let at = selected;
  const found = (): readonly Choice<T>[] => {
    const words = typed.toLowerCase().split(' ');
    return choices.filter(({ label, detail }) =>
      words.every((word) => `${label} ${detail}`.toLowerCase().includes(word)),
    );
  };
  const move = (step: number): void => {
    const { length } = found();
    at = length === 0 ? 0 : (at + step + length) % length;
  };
  const type = (text: string): void => {
    typed = text;
    at = 0;
  };
  const onKey = (key: Key): void => {
    const name = keyName(key);
    if (name === 'escape' || name === 'ctrl-c') onDone(undefined);
    else if (name === 'enter') onDone(found()[at]?.value);
    else if (steps[name] !== undefined) move(steps[name]);
    else if (name === 'backspace') type(typed.slice(0, -1));
    else if (key.text !== '') type(typed + key.text);
  };
  return {
    onKey,
    onPaste: (text) => type(typed + text.replaceAll('\n', ' ')),
    draw: (columns, height, theme) => drawPicker({ title, typed, at, choices: found() }, { columns, height, theme }),
  };
}

const steps: Readonly<Record<string, number>> = { up: -1, 'ctrl-p': -1, down: 1, 'ctrl-n': 1, 'ctrl-r': 1 };

interface PickerState {
  readonly title: string;
  readonly typed: string;
  readonly at: number;
  readonly choices: readonly Choice<unknown>[];
}

function drawPicker(
  { title, typed, at, choices }: PickerState,
  { columns, height, theme }: { readonly columns: number; readonly height: number; readonly theme: Theme },
): Frame {
  const room = Math.max(1, Math.min(mostRows, height - 3));
  const first = Math.max(0, Math.min(at - room + 1, choices.length - room));
  const shown = choices.slice(first, first + room);
  const longest = Math.max(0, ...choices.map(({ label }) => widthOf(label)));
  const width = Math.min(longest + 2, Math.floor(columns * 0.6));
  const rows = shown.map(({ label, detail }, index) => {
    const isSelected = first + index === at;
    const name = detail === '' ? plainLine(label) : padTo(plainLine(label), width);
    const text = isSelected ? theme.paint('selected', name) : name;
    return truncate(`${isSelected ? theme.paint('accent', '❯') : ' '} ${text}${theme.paint('dim', detail)}`, columns);
  });
  const head = `${theme.paint('strong', title)} ${theme.paint('dim', '↑↓ Enter · Esc · type to narrow')}`;
  const nothing = choices.length === 0 ? [theme.paint('dim', '  nothing found')] : [];
  const input = truncate(`${theme.paint('accent', '/')} ${typed}`, columns);
  return {
    rows: [truncate(head, columns), input, ...rows, ...nothing],
    cursor: { row: 1, column: Math.min(columns - 1, 2 + widthOf(typed)) },
  };
}
