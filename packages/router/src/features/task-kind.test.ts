// Which requests want a change, and which an answer: a change that is taken for a question would end with 0 for nothing done.
import { describe, expect, it } from 'vitest';
import { taskKindOf } from './task-kind.ts';

describe('the kind of a task', () => {
  it.each([
    'fix the failing test',
    'Can you fix the failing test?',
    'Could you add docs?',
    'Why does the test fail? Fix it.',
    'Find the bug and repair it',
    'Look into the failing test, then make it pass',
    'Review the code; remove what is unused',
    'run the tests',
    'more',
  ])('%s: a change', (prompt) => {
    expect(taskKindOf(prompt)).toBe('change');
  });

  it.each([
    'why does the test fail?',
    'find all usages of foo',
    'check whether the tests pass',
    'Summarize this repository',
    'review this',
    'hi',
    'plan a refactoring of the parser',
    'wie viele Endpunkte gibt es?',
  ])('%s: a question', (prompt) => {
    expect(taskKindOf(prompt)).toBe('question');
  });
});
