// From segments to the commands that would really run: `env`, `timeout`, `sh -c`, `xargs`, `find -exec`, `sudo` are looked through.
import { parseShell } from './shell-parser.ts';
import type { ParsedShell, ShellSegment, ShellWord } from './shell-syntax.ts';

/** One program that would run. */
export interface ShellCommand {
  /** Base name of the program. */
  readonly name: string;
  /** Program and arguments as written, wrappers taken off. */
  readonly words: readonly ShellWord[];
  /** Wrappers that change what it may do (`sudo`), outermost first. */
  readonly privileges: readonly string[];
  /** Further arguments come from elsewhere (`xargs`, `find -exec`). */
  readonly openEnded: boolean;
  readonly assignments: ShellSegment['assignments'];
  readonly segment: ShellSegment;
}

/** All commands of a line, and what could not be understood. */
export interface ShellReading {
  readonly commands: readonly ShellCommand[];
  readonly segments: readonly ShellSegment[];
  readonly problems: readonly string[];
}

/** How a transparent wrapper takes its own arguments. An option it does not name makes the line one that cannot be checked. */
interface WrapperSpec {
  /** Short options without a value, as letters. */
  readonly flags: string;
  /** Short options that take the rest of their word or the next word, as letters. */
  readonly valued: string;
  /** Long options, with `=` at the end when they take a value. */
  readonly long: readonly string[];
  /** Plain words of its own before the command. */
  readonly operands: number;
  readonly privileged?: boolean;
  readonly openEnded?: boolean;
}

const none = { flags: '', valued: '', long: [], operands: 0 };
const wrappers = new Map<string, WrapperSpec>([
  ['env', { ...none, flags: 'i0', valued: 'u', long: ['--ignore-environment', '--null', '--unset='] }],
  ['time', { ...none, flags: 'pv', valued: 'f' }],
  ['nohup', none],
  ['command', { ...none, flags: 'p' }],
  ['builtin', none],
  ['exec', { ...none, flags: 'cl', valued: 'a' }],
  ['nice', { ...none, flags: '0123456789', valued: 'n', long: ['--adjustment='] }],
  ['ionice', { ...none, flags: 't', valued: 'cn' }],
  ['stdbuf', { ...none, valued: 'ioe', long: ['--input=', '--output=', '--error='] }],
  ['setsid', { ...none, flags: 'cfw', long: ['--wait', '--fork'] }],
  [
    'timeout',
    {
      flags: 'v',
      valued: 'sk',
      long: ['--signal=', '--kill-after=', '--foreground', '--preserve-status', '--verbose'],
      operands: 1,
    },
  ],
  [
    'xargs',
    {
      ...none,
      flags: '0rtx',
      valued: 'nIPLdEs',
      long: ['--null', '--no-run-if-empty', '--verbose', '--max-args=', '--max-procs=', '--delimiter=', '--max-lines='],
      openEnded: true,
    },
  ],
  [
    'sudo',
    {
      ...none,
      flags: 'EHnSkbPi',
      valued: 'ughpCDrtTRU',
      long: ['--user=', '--group=', '--non-interactive', '--preserve-env', '--login', '--set-home', '--chdir='],
      privileged: true,
    },
  ],
  ['doas', { ...none, flags: 'n', valued: 'uC', privileged: true }],
  ['busybox', none],
]);
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash']);
/** Run text that cannot be seen here. */
const opaque = new Set(['trap', 'alias', 'parallel', 'bind', 'complete', 'enable', 'hash', 'fc', 'su', 'script']);

/** Reads shell text down to the commands it would run. Never throws. */
export function readShell(source: string): ShellReading {
  return readParsed(parseShell(source), 0);
}

function readParsed(parsed: ParsedShell, depth: number): ShellReading {
  const reading = { commands: [] as ShellCommand[], segments: [...parsed.segments], problems: [...parsed.problems] };
  for (const segment of parsed.segments) {
    if (segment.loopHead) checkLoop(segment, reading);
    if (segment.loopHead || segment.words.length === 0) continue;
    const base = { privileges: [], openEnded: false, assignments: segment.assignments, segment };
    unwrap({ name: nameOf(segment.words), words: segment.words, ...base }, reading, depth);
  }
  return reading;
}

/** `for` gives a variable its values: none that a program may heed; and what follows another word than `in` would run. */
function checkLoop(segment: ShellSegment, reading: DraftReading): void {
  const [, name, keyword] = segment.words;
  const isPlain = name?.literal === true && /^([a-z_][a-z0-9_]*|[A-Z])$/.test(name.text);
  if (!isPlain || keyword?.text !== 'in') addProblem(reading, 'a `for` of another form');
}

/** Whether a command's program is found by the system, and is not some file of that name. */
export function isSystemProgram(words: readonly ShellWord[]): boolean {
  const text = words[0]?.text ?? '';
  return !text.includes('/') || /^\/(usr\/)?bin\/[^/]+$/.test(text);
}

interface DraftReading {
  commands: ShellCommand[];
  segments: ShellSegment[];
  problems: string[];
}

function nameOf(words: readonly ShellWord[]): string {
  const text = words[0]?.text ?? '';
  return text.slice(text.lastIndexOf('/') + 1);
}

