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

/** How a transparent wrapper takes its own arguments. */
interface WrapperSpec {
  /** Options that take the next word. */
  readonly valued: readonly string[];
  /** Plain words of its own before the command. */
  readonly operands: number;
  readonly privileged?: boolean;
  readonly openEnded?: boolean;
}

const wrappers = new Map<string, WrapperSpec>([
  ['env', { valued: ['-u', '--unset', '-C', '--chdir'], operands: 0 }],
  ['time', { valued: ['-f', '-o'], operands: 0 }],
  ['nohup', { valued: [], operands: 0 }],
  ['command', { valued: [], operands: 0 }],
  ['builtin', { valued: [], operands: 0 }],
  ['exec', { valued: ['-a'], operands: 0 }],
  ['nice', { valued: ['-n'], operands: 0 }],
  ['ionice', { valued: ['-c', '-n'], operands: 0 }],
  ['stdbuf', { valued: ['-i', '-o', '-e'], operands: 0 }],
  ['setsid', { valued: [], operands: 0 }],
  ['timeout', { valued: ['-s', '-k', '--signal', '--kill-after'], operands: 1 }],
  ['xargs', { valued: ['-n', '-I', '-P', '-L', '-d', '-E', '-s', '-a'], operands: 0, openEnded: true }],
  ['sudo', { valued: ['-u', '-g', '-h', '-p', '-C', '-D'], operands: 0, privileged: true }],
  ['doas', { valued: ['-u', '-C'], operands: 0, privileged: true }],
]);
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'busybox']);
/** Run text that cannot be seen here. */
const opaque = new Set(['trap', 'alias', 'parallel', 'bind', 'complete', 'enable', 'hash', 'fc', 'su', 'script']);

/** Reads shell text down to the commands it would run. Never throws. */
export function readShell(source: string): ShellReading {
  return readParsed(parseShell(source), 0);
}

function readParsed(parsed: ParsedShell, depth: number): ShellReading {
  const reading = { commands: [] as ShellCommand[], segments: [...parsed.segments], problems: [...parsed.problems] };
  for (const segment of parsed.segments) {
    if (segment.loopHead || segment.words.length === 0) continue;
    const base = { privileges: [], openEnded: false, assignments: segment.assignments, segment };
    unwrap({ name: nameOf(segment.words), words: segment.words, ...base }, reading, depth);
  }
  return reading;
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
  if (!program.literal || program.glob || program.text === '') addProblem(reading, 'a command name that is computed');
  const spec = wrappers.get(command.name);
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
    else if (/^-./.test(word.text)) index += optionLength(command.name, word.text, spec, reading) - 1;
    else if (operands > 0) operands -= 1;
    else break;
    index += 1;
  }
  return index;
}

function optionLength(name: string, option: string, spec: WrapperSpec, reading: DraftReading): number {
  if (isSplitOption(name, option)) addProblem(reading, '`env -S`');
  return spec.valued.includes(option) ? 2 : 1;
}

function assignmentOf(word: ShellWord): { name: string; value: ShellWord } | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word.text);
  return match === null
    ? undefined
    : { name: match[1] ?? '', value: { ...word, text: word.text.slice(match[0].length) } };
}

function isSplitOption(name: string, option: string): boolean {
  return name === 'env' && (/^-[a-zA-Z]*S/.test(option) || option.startsWith('--split-string'));
}

/** `sh -c text`, `sh file`, or a shell that reads its commands from standard input. */
function unwrapShell(command: ShellCommand, reading: DraftReading, depth: number) {
  const flag = command.words.findIndex((word, index) => index > 0 && /^-[a-zA-Z]*c[a-zA-Z]*$/.test(word.text));
  const script = command.words.slice(1).find((word) => !/^[-+]/.test(word.text));
  const text = command.words[flag + 1];
  if (flag > 0 && text !== undefined) return unwrapScript(command, [text], reading, depth);
  reading.commands.push(command);
  if (script !== undefined || /^--version$/.test(command.words[1]?.text ?? '')) return;
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
