// `monkey completion`: completion scripts, made from the table of options.
import { MonkeyError } from '@monkey-coder/protocol';
import { type CommandSpec, commands } from '../command-line/command-specs.ts';
import type { OptionSpec } from '../command-line/option-spec.ts';
import { runOptions } from '../command-line/run-options.ts';
import type { Command } from '../configuration/command-context.ts';

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish, powershell };

/** Prints the script of a shell. */
export const completion: Command = async ({ world, line }) => {
  const shell = line.operands[0] ?? (world.environment['SHELL'] ?? '').split('/').at(-1) ?? '';
  const script = shells[shell];
  if (!script)
    throw new MonkeyError('usage.invalid', `no completion for "${shell}"`, {
      advice: `One of ${Object.keys(shells).join(', ')}, e.g. eval "$(monkey completion bash)".`,
    });
  world.out(`${script()}\n`);
  return 0;
};

const names = (options: readonly OptionSpec[]): string => options.map((option) => `--${option.name}`).join(' ');
const commandNames = (): string => commands.map((command) => command.name).join(' ');
const withChoices = (): readonly OptionSpec[] => runOptions.filter((option) => option.choices);

function bash(): string {
  return `_monkey() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
${withChoices()
  .map(
    (option) =>
      `    --${option.name}) COMPREPLY=($(compgen -W "${option.choices?.join(' ')}" -- "$current")); return ;;`,
  )
  .join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${commands.map((command) => `    ${command.name}) words="${names(command.options)} ${firstWords(command)}" ;;`).join('\n')}
    *) words="${commandNames()} ${names(runOptions)}" ;;
  esac
  [ "$COMP_CWORD" = 1 ] && words="${commandNames()} ${names(runOptions)}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _monkey monkey`;
}

/** The plain words of a usage line, such as the actions of \`sessions\`. */
function firstWords(command: CommandSpec): string {
  return command.usage
    .split('|')
    .map((part) => /^[\s[]*([a-z]+)/.exec(part)?.[1] ?? '')
    .filter((word) => word !== '')
    .join(' ');
}

function zsh(): string {
  return `#compdef monkey
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
}

function fish(): string {
  const seen = `not __fish_seen_subcommand_from ${commandNames()}`;
  return [
    ...commands.map((command) => `complete -c monkey -n '${seen}' -a ${command.name} -d ${quote(command.help)}`),
    ...runOptions.map((option) => fishOption(option, seen)),
    ...commands.flatMap((command) =>
      command.options.map((option) => fishOption(option, `__fish_seen_subcommand_from ${command.name}`)),
    ),
  ].join('\n');
}

function fishOption(option: OptionSpec, condition: string): string {
  const short = option.short ? ` -s ${option.short}` : '';
  const choices = option.choices
    ? ` -xa '${option.choices.join(' ')}'`
    : option.value && !option.valueOptional
      ? ' -r'
      : '';
  return `complete -c monkey -n '${condition}' -l ${option.name}${short}${choices} -d ${quote(option.help)}`;
}

function powershell(): string {
  const words = [...commands.map((command) => command.name), ...runOptions.map((option) => `--${option.name}`)];
  return `Register-ArgumentCompleter -Native -CommandName monkey -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  @(${words.map((word) => `'${word}'`).join(', ')}) | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
