// The prompt from arguments and input, with real streams.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readPrompt } from './prompt.ts';
import { splitRules } from './task.ts';

const from = (inIsTerminal: boolean, text?: string): Parameters<typeof readPrompt>[0] => {
  const stdin = new PassThrough();
  if (text !== undefined) stdin.end(text);
  return { stdin: stdin as unknown as NodeJS.ReadStream, inIsTerminal };
};
const silent = (): void => undefined;

describe('readPrompt', () => {
  it('joins the arguments and leaves a terminal alone', async () => {
    expect(await readPrompt(from(true), ['fix', 'it '], silent)).toBe('fix it');
    expect(await readPrompt(from(true), [], silent)).toBe('');
  });

  it('takes piped text as the prompt, or marks it as an addition', async () => {
    expect(await readPrompt(from(false, ' why?\n'), [], silent)).toBe('why?');
    expect(await readPrompt(from(false, 'a\nb\n'), ['what is this?'], silent)).toBe(
      'what is this?\n\n<input>\na\nb\n</input>',
    );
    expect(await readPrompt(from(false, ' \n'), ['why?'], silent)).toBe('why?');
  });

  it('joins characters that came in two pieces', async () => {
    const world = from(false);
    const bytes = Buffer.from('schön');
    const stdin = world.stdin as unknown as PassThrough;
    stdin.write(bytes.subarray(0, 4));
    stdin.end(bytes.subarray(4));
    expect(await readPrompt(world, [], silent)).toBe('schön');
  });

  it('refuses more than 4 MiB', async () => {
    await expect(readPrompt(from(false, 'x'.repeat(4 * 1024 * 1024 + 1)), [], silent)).rejects.toThrow('4 MiB');
  });
});

describe('splitRules', () => {
  it('splits at blanks and commas outside of parentheses', () => {
    expect(splitRules(['Edit Bash(npm test:*),Read', 'Bash(git log, all)'])).toEqual([
      'Edit',
      'Bash(npm test:*)',
      'Read',
      'Bash(git log, all)',
    ]);
  });
});
