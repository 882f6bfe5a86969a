// Which commands only read. A command is read-only when it is known to be; everything else is not.
import { type Boundary, foldersOf, mayPointOutside, writeTargets } from './paths.ts';
import { isReadingProgram, operands } from './read-only-programs.ts';
import { isSystemProgram, readShell, type ShellCommand, type ShellReading } from './shell-commands.ts';
import type { ShellSegment } from './shell-syntax.ts';

/** Environment that cannot make a harmless program harmful. */
const harmlessVariables =
  /^(CI|NODE_ENV|FORCE_COLOR|NO_COLOR|DEBUG|TZ|LANG|LANGUAGE|LC_[A-Z]+|RUST_BACKTRACE|RUST_LOG|PYTHONDONTWRITEBYTECODE|PYTHONUNBUFFERED|PYTHONPATH|COLUMNS|LINES|TERM|CARGO_TERM_COLOR|TEST|VERBOSE|(?!npm_)[a-z_][a-z0-9_]*)$/;

/** Whether shell text only reads, and only inside the boundary. False when in doubt. */
export function isReadOnlyCommand(source: string, boundary: Boundary): boolean {
  return isReadOnlyReading(readShell(source), boundary);
}

/** The same for text that was read already. */
export function isReadOnlyReading(reading: ShellReading, boundary: Boundary): boolean {
  if (reading.problems.length > 0) return false;
  const folders = foldersOf(reading, boundary);
  const bases = (segment: ShellSegment) => folders.get(segment) ?? [boundary.root];
  return (
    reading.segments.every((segment) => writeTargets(segment).length === 0 && segment.assignments.every(isHarmless)) &&
    reading.segments.every((segment) =>
      segment.redirects.every(
        ({ operator, target }) => operator !== '<' || !mayPointOutside(target, bases(segment), boundary),
      ),
    ) &&
    reading.commands.every(
      (command) =>
        isReadOnly(command) &&
        hasKnownArguments(command, reading) &&
        staysInside(command, bases(command.segment), boundary),
    )
  );
}

const listers =
  /^(ls|find|fd|fdfind|(grep|rg|git grep) .*(-[a-zA-Z]*l|--files|--files-with-matches)|git ls-files)( |$)/;
const filters = /^(sort|uniq|head|tail|grep)( -[a-zA-Z0-9]+)*$|^grep( -[a-zA-Z0-9]+)* [^ ]+$|^(head|tail) -n [0-9]+$/;

/** What `xargs` adds must be paths of the workspace: names that a listing printed, never text from somewhere. */
function hasKnownArguments(command: ShellCommand, { segments }: ShellReading): boolean {
  if (!command.openEnded || command.segment.words.every((word) => word.text !== 'xargs')) return true;
  for (let index = segments.indexOf(command.segment); segments[index]?.joinedBy === '|'; index--) {
    const before = segments[index - 1];
    const text = before?.words.map((word) => word.text).join(' ') ?? '';
    if (before === undefined || before.redirects.some(({ operator }) => operator.startsWith('<'))) return false;
    if (listers.test(text)) return !/printf|format|path-separator/.test(text);
    if (!filters.test(text)) return false;
  }
  return false;
}

/** Whether one command is of a kind that only reads; where its paths point is not looked at. */
export function isReadOnly(command: ShellCommand): boolean {
  if (command.privileges.length > 0 || !command.assignments.every(isHarmless)) return false;
  return isSystemProgram(command.words) && isReadingProgram(command);
}

/** Whether an assignment cannot change what the commands after it do. */
export function isHarmless(assignment: { readonly name: string }): boolean {
  return harmlessVariables.test(assignment.name);
}

/** Programs whose arguments are text, not paths. */
const textual = new Set([
  'echo',
  'printf',
  'test',
  '[',
  'expr',
  'sleep',
  'seq',
  'read',
  'exit',
  'command',
  'type',
  'which',
]);

function staysInside(command: ShellCommand, folders: readonly string[], boundary: Boundary): boolean {
  const words = command.words.slice(1);
  if (textual.has(command.name)) return words.every((word) => word.literal || !/\$[A-Z{]/.test(word.text));
  return words.every((word) => {
    // Braces become words that cannot be seen here; a substituted process is judged by itself.
    if (!word.literal && word.text !== '<(…)') return false;
    return isPattern(command, word.text) || !mayPointOutside(word, folders, boundary);
  });
}

/** A search pattern or a script may look like a path without being one. */
function isPattern(command: ShellCommand, text: string): boolean {
  const args = command.words.slice(1).map((word) => word.text);
  if (/^(tr|cut)$/.test(command.name)) return command.name === 'tr' || text === '/';
  if (!/^(grep|egrep|fgrep|rg|sed|awk|gawk|mawk|jq)$/.test(command.name)) return false;
  // Once an option gives the pattern, the first operand is a file.
  if (args.some((arg) => /^(-[a-zA-Z]*[ef].*|--(reg|exp|fi|f|ty).*)$/.test(arg))) return false;
  return operands(args)[0] === text && !/^(\/(etc|home|root|proc|var|usr|dev)\b|~|\.\.)/.test(text);
}
