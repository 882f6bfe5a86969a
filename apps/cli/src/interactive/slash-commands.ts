// The commands of the conversation, each with its help; those that look after sessions are in `session-commands.ts`.
import type { PermissionMode } from '@monkey-coder/protocol';
import { drawDiff } from '../screen/diff-view.ts';
import { isThemeName, themeNames } from '../screen/theme.ts';
import { linesBlock, paintedBlock, textBlock } from './blocks.ts';
import { todoRows } from './compose-frame.ts';
import { helpBlock } from './help-text.ts';
import { sessionCommands } from './session-commands.ts';
import type { SlashCommand, SlashContext } from './slash-command.ts';
import { modeName } from './status-line.ts';
import type { Block } from './transcript.ts';

/** All commands, in the order of their help. */
export const slashCommands: readonly SlashCommand[] = [
  {
    name: 'help',
    usage: '',
    help: 'this list, and the keys',
    whileRunning: true,
    run: (context) => context.show(help(context)),
  },
  {
    name: 'model',
    usage: '[name]',
    help: 'which model answers from the next prompt on; `auto` lets the router choose',
    whileRunning: true,
    run: chooseModel,
  },
  {
    name: 'mode',
    usage: '[plan | ask | edits | auto]',
    help: 'how much is allowed without asking (Shift-Tab goes through them)',
    whileRunning: true,
    run: chooseMode,
  },
  {
    name: 'context',
    usage: '',
    help: "what fills the model's window",
    whileRunning: true,
    run: (context) => showInside(context, ['context', ...idOf(context)]),
  },
  {
    name: 'compact',
    usage: '',
    help: 'make room in the conversation before the next request; all of it stays in the log',
    whileRunning: true,
    run: (context) => {
      context.conversation.askRelief();
      context.show(textBlock('Room is made before the next request to the model.', 'dim'));
    },
  },
  {
    name: 'show',
    usage: 'FILE',
    help: 'draw a picture, where the terminal can',
    whileRunning: true,
    run: (context, args) => {
      const why = args === '' ? 'Name a picture: /show docs/logo.png' : context.showImage(args);
      if (why !== undefined) context.show(textBlock(why, 'warn'));
    },
  },
  {
    name: 'cost',
    usage: '',
    help: 'what was spent, by day, model, cause and run',
    whileRunning: true,
    run: (context) => showInside(context, ['stats']),
  },
  {
    name: 'diff',
    usage: '[snapshot]',
    help: 'what the last run changed',
    whileRunning: true,
    run: showDiff,
  },
  {
    name: 'undo',
    usage: '[--step]',
    help: 'take back what the last run changed, keeping what you changed since',
    whileRunning: false,
    run: (context, args) => showInside(context, ['undo', ...words(args)]),
  },
  {
    name: 'redo',
    usage: '',
    help: 'bring back what undo took away',
    whileRunning: false,
    run: (context, args) => showInside(context, ['redo', ...words(args)]),
  },
  ...sessionCommands,
  {
    name: 'todos',
    usage: '',
    help: 'show or hide the plan (Ctrl-T)',
    whileRunning: true,
    run: showTodos,
  },
  {
    name: 'feedback',
    usage: 'up | down',
    help: 'say whether the last result was right; the router learns from it',
    whileRunning: false,
    run: async (context, args) => {
      const word = args !== '' ? args : await context.pick('Was the last result right?', feedbackChoices);
      if (word !== undefined) await showInside(context, ['feedback', ...words(word)]);
    },
  },
  {
    name: 'doctor',
    usage: '',
    help: 'look at this machine: sandbox, git, keys',
    whileRunning: true,
    run: (context) => showInside(context, ['doctor']),
  },
  {
    name: 'vim',
    usage: '',
    help: "vim's keys in the editor, on or off",
    whileRunning: true,
    run: (context) => {
      const isOn = context.toggleVim();
      context.show(textBlock(`vim's keys are ${isOn ? 'on: Esc leaves insert mode' : 'off'}`, 'dim'));
    },
  },
  {
    name: 'theme',
    usage: `[${themeNames.join(' | ')}]`,
    help: 'colours (settings: interactive.theme keeps them)',
    whileRunning: true,
    run: chooseTheme,
  },
  {
    name: 'mcp',
    usage: '[SERVER]',
    help: 'start the MCP servers, show what they offer; their prompts become commands',
    whileRunning: false,
    run: async (context, args) => {
      await showInside(context, ['mcp', 'tools', ...words(args)]);
      await context.findPrompts();
    },
  },
  {
    name: 'fullscreen',
    usage: '',
    help: 'full screen, and back to inline (Ctrl-S)',
    whileRunning: true,
    run: (context) => context.toggleFull(),
  },
  { name: 'exit', usage: '', help: 'leave (Ctrl-D)', whileRunning: true, run: (context) => context.leave() },
];

