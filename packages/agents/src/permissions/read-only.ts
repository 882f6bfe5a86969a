// Which commands only read. A command is read-only when it is known to be; everything else is not.
import { isReadOnlyGit } from './git-commands.ts';
import { type Boundary, foldersOf, mayPointOutside, writeTargets } from './paths.ts';
import { readShell, type ShellCommand, type ShellReading } from './shell-commands.ts';

type Judge = (args: readonly string[], command: ShellCommand) => boolean;

const always: Judge = () => true;
const without =
  (pattern: RegExp): Judge =>
  (args) =>
    !args.some((arg) => pattern.test(arg));
const operands = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith('-') || arg === '-');
const atMost =
  (count: number): Judge =>
  (args) =>
    operands(args).length <= count;

const plain = `cat head tail wc ls pwd echo printf true false test [ : cd basename dirname realpath readlink which type
  uname whoami id nl tac rev cut tr comm diff cmp stat du df md5sum sha1sum sha256sum sha512sum cksum base64 od
  hexdump strings grep egrep fgrep zcat zgrep ps sleep read seq expr column fold paste join printenv jq nproc arch
  command env ldd nm objdump size getconf locale tty uptime exit break continue wait`;

const judges = new Map<string, Judge>([
  ...plain.split(/\s+/).map((name): [string, Judge] => [name, always]),
  ['find', without(/^-(exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls)$/)],
  ['fd', without(/^(-[a-zA-Z]*[xX].*|--exec.*)$/)],
  ['fdfind', without(/^(-[a-zA-Z]*[xX].*|--exec.*)$/)],
  ['rg', without(/^--(pre|hostname-bin|search-zip)(=|$)/)],
  ['sort', without(/^(-[a-zA-Z]*o.*|--output.*|--compress-program.*|--files0-from.*|-T.*|--temp.*)$/)],
  ['tree', without(/^-[a-zA-Z]*[oR].*$/)],
  ['yq', without(/^(-[a-zA-Z]*i.*|--inplace.*|-s|--split.*)$/)],
  ['file', without(/^(-[a-zA-Z]*C.*|--compile)$/)],
  ['date', without(/^(-[a-zA-Z]*s.*|--set.*|[0-9]{8,}.*)$/)],
  ['hostname', atMost(0)],
  ['uniq', atMost(1)],
  ['xxd', (args, command) => atMost(1)(args, command) && without(/^-[a-zA-Z]*r/)(args, command)],
  ['sed', (args) => isReadOnlySed(args)],
  ['awk', (args) => isReadOnlyAwk(args)],
  ['gawk', (args) => isReadOnlyAwk(args)],
  ['mawk', (args) => isReadOnlyAwk(args)],
  ['git', (args) => isReadOnlyGit(args)],
]);

/** Programs whose version may be asked for. */
const tools = new Set(
  `node npm npx pnpm yarn bun deno python python3 pip pip3 ruby go cargo rustc java javac mvn gradle php composer dotnet
  tsc gcc clang make cmake docker git perl bash zsh sh jq rg uv ruff pytest`.split(/\s+/),
);

/** Extra arguments from elsewhere (`xargs`) cannot make these do harm. */
const safeOpenEnded = new Set(
  'cat head tail wc ls grep egrep fgrep basename dirname stat file du md5sum sha256sum diff echo rg realpath'.split(
    ' ',
  ),
);

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
  const bases = (command: ShellCommand) => folders.get(command.segment) ?? [boundary.root];
  return (
    reading.segments.every((segment) => writeTargets(segment).length === 0 && segment.assignments.every(isHarmless)) &&
    reading.segments.every((segment) =>
      segment.redirects.every(
        ({ operator, target }) => operator !== '<' || !mayPointOutside(target, [boundary.root], boundary),
      ),
    ) &&
    reading.commands.every((command) => isReadOnly(command) && staysInside(command, bases(command), boundary))
  );
}

/** Whether one command is of a kind that only reads; where its paths point is not looked at. */
export function isReadOnly(command: ShellCommand): boolean {
  const args = command.words.slice(1).map((word) => word.text);
  if (command.privileges.length > 0 || !command.assignments.every(isHarmless)) return false;
  if (command.words[0]?.text.includes('/') === true && !/^\/(usr\/)?bin\//.test(command.words[0].text)) return false;
  if (command.openEnded) return safeOpenEnded.has(command.name);
  if (tools.has(command.name) && args.length === 1 && /^(--version|-v|-V|version)$/.test(args[0] ?? '')) return true;
  return judges.get(command.name)?.(args, command) ?? false;
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
  if (textual.has(command.name))
    return command.words.slice(1).every((word) => word.literal || !/\$[A-Z{]/.test(word.text));
  return command.words.slice(1).every((word) => {
    if (!word.literal && /\$/.test(word.text)) return false;
    return isPattern(command, word.text) || !mayPointOutside(word, folders, boundary);
  });
}

/** A search pattern or a script may look like a path without being one. */
function isPattern(command: ShellCommand, text: string): boolean {
  if (!/^(grep|egrep|fgrep|rg|sed|awk|gawk|mawk|jq|tr|cut)$/.test(command.name)) return false;
  return (
    operands(command.words.slice(1).map((word) => word.text))[0] === text &&
    !/^(\/(etc|home|root|proc|var|usr|dev)\b|~|\.\.)/.test(text)
  );
}

function isReadOnlySed(args: readonly string[]): boolean {
  if (args.some((arg) => /^(-[a-zA-Z]*[if].*|--in-place.*|--file.*)$/.test(arg))) return false;
  const script = operands(args)[0] ?? '';
  const explicit = args.flatMap((arg, index) =>
    arg === '-e' || arg === '--expression' ? [args[index + 1] ?? ''] : [],
  );
  return (explicit.length > 0 ? explicit : [script]).every(isReadOnlySedScript);
}

/** Addresses with print, delete or quit; or one substitution whose flags neither write nor execute. */
function isReadOnlySedScript(script: string): boolean {
  const rest = script.replace(/\/(?:\\.|[^/\\])*\//g, '');
  if (/^[0-9,$;pdq={}!+~\s]*$/.test(rest)) return true;
  return /^s([/|#,@])(?:\\.|(?!\1)[^\\\n])*\1(?:\\.|(?!\1)[^\\\n])*\1[gpiI0-9]*$/.test(script);
}

function isReadOnlyAwk(args: readonly string[]): boolean {
  if (args.some((arg) => /^(-[fiEl].*|--(file|include|exec|load).*)$/.test(arg))) return false;
  return args.every((arg) => !/system|getline|[|>`]|@load|@include/.test(arg));
}
