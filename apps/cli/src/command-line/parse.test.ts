// The command line says what it understood, and names the nearest right word for what it did not.
import { describe, expect, it } from 'vitest';
import { splitRules } from '../run/task.ts';
import { commands, optionsOf } from './command-specs.ts';
import { commandHelp, mainHelp } from './help.ts';
import { optionNumber, optionValue, parseCommandLine } from './parse.ts';

const failure = (args: readonly string[]): string => {
  try {
    parseCommandLine(args, optionsOf);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('command line', () => {
  it('reads flags, values and the prompt', () => {
    const line = parseCommandLine(['-p', '-m', 'openai/gpt-6', '--max-budget-usd=0.5', 'fix', 'it']);
    expect(line.command).toBe('run');
    expect(line.operands).toEqual(['fix', 'it']);
    expect(line.options.has('print')).toBe(true);
    expect(optionValue(line, 'model')).toBe('openai/gpt-6');
    expect(optionNumber(line, 'max-budget-usd')).toBe(0.5);
  });

  it('adds up what may be given several times', () => {
    const line = parseCommandLine(['--check', 'npm test', '--check', 'npm run lint', 'x']);
    expect(line.options.get('check')).toEqual(['npm test', 'npm run lint']);
  });

  it('takes a group of short switches, and everything behind -- as the prompt', () => {
    expect([...parseCommandLine(['-pc']).options.keys()]).toEqual(['print', 'continue']);
    expect(parseCommandLine(['-p', '--', '--not-a-flag']).operands).toEqual(['--not-a-flag']);
  });

  it('leaves an optional value out when the next word is a sentence or a flag', () => {
    expect(parseCommandLine(['--resume', '-p', 'x']).options.get('resume')).toEqual([]);
    expect(parseCommandLine(['--resume', 'go on please']).operands).toEqual(['go on please']);
    expect(optionValue(parseCommandLine(['--resume', 'ses_1']), 'resume')).toBe('ses_1');
  });

  it('keeps subcommands and their flags apart from those of a run', () => {
    const line = parseCommandLine(['sessions', 'show', 'ses_1', '--json'], optionsOf);
    expect(line).toMatchObject({ command: 'sessions', operands: ['show', 'ses_1'] });
    expect(parseCommandLine(['session', 'list'], optionsOf).command).toBe('sessions');
    expect(failure(['undo', '--model', 'x'])).toMatch(/unknown option --model/);
  });

  it.each([
    [['--modle', 'x'], 'did you mean --model'],
    [['--max-turn', '3'], 'did you mean --max-turns'],
    [['-z'], 'unknown option -z'],
    [['--model'], '--model needs a value'],
    [['--permission-mode', 'acceptedits'], 'did you mean "acceptEdits"'],
    [['--print=yes'], '--print takes no value'],
  ])('%j: %s', (args, message) => expect(failure(args)).toContain(message));

  it('refuses a number that is none', () => {
    expect(() => optionNumber(parseCommandLine(['--max-turns', 'many', 'x']), 'max-turns')).toThrow(/needs a number/);
  });
});

describe('rules', () => {
  it('are separated by blanks and commas outside of parentheses', () => {
    expect(splitRules(['Edit Bash(npm test:*),Read(src/**)', 'Bash(git log -n 3)'])).toEqual([
      'Edit',
      'Bash(npm test:*)',
      'Read(src/**)',
      'Bash(git log -n 3)',
    ]);
  });
});

describe('help', () => {
  it('names every command and stays on one screen width', () => {
    const help = mainHelp('1.2.3');
    for (const command of commands) expect(help).toContain(`  ${command.name} `);
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(150);
  });
  it('describes a command with its options', () => {
    expect(commandHelp(commands[0] as (typeof commands)[number])).toMatch(/monkey undo.*\n[\s\S]*--preview/);
  });
});
