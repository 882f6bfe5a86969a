// Tests of the loop detector.
import { expect, it } from 'vitest';
import { LoopDetector } from './loop-detector.ts';

function verdicts(sequence: string): string[] {
  const detector = new LoopDetector();
  return [...sequence].map((letter) => detector.add({ name: 'bash', arguments: letter, output: letter }));
}

it('tells at the third repetition and stops at the fifth', () => {
  expect(verdicts('aaaaa')).toEqual(['none', 'none', 'tell', 'none', 'stop']);
});

it('sees two calls in turns', () => {
  expect(verdicts('ababababab')).toEqual([
    'none',
    'none',
    'none',
    'none',
    'none',
    'tell',
    'none',
    'none',
    'none',
    'stop',
  ]);
});

it('starts anew after something else', () => {
  expect(verdicts('aabaabaab')).toEqual(Array.from({ length: 9 }, () => 'none'));
});

it('looks at the result too', () => {
  const detector = new LoopDetector();
  const results = [1, 2, 3, 4, 5, 6].map((n) => detector.add({ name: 'bash', arguments: 'x', output: String(n) }));
  expect(results).toEqual(Array.from({ length: 6 }, () => 'none'));
});
