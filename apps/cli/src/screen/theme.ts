// The colours of the interactive terminal, by what they mean.

/** What a text is, for its colour. */
export type Role =
  | 'accent'
  | 'dim'
  | 'bold'
  | 'italic'
  | 'strong'
  | 'ok'
  | 'warn'
  | 'bad'
  | 'info'
  | 'added'
  | 'removed'
  | 'addedWord'
  | 'removedWord'
  | 'heading'
  | 'code'
  | 'keyword'
  | 'string'
  | 'comment'
  | 'number'
  | 'user'
  | 'rule'
  | 'selected';

/** Paints text by its role. Without colours every text stays as it is. */
export interface Theme {
  readonly name: string;
  readonly isColored: boolean;
  paint(role: Role, text: string): string;
}

/** Names of the themes, the first one is the default. */
export const themeNames = ['dark', 'light', 'ansi16', 'daltonised'] as const;
/** Name of a theme. */
export type ThemeName = (typeof themeNames)[number];

type Palette = Readonly<Record<Role, string>>;

const shapes = { bold: '1', italic: '3', strong: '1' };

const dark: Palette = {
  ...shapes,
  accent: '38;5;179',
  dim: '38;5;245',
  ok: '38;5;114',
  warn: '38;5;221',
  bad: '38;5;203',
  info: '38;5;110',
  added: '38;5;114',
  removed: '38;5;203',
  addedWord: '48;5;22;38;5;157',
  removedWord: '48;5;52;38;5;217',
  heading: '1;38;5;179',
  code: '38;5;152',
  keyword: '38;5;176',
  string: '38;5;150',
  comment: '38;5;245',
  number: '38;5;173',
  user: '1',
  rule: '38;5;239',
  selected: '1;38;5;179',
};

const light: Palette = {
  ...shapes,
  accent: '38;5;130',
  dim: '38;5;242',
  ok: '38;5;28',
  warn: '38;5;130',
  bad: '38;5;160',
  info: '38;5;25',
  added: '38;5;28',
  removed: '38;5;160',
  addedWord: '48;5;194;38;5;22',
  removedWord: '48;5;224;38;5;88',
  heading: '1;38;5;130',
  code: '38;5;24',
  keyword: '38;5;90',
  string: '38;5;28',
  comment: '38;5;243',
  number: '38;5;130',
  user: '1',
  rule: '38;5;250',
  selected: '1;38;5;130',
};

const ansi16: Palette = {
  ...shapes,
  accent: '33',
  dim: '2',
  ok: '32',
  warn: '33',
  bad: '31',
  info: '36',
  added: '32',
  removed: '31',
  addedWord: '7;32',
  removedWord: '7;31',
  heading: '1;33',
  code: '36',
  keyword: '35',
  string: '32',
  comment: '2',
  number: '33',
  user: '1',
  rule: '2',
  selected: '1;33',
};

/** Blue and orange in place of green and red, told apart by people who do not tell those apart. */
const daltonised: Palette = {
  ...dark,
  ok: '38;5;75',
  bad: '38;5;208',
  added: '38;5;75',
  removed: '38;5;208',
  addedWord: '48;5;18;38;5;153',
  removedWord: '48;5;94;38;5;223',
  string: '38;5;152',
};

const palettes: Readonly<Record<ThemeName, Palette>> = { dark, light, ansi16, daltonised };

/** Makes a theme; without colours it paints nothing. */
export function createTheme(name: ThemeName, isColored: boolean): Theme {
  const palette = palettes[name];
  return {
    name,
    isColored,
    paint: (role, text) => (isColored && text !== '' ? `\u001b[${palette[role]}m${text}\u001b[0m` : text),
  };
}

/** Whether a word names a theme. */
export function isThemeName(word: string): word is ThemeName {
  return themeNames.some((name) => name === word);
}
