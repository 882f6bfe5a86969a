// Ideas are read from whatever a model says around them, and ordered for plausibility and distance.
import { describe, expect, it } from 'vitest';
import { distanceOf, isPlateau, orderIdeas, readIdeas } from './approaches.ts';

describe('ideas', () => {
  it('are read from lines, other words are passed over', () => {
    const answer =
      'Here they are:\n8 | Sort once, then merge.\n- 3/10 | Rewrite the parser.\n3. 10 | Cache it\nnothing | here';
    expect(readIdeas(answer)).toEqual([
      { text: 'Sort once, then merge.', plausibility: 0.8 },
      { text: 'Rewrite the parser.', plausibility: 0.3 },
      { text: 'Cache it', plausibility: 1 },
    ]);
  });

  it('come most plausible first, then far from what is there', () => {
    const ideas = [
      { text: 'sort the list and scan it once', plausibility: 0.9 },
      { text: 'sort the list and scan it twice', plausibility: 0.85 },
      { text: 'keep a heap of open intervals', plausibility: 0.6 },
    ];
    expect(orderIdeas(ideas).map((one) => ideas.indexOf(one))).toEqual([0, 2, 1]);
    expect(distanceOf('same words', 'words same')).toBe(0);
    expect(distanceOf('one thing', 'another matter')).toBe(1);
  });
});

it('a plateau is a number of failing tests that does not fall', () => {
  expect(isPlateau([5])).toBe(false);
  expect(isPlateau([5, 3])).toBe(false);
  expect(isPlateau([5, 3, 5])).toBe(true);
  expect(isPlateau([2, 0])).toBe(false);
});
