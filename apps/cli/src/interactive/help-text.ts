// What `/help` says: every command and every key, made from their tables.
import { type Action, actionHelp, type KeyBindings } from './key-bindings.ts';

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

/** The text, as Markdown. */
export function helpText(commands: readonly HelpLine[], prompts: readonly HelpLine[], bindings: KeyBindings): string {
  const keys = (Object.keys(actionHelp) as Action[]).map((action) => ({
    name: bindings.keysOf(action).join(', ') || '(no key)',
    help: actionHelp[action],
  }));
  return [
    'Say what to do. What you type while it works steers it. `monkey --help` lists what there is outside of here.',
    '',
    '### Commands',
    table(commands),
    ...(prompts.length === 0 ? [] : ['### Your commands', table(prompts)]),
    '### Keys',
    table([...keys, ...fixedKeys]),
  ].join('\n');
}

function table(lines: readonly HelpLine[]): string {
  const rows = lines.map(({ name, help }) => `| \`${name.replaceAll('|', '\\|')}\` | ${help.replaceAll('|', '\\|')} |`);
  return ['', '| | |', '|---|---|', ...rows, ''].join('\n');
}
