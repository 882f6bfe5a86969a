// Text from outside made fit for a row: escape sequences are taken out, tabs are blanks, control characters are shown.
import { printable } from '../terminal/style.ts';

const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

/** Safe text; line feeds stay. A line that was written over by carriage returns keeps what was written last. */
export function plainText(text: string): string {
  const unescaped = text.includes('\u001b') || text.includes('\u009b') ? text.replace(sequences, '') : text;
  const settled = unescaped.includes('\r')
    ? unescaped.replace(/\r\n/g, '\n').replace(/[^\n]*\r(?!\n)/g, '')
    : unescaped;
  return printable(settled).replaceAll('\t', '    ');
}

/** Safe text in which colours stay: what our own subcommands print. */
export function paintedText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  const parts = text.split(/(\u001b\[[\d;]*m)/);
  return parts.map((part, index) => (index % 2 === 1 ? part : plainText(part))).join('');
}

/** Safe text of one row. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll('\n', ' ');
}
