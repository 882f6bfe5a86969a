// What `/help` says: every command and every key, made from their tables.
import { plainLine } from '../screen/plain-text.ts';
import { padTo, widthOf, wrap } from '../screen/width.ts';
import { type Action, actionHelp, type KeyBindings } from './key-bindings.ts';
import type { Block, Drawing } from './transcript.ts';

/** A line of help. */
export interface HelpLine {
  readonly name: string;
  readonly help: string;
}

const fixedKeys: readonly HelpLine[] = [
  { name: '\\ Enter', help: 'a line end, in every terminal' },
  { name: 'Esc', help: 'interrupt the work; close a list' },
  { name: 'Ctrl-C', help: 'empty the editor; interrupt; twice: leave' },
  { name: 'Ctrl-D', help: 'leave, with an empty editor' },
  { name: '↑ ↓', help: 'lines, then what was asked before' },
  { name: '@', help: 'complete a file of the project' },
  { name: 'Tab', help: 'complete' },
  { name: 'Ctrl-A E B F', help: 'begin and end of the line, back and forth; Alt-B F by words' },
  { name: 'Ctrl-W U K Y', help: 'cut a word, to the begin, to the end; put it back' },
  { name: 'Alt-U Alt-R', help: 'undo and redo in the editor (Ctrl-_ undoes too)' },
  { name: 'PgUp PgDn', help: 'scroll, in full screen' },
];

/** The block; names in a column of their own. */
export function helpBlock(commands: readonly HelpLine[], prompts: readonly HelpLine[], bindings: KeyBindings): Block {
  const keys = (Object.keys(actionHelp) as Action[]).map((action) => ({
    name: bindings.keysOf(action).join(', ') || '(no key)',
    help: actionHelp[action],
  }));
  const parts = [
    { title: 'Commands', lines: commands },
    { title: 'Commands and skills found here', lines: prompts },
    { title: 'Keys', lines: [...keys, ...fixedKeys] },
  ].filter(({ lines }) => lines.length > 0);
  return {
    isApart: true,
    draw: (drawing) =>
      [
        ...wrap(
          'Say what to do; what you type while it works steers it. Outside of here: monkey --help.',
          drawing.columns - 4,
        ),
        ...parts.flatMap(({ title, lines }) => [
          '',
          drawing.theme.paint('heading', title),
          ...lines.flatMap((line) => drawLine(line, drawing)),
        ]),
      ].map((row) => `  ${row}`),
  };
}

/** Where the name is long it stands alone, and its help below. */
function drawLine({ name, help }: HelpLine, { columns, theme }: Drawing): string[] {
  const width = Math.min(32, Math.floor(columns / 2.6));
  const rows = wrap(plainLine(help), Math.max(10, columns - width - 6)).map((row) => theme.paint('dim', row));
  const first = widthOf(name) < width ? [] : [`  ${theme.paint('code', plainLine(name))}`];
  return [
    ...first,
    ...rows.map(
      (row, index) =>
        `  ${padTo(index === 0 && first.length === 0 ? theme.paint('code', plainLine(name)) : '', width)}${row}`,
    ),
  ];
}
