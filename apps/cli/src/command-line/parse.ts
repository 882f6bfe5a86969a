// Reads the arguments by the table of options; a mistake names the nearest right word.
import { MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { type CommandName, commandNamed } from './command-names.ts';
import type { OptionSpec } from './option-spec.ts';
import { runOptions } from './run-options.ts';

/** What the arguments say. */
export interface CommandLine {
  /** Name of the subcommand; `run` when there is none. */
  readonly command: string;
  /** Long name to values; a switch has an empty list. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/**
 * Parses arguments (without node and script). `optionsOf` gives the flags of a subcommand; a run does not need it. Throws
 * MonkeyError `usage.invalid`.
 */
export function parseCommandLine(
  args: readonly string[],
  optionsOf: (command: CommandName) => readonly OptionSpec[] = () => [],
): CommandLine {
  const command = commandNamed(args[0]);
  const own = command === undefined ? [] : optionsOf(command.name);
  const table = command && command.isRun !== true ? [...own, ...helpOnly()] : [...own, ...runOptions];
  const state = { table, options: new Map<string, string[]>(), operands: [] as string[] };
  const rest = command ? args.slice(1) : args;
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (word === '--') {
      state.operands.push(...rest.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') state.operands.push(word);
    else index += takeOption(state, word, rest[index + 1]);
  }
  return { command: command?.name ?? 'run', options: state.options, operands: state.operands };
}

function helpOnly(): OptionSpec[] {
  return runOptions.filter((option) => option.name === 'help');
}

interface ParseState {
  readonly table: readonly OptionSpec[];
  readonly options: Map<string, string[]>;
}

/** Takes one option; returns how many further words it used. */
function takeOption(state: ParseState, word: string, next: string | undefined): number {
  if (/^-[A-Za-z]{2,}$/.test(word)) return takeShortGroup(state, word, next);
  const [name, inline] = splitInline(word);
  const option = findOption(state.table, name);
  if (!option) throw unknownOption(state.table, name);
  return store(state, option, inline, next);
}

function takeShortGroup(state: ParseState, word: string, next: string | undefined): number {
  const letters = [...word.slice(1)];
  let used = 0;
  letters.forEach((letter, index) => {
    const option = findOption(state.table, `-${letter}`);
    if (!option) throw unknownOption(state.table, word);
    const isLast = index === letters.length - 1;
    if (option.value && !option.valueOptional && !isLast)
      throw new MonkeyError('usage.invalid', `-${letter} needs a value`);
    used = store(state, option, undefined, isLast ? next : undefined);
  });
  return used;
}

function splitInline(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function findOption(table: readonly OptionSpec[], word: string): OptionSpec | undefined {
  if (word.startsWith('--')) {
    const name = word.slice(2);
    return table.find((option) => option.name === name || option.aliases?.includes(name));
  }
  return table.find((option) => option.short === word.slice(1) || option.aliases?.includes(word.slice(1)));
}

function store(state: ParseState, option: OptionSpec, inline: string | undefined, next: string | undefined): number {
  if (!option.value) {
    if (inline !== undefined) throw new MonkeyError('usage.invalid', `--${option.name} takes no value`);
    state.options.set(option.name, []);
    return 0;
  }
  const value = inline ?? (isValueFor(option, next) ? next : undefined);
  const before = option.many ? (state.options.get(option.name) ?? []) : [];
  state.options.set(option.name, value === undefined ? before : [...before, checkedValue(option, value)]);
  if (value === undefined && !option.valueOptional) {
    throw new MonkeyError('usage.invalid', `--${option.name} needs a value: <${option.value}>`);
  }
  return inline === undefined && value !== undefined ? 1 : 0;
}

/** Whether the next word is this option's value: no option itself, and for an optional value a single plain name. */
function isValueFor(option: OptionSpec, next: string | undefined): boolean {
  if (next === undefined || (next.startsWith('-') && next !== '-')) return false;
  return !option.valueOptional || /^[\w.-]+$/.test(next);
}

function checkedValue(option: OptionSpec, value: string): string {
  if (option.choices && !option.choices.includes(value)) throw badChoice(option, value);
  return value;
}

function badChoice(option: OptionSpec, value: string): MonkeyError {
  const near = nearestNames(value, option.choices ?? [])[0];
  return new MonkeyError(
    'usage.invalid',
    `--${option.name}: "${value}" is not one of ${option.choices?.join(', ')}${near ? `; did you mean "${near}"?` : ''}`,
  );
}

function unknownOption(table: readonly OptionSpec[], word: string): MonkeyError {
  const known = table.flatMap((option) => [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])]);
  const near = nearestNames(word, known);
  return new MonkeyError(
    'usage.invalid',
    `unknown option ${word}${near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ''}`,
  );
}

/** The one value of an option. */
export function optionValue(line: CommandLine, name: string): string | undefined {
  return line.options.get(name)?.at(-1);
}

/** The value as a positive number. Throws MonkeyError `usage.invalid`. */
export function optionNumber(line: CommandLine, name: string): number | undefined {
  const text = optionValue(line, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text.trim() === '') {
    throw new MonkeyError('usage.invalid', `--${name} needs a number, not "${text}"`);
  }
  return value;
}
