// A command as a person or a model is told of it.
import type { ShellCommand } from './shell-commands.ts';
import type { ShellWord } from './shell-syntax.ts';

/** Characters of a command that are enough to know it by. */
const maxCommandChars = 80;

/** The beginning of a command. Pure. */
export function shownShort(command: ShellCommand): string {
  const text = shownText(command);
  return text.length > maxCommandChars ? `${text.slice(0, maxCommandChars)}…` : text;
}

/** A command as a person reads it: quotes where they are needed to tell its words apart, and where it writes. */
export function shownText({ privileges, words, segment }: ShellCommand): string {
  const isLast = segment.words.at(-1) === words.at(-1);
  // `2>&1` goes to no file.
  const files = segment.redirects.filter(
    ({ operator, target }) => !operator.endsWith('&') || !/^(?:\d+|-)$/.test(target.text),
  );
  const redirects = isLast ? files.map(({ operator, target }) => `${operator} ${quoted(target)}`) : [];
  return [...privileges, ...words.map(quoted), ...redirects].join(' ');
}

function quoted({ text, quoted: wasQuoted }: ShellWord): string {
  const isPlain = !wasQuoted || /^[\w@%+=:,./~-]+$/.test(text);
  return isPlain ? text : `'${text.replace(/'/g, "'\\''")}'`;
}