function unwrap(command: ShellCommand, reading: DraftReading, depth: number) {
  const program = command.words[0];
  if (program === undefined) return;
  if (depth > 8) return addProblem(reading, 'too many wrappers');
  if (!program.literal || (program.glob && program.text !== '[') || program.text === '')
    addProblem(reading, 'a command name that is computed');
  const spec = wrappers.get(command.name);
  const isWrapper = spec !== undefined || shells.has(command.name);
  // A file that only has the name of a wrapper may do anything.
  if (isWrapper && !isSystemProgram(command.words)) reading.commands.push(command);
  if (opaque.has(command.name)) addProblem(reading, `\`${command.name}\``);
  if (spec !== undefined && !isLookup(command)) return unwrapPlain(command, spec, reading, depth);
  if (command.name === 'eval') return unwrapScript(command, command.words.slice(1), reading, depth);
  if (shells.has(command.name)) return unwrapShell(command, reading, depth);
  reading.commands.push(command);
  if (command.name === 'find') unwrapFind(command, reading, depth);
}

function addProblem(reading: DraftReading, text: string) {
  reading.problems.push(text);
}

/** `command -v x` only looks a name up. */
function isLookup(command: ShellCommand): boolean {
  return command.name === 'command' && /^-[vV]+$/.test(command.words[1]?.text ?? '');
}

function unwrapPlain(command: ShellCommand, spec: WrapperSpec, reading: DraftReading, depth: number) {
  const assignments = [...command.assignments];
  const rest = command.words.slice(ownWords(command, spec, assignments, reading));
  if (rest.length === 0) {
    reading.commands.push(command);
    return;
  }
  const privileges = spec.privileged === true ? [...command.privileges, command.name] : command.privileges;
  const openEnded = command.openEnded || spec.openEnded === true;
  unwrap({ ...command, name: nameOf(rest), words: rest, privileges, openEnded, assignments }, reading, depth + 1);
}

/** How many words belong to the wrapper itself; assignments among them are collected. */
function ownWords(
  command: ShellCommand,
  spec: WrapperSpec,
  assignments: { name: string; value: ShellWord }[],
  reading: DraftReading,
): number {
  const takesAssignments = command.name === 'env' || spec.privileged === true;
  let operands = spec.operands;
  let index = 1;
  for (let word = command.words[1]; word !== undefined; word = command.words[index]) {
    const assignment = takesAssignments ? assignmentOf(word) : undefined;
    if (assignment !== undefined) assignments.push(assignment);
    else if (word.text === '--') return index + 1 + operands;
    else if (/^-./.test(word.text)) index += optionLength(command.name, word.text, spec, reading) - 1;
    else if (operands > 0) operands -= 1;
    else break;
    index += 1;
  }
  return index;
}

/** Words an option takes: itself, and its value where that stands apart. */
function optionLength(name: string, option: string, spec: WrapperSpec, reading: DraftReading): number {
  if (option.startsWith('--')) {
    const isWhole = spec.long.some((known) => (known.endsWith('=') ? option.startsWith(known) : option === known));
    if (isWhole) return 1;
    if (spec.long.includes(`${option}=`)) return 2;
  } else {
    const letters = [...option.slice(1)];
    const end = letters.findIndex((letter) => !spec.flags.includes(letter));
    if (end < 0) return 1;
    if (spec.valued.includes(letters[end] ?? '-')) return end === letters.length - 1 ? 2 : 1;
  }
  addProblem(reading, `\`${name} ${option}\``);
  return 1;
}

function assignmentOf(word: ShellWord): { name: string; value: ShellWord } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word.text);
  return match === null
    ? undefined
    : { name: match[1] ?? '', value: { ...word, text: word.text.slice(match[0].length) } };
}

/** `sh -c text`, `sh file`, or a shell that reads its commands from standard input. */
function unwrapShell(command: ShellCommand, reading: DraftReading, depth: number) {
  const operand = command.words.findIndex((word, index) => index > 0 && !/^[-+]./.test(word.text));
  const script = command.words[operand];
  const options = command.words.slice(1, operand < 0 ? undefined : operand).map((word) => word.text);
  const isVersion = options.length === 1 && options[0] === '--version';
  if (!isVersion && !options.every((option) => /^(-[abcefhlmnuvx]+|\+[abefhmnuvx]+|--)$/.test(option)))
    addProblem(reading, 'options of a shell');
  if (options.some((option) => /^-[a-z]*c/.test(option)) && script !== undefined)
    return unwrapScript(command, [script], reading, depth);
  reading.commands.push(command);
  if (script !== undefined || isVersion) return;
  if (command.segment.input === undefined) return addProblem(reading, 'a shell that reads its commands from elsewhere');
  addNested(readParsed(parseShell(command.segment.input), depth + 1), command, reading);
}

function unwrapScript(command: ShellCommand, words: readonly ShellWord[], reading: DraftReading, depth: number) {
  if (command.openEnded || words.some((word) => !word.literal)) addProblem(reading, 'shell text that is computed');
  const inner = readParsed(parseShell(words.map((word) => word.text).join(' ')), depth + 1);
  addNested(inner, command, reading);
}

function addNested(inner: ShellReading, command: ShellCommand, reading: DraftReading): void {
  const assignments = command.assignments;
  for (const nested of inner.commands) {
    reading.commands.push({
      ...nested,
      privileges: [...command.privileges, ...nested.privileges],
      assignments: [...assignments, ...nested.assignments],
    });
  }
  reading.segments.push(...inner.segments);
  reading.problems.push(...inner.problems);
}

function unwrapFind(command: ShellCommand, reading: DraftReading, depth: number) {
  for (const [index, word] of command.words.entries()) {
    if (!/^-(exec|execdir|ok|okdir)$/.test(word.text)) continue;
    const rest = command.words.slice(index + 1);
    const end = rest.findIndex((candidate) => candidate.text === ';' || candidate.text === '+');
    const words = end < 0 ? rest : rest.slice(0, end);
    if (words.length === 0) addProblem(reading, 'a `find -exec` without a command');
    else unwrap({ ...command, name: nameOf(words), words, openEnded: true }, reading, depth + 1);
  }
}
