// Which requests a model on one's own machine is good enough for.
import { describe, expect, it } from 'vitest';
import { isSmallWork } from './small-work.ts';
import { taskKindOf } from './task-kind.ts';

const isSmall = (prompt: string): boolean => isSmallWork(prompt, taskKindOf(prompt));

describe('isSmallWork', () => {
  it.each(['what does cart.js do?', 'explain the router', 'document the add function'])('takes "%s"', (prompt) =>
    expect(isSmall(prompt)).toBe(true),
  );
  it.each([
    'fix the failing test',
    'implement pagination',
    'what happens when the production database is dropped?',
    `why ${'so '.repeat(150)}?`,
  ])('leaves "%s" to others', (prompt) => expect(isSmall(prompt)).toBe(false));
});
