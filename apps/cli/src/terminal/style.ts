// Colours and symbols of the terminal; without colour every function returns its text unchanged.

/** Paints text for the terminal. */
export interface Style {
  readonly isColored: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Whether colours are wanted, after https://no-color.org: NO_COLOR wins, FORCE_COLOR next, then the terminal. */
export function wantsColor(
  environment: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean },
  flagOff: boolean,
): boolean {
  if (flagOff || environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Makes a style. */
export function createStyle(isColored: boolean): Style {
  const paint = (open: number, close: number) => (text: string) =>
    isColored && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    isColored,
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/**
 * Makes text from outside harmless for a terminal: control characters other than line feed and tab are shown, not obeyed,
 * and so are those that turn the direction of text, which can make a command look like another one.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
  return text.replace(/\r\n/g, '\n').replace(obeyed, (character) => {
    if (character === '\r') return '';
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** A unified diff in colour. */
export function paintDiff(diff: string, style: Style): string {
  return printable(diff)
    .split('\n')
    .map((line) => paintDiffLine(line, style))
    .join('\n');
}

function paintDiffLine(line: string, style: Style): string {
  if (line.startsWith('+++') || line.startsWith('---')) return style.bold(line);
  if (line.startsWith('@@')) return style.cyan(line);
  if (line.startsWith('+')) return style.green(line);
  if (line.startsWith('-')) return style.red(line);
  return line;
}
