// Which key does what besides writing; settings may bind others.
import { type Key, keyName } from '../screen/keys.ts';

/** What a key can be bound to, with its help. */
export const actionHelp = {
  submit: 'send; while it works: steer it',
  newline: 'a line end',
  'cycle-mode': 'next permission mode: ask, accept edits, plan, auto',
  'history-search': 'search what was asked before',
  editor: 'write the prompt in $VISUAL or $EDITOR',
  expand: 'show all output, thoughts and long prompts; again to go back',
  fullscreen: 'full screen, and back to inline',
  todos: 'show or hide the plan',
  redraw: 'draw the screen anew',
  suspend: 'stop for a while (fg brings it back)',
  'take-back': 'take queued text back into the editor',
} as const;
/** Name of an action. */
export type Action = keyof typeof actionHelp;

const defaults: Readonly<Record<string, Action>> = {
  enter: 'submit',
  'shift-enter': 'newline',
  'alt-enter': 'newline',
  'ctrl-j': 'newline',
  'shift-tab': 'cycle-mode',
  'ctrl-r': 'history-search',
  'ctrl-g': 'editor',
  'ctrl-o': 'expand',
  'ctrl-s': 'fullscreen',
  'ctrl-t': 'todos',
  'ctrl-l': 'redraw',
  'ctrl-z': 'suspend',
  'alt-up': 'take-back',
};

/** The bindings in force. */
export interface KeyBindings {
  actionOf(key: Key): Action | undefined;
  /** Keys of an action, for help. */
  keysOf(action: Action): readonly string[];
  /** What is wrong with the settings, one line each. */
  readonly problems: readonly string[];
}

/** Puts the settings (`key: action`, `key: none` to free one) on top of the defaults. */
export function createKeyBindings(settings: Readonly<Record<string, string>>): KeyBindings {
  const bound = new Map<string, Action>(Object.entries(defaults));
  const problems: string[] = [];
  for (const [key, action] of Object.entries(settings)) {
    if (action === 'none') bound.delete(key);
    else if (isAction(action)) bound.set(key, action);
    else problems.push(`interactive.keys: "${action}" is none of ${Object.keys(actionHelp).join(', ')}`);
  }
  return {
    actionOf: (key) => bound.get(keyName(key)),
    keysOf: (action) => [...bound].flatMap(([key, name]) => (name === action ? [key] : [])),
    problems,
  };
}

function isAction(word: string): word is Action {
  return word in actionHelp;
}