/** The command of that name; `quit` is `exit`. */
export function slashCommandOf(name: string): SlashCommand | undefined {
  return slashCommands.find((command) => command.name === (name === 'quit' ? 'exit' : name));
}

function help(context: SlashContext): Block {
  const lines = slashCommands.map(({ name, usage, help }) => ({ name: `/${name} ${usage}`.trim(), help }));
  const prompts = context.prompts().map(({ name, description }) => ({ name: `/${name}`, help: description }));
  return helpBlock(lines, prompts, context.bindings);
}

const feedbackChoices = [
  { label: 'up', detail: 'it was right', value: 'up' },
  { label: 'down', detail: 'it was not', value: 'down' },
];

/** Words of a command line. */
export function words(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== '');
}

function idOf({ conversation }: SlashContext): string[] {
  return conversation.sessionId === undefined ? [] : [conversation.sessionId];
}

/** While it works the plan stands above the editor; else it is shown once. */
function showTodos(context: SlashContext): void {
  if (context.conversation.isRunning) {
    context.toggleTodos();
    return;
  }
  const { view } = context;
  if (view.facts.todos.length === 0) context.show(textBlock('There is no plan.', 'dim'));
  else context.show(linesBlock(({ theme, columns }) => todoRows(view, theme, columns).map((row) => row.slice(2))));
}

async function showInside(context: SlashContext, args: readonly string[]): Promise<void> {
  const { text } = await context.inside(args);
  context.show(paintedBlock(text));
}

async function chooseModel(context: SlashContext, args: string): Promise<void> {
  const { conversation } = context;
  const chosen = args !== '' ? args : await context.pick('Which model?', await context.models());
  if (chosen === undefined) return;
  conversation.model = chosen;
  context.view.facts.model = chosen;
  context.show(textBlock(`${chosen} answers from the next prompt on.`, 'dim'));
}

const modes: readonly { readonly word: string; readonly mode: PermissionMode; readonly detail: string }[] = [
  { word: 'ask', mode: 'default', detail: 'asks before edits and commands' },
  { word: 'edits', mode: 'acceptEdits', detail: 'edits files, asks before commands' },
  { word: 'plan', mode: 'plan', detail: 'reads only, and plans' },
  { word: 'auto', mode: 'auto', detail: 'does what the sandbox bounds, asks for the rest' },
];

/** The mode behind another one. */
export function nextMode(mode: PermissionMode): PermissionMode {
  const at = modes.findIndex((one) => one.mode === mode);
  return modes[(at + 1) % modes.length]?.mode ?? 'default';
}

async function chooseMode(context: SlashContext, args: string): Promise<void> {
  const { conversation } = context;
  const named = modes.find(({ word, mode }) => word === args || mode === args);
  if (args !== '' && named === undefined) {
    context.show(textBlock(`There is no mode ${args}: ${modes.map(({ word }) => word).join(', ')}.`, 'warn'));
    return;
  }
  const choices = modes.map(({ mode, detail }) => ({ label: modeName(mode), detail, value: mode }));
  const at = Math.max(
    0,
    modes.findIndex(({ mode }) => mode === conversation.mode),
  );
  const chosen = named?.mode ?? (await context.pick('How much is allowed without asking?', choices, at));
  if (chosen !== undefined) conversation.mode = chosen;
}

async function chooseTheme(context: SlashContext, args: string): Promise<void> {
  if (args !== '' && !isThemeName(args)) {
    context.show(textBlock(`There is no theme ${args}: ${themeNames.join(', ')}.`, 'warn'));
    return;
  }
  const choices = themeNames.map((name) => ({ label: name, detail: '', value: name }));
  const at = themeNames.map(String).indexOf(context.themeName);
  const chosen = isThemeName(args) ? args : await context.pick('Which colours?', choices, at);
  if (chosen !== undefined) context.setTheme(chosen);
}

async function showDiff(context: SlashContext, args: string): Promise<void> {
  const [from] = words(args);
  const diff = await context.engine.diff(context.cwd, from === undefined ? {} : { from });
  if (diff === '') context.show(textBlock('no changes by the agent here', 'dim'));
  else context.show(linesBlock(({ columns, theme }) => drawDiff(diff, { columns: columns - 2, theme, names: true })));
}
