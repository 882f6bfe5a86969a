// Prints help from the table of options.
import { type CommandSpec, commands } from './command-specs.ts';
import type { OptionSpec } from './option-spec.ts';
import { runOptions } from './run-options.ts';

/** The text of `monkey --help`. */
export function mainHelp(version: string): string {
  return [
    `monkey ${version} · a coding agent: priced before it starts, bounded while it runs, verified before it is done`,
    '',
    'Usage',
    '  monkey "fix the failing test"         run a task in this folder',
    '  monkey                                work in the interactive terminal',
    '  git diff | monkey -p "review this"    headless: prints the answer and exits',
    '  monkey COMMAND                        one of the commands below',
    '',
    'Kinds of work: each is verified in its own way',
    ...commands.filter(({ isWork }) => isWork).map((command) => row(command.name, command.help)),
    '',
    'Commands',
    ...commands.filter(({ isWork }) => !isWork).map((command) => row(command.name, command.help)),
    '',
    'Options of a run',
    ...runOptions.map((option) => row(optionLabel(option), option.help)),
    '',
    'Exit codes: 0 verified or answered · 1 failure · 2 usage · 3 permission · 4 budget · 5 turn or time limit · 6 checks failed',
    '            7 nothing done · 8 done but unverified · 41 key · 52 configuration · 130 interrupted',
    '',
    'Connect a model: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or `monkey login PROVIDER`; local servers are found when running.',
    'Without any of them: `monkey demo`.',
    '',
  ].join('\n');
}

/** The text of `monkey COMMAND --help`. */
export function commandHelp(command: CommandSpec): string {
  const options = command.options.map((option) => row(optionLabel(option), option.help));
  return [
    `monkey ${command.name} ${command.usage}`.trimEnd(),
    '',
    `  ${command.help}`,
    ...(options.length > 0 ? ['', ...options] : []),
    ...(command.isWork ? ['', '  All options of a run may be given too: `monkey --help`.'] : []),
    '',
  ].join('\n');
}

function optionLabel(option: OptionSpec): string {
  const value = option.value === undefined ? '' : option.valueOptional ? ` [${option.value}]` : ` <${option.value}>`;
  return `${option.short ? `-${option.short}, ` : '    '}--${option.name}${value}`;
}

function row(left: string, right: string): string {
  return `  ${left.padEnd(33)} ${right}`;
}
