// Programs that only read, each with the arguments under which that holds. Options are named one by one where a program has
// others that write or execute: long options may be abbreviated and short ones joined, so a list of bad ones is never whole.
import { isReadOnlyGit } from './git-commands.ts';
import type { ShellCommand } from './shell-commands.ts';
import type { ShellWord } from './shell-syntax.ts';

type Judge = (args: readonly string[], command: ShellCommand) => boolean;

const always: Judge = () => true;
const without =
  (pattern: RegExp): Judge =>
  (args) =>
    !args.some((arg) => pattern.test(arg));
const atMost =
  (count: number): Judge =>
  (args) =>
    operands(args).length <= count;

/** Words that are no options; behind `--` every word is one. */
export function operands(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const rest = end < 0 ? [] : args.slice(end + 1);
  return [...options.filter((arg) => !arg.startsWith('-') || arg === '-'), ...rest];
}

const plain = `cat head tail wc ls pwd echo true false : cd basename dirname realpath readlink which type uname whoami id nl
  tac rev cut tr comm diff cmp stat du df md5sum sha1sum sha256sum sha512sum cksum base64 od hexdump strings grep egrep
  fgrep zcat zgrep sleep seq expr column fold paste join printenv nproc arch command env getconf locale tty uptime exit
  break continue`;

const judges = new Map<string, Judge>([
  ...plain.split(/\s+/).map((name): [string, Judge] => [name, always]),
  ['find', without(/^-(exec|execdir|ok|okdir|delete|fprint|fprint0|fprintf|fls|files0-from)$/)],
  ['fd', without(/^(-[a-zA-Z]*[xX].*|--exec.*)$/)],
  ['fdfind', without(/^(-[a-zA-Z]*[xX].*|--exec.*)$/)],
  ['rg', without(/^--(pre|hostname-bin|search-zip)(=|$)/)],
  ['sort', without(/^(-[a-zA-Z]*[oT].*|--(o|c|f|t|com|fil).*)$/)],
  ['tree', without(/^-[a-zA-Z]*[oR].*$/)],
  ['yq', without(/^(-[a-zA-Z]*[is].*|--in.*|--sp.*)$|load|system/)],
  ['jq', without(/^-[a-zA-Z]*[fL].*$|^--from-file|\b(import|include)\b/)],
  ['file', without(/^(-[a-zA-Z]*[Cfm].*|--(c|f|m).*)$/)],
  ['date', without(/^(-[a-zA-Z]*s.*|--s.*|[0-9]{8,}.*)$/)],
  ['hostname', (args) => args.every((arg) => /^-[sfidAI]$/.test(arg))],
  ['uniq', atMost(1)],
  ['xxd', (args, command) => atMost(1)(args, command) && without(/^--?[a-zA-Z]*r/)(args, command)],
  // The environment of other processes holds secrets.
  ['ps', (args) => args.every((arg) => /^-[adefFlAHTpuCjLy]+$|^[auxfjlvwhT]+$|^[0-9,]+$/.test(arg))],
  ['nm', without(/^(--pl|@)/)],
  ['objdump', without(/^(--pl|@)/)],
  ['size', without(/^@/)],
  ['printf', (_args, command) => command.words[1]?.literal === true && !command.words[1].text.startsWith('-')],
  [
    'read',
    (args, command) => command.words.every(isLiteral) && args.every((arg) => /^(-[rs]+|[a-z_][a-z0-9_]*)$/.test(arg)),
  ],
  ['wait', (args) => args.length === 0],
  ['test', (args, command) => isPlainTest(args, command.words.slice(1))],
  ['[', (args, command) => isPlainTest(args.slice(0, -1), command.words.slice(1, -1))],
  ['sed', (args) => isReadOnlySed(args)],
  ['awk', (args) => isReadOnlyAwk(args)],
  ['gawk', (args) => isReadOnlyAwk(args)],
  ['mawk', (args) => isReadOnlyAwk(args)],
  ['git', (args) => isReadOnlyGit(args)],
]);

/** Programs whose version may be asked for: none that loads code of the project to answer. */
const versionOptions = new Map<string, RegExp>([
  ...`node npm npx pnpm bun deno pip pip3 ruby cargo rustc javac tsc gcc clang make cmake docker git perl uv jq rg ruff`
    .split(/\s+/)
    .map((name): [string, RegExp] => [name, /^(--version|-v|-V)$/]),
  ...'python python3 java php go dotnet mvn gradle bash zsh sh'
    .split(' ')
    .map((name): [string, RegExp] => [name, /^--version$/]),
  ['python', /^(--version|-V)$/],
  ['python3', /^(--version|-V)$/],
  ['go', /^version$/],
]);

/** Extra arguments from elsewhere (`xargs`) cannot make these do harm. */
const safeOpenEnded = new Set(
  'cat head tail wc ls grep egrep fgrep basename dirname stat du md5sum sha256sum diff echo realpath'.split(' '),
);
const plainNames = new Set(plain.split(/\s+/));

/** Whether a program with these words only reads; assignments, privileges and where paths point are not looked at. */
export function isReadingProgram(command: ShellCommand): boolean {
  const args = command.words.slice(1).map((word) => word.text);
  if (command.openEnded) return safeOpenEnded.has(command.name);
  if (args.length === 1 && versionOptions.get(command.name)?.test(args[0] ?? '') === true) return true;
  // A pattern that begins with a wildcard may become an option, out of the name of a file.
  const mayBecomeOption = command.words.some((word) => word.glob && /^[*?[]/.test(word.text));
  if (mayBecomeOption && !plainNames.has(command.name) && !/^(\[|test|find|jq)$/.test(command.name)) return false;
  return judges.get(command.name)?.(args, command) ?? false;
}

function isLiteral(word: ShellWord): boolean {
  return word.literal && !word.glob;
}

/** The shell calculates, and so runs, what stands in the brackets of a variable that `-v` or `-R` asks for. */
function isPlainTest(args: readonly string[], words: readonly ShellWord[]): boolean {
  if (args.some((arg) => /^-[vR]$/.test(arg))) return false;
  if (words.every((word) => word.literal)) return true;
  const [first, second] = words;
  return words.length === 2 && first?.literal === true && /^-[a-zA-Z]$/.test(first.text) && second?.quoted === true;
}

function isReadOnlySed(args: readonly string[]): boolean {
  const scripts: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (/^(-e|--expression)$/.test(arg)) scripts.push(args[++index] ?? '');
    else if (arg.startsWith('-') && !/^(-[nErsuz]+|--quiet|--silent|--regexp-extended|--)$/.test(arg)) return false;
  }
  const script = operands(args)[0] ?? '';
  return (scripts.length > 0 ? scripts : [script]).every(isReadOnlySedScript);
}

/** Addresses with print, delete or quit; or one substitution whose flags neither write nor execute. */
function isReadOnlySedScript(script: string): boolean {
  const rest = script.replace(/\/(?:\\.|[^/\\])*\//g, '');
  if (/^[0-9,$;pdq={}!+~\s]*$/.test(rest)) return true;
  return /^s([/|#,@])(?:\\.|(?!\1)[^\\\n])*\1(?:\\.|(?!\1)[^\\\n])*\1[gpiI0-9]*$/.test(script);
}

function isReadOnlyAwk(args: readonly string[]): boolean {
  const options = args.every(
    (arg, index) => !arg.startsWith('-') || /^(-F.*|-v|--)$/.test(arg) || args[index - 1] === '-F',
  );
  return options && args.every((arg) => !/system|getline|[|>`@]|ARGV|ARGC/.test(arg));
}
