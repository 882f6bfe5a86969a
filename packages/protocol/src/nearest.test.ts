// Names that come close to a wrong one, and words that have nothing in common with any.
import { expect, it } from 'vitest';
import { nearestNames } from './nearest.ts';

it('finds slips and beginnings, and nothing for words of another kind', () => {
  const known = ['undo', 'pr', 'watch', 'commit'];
  expect(nearestNames('und', known)).toEqual(['undo']);
  expect(nearestNames('comit', known)).toEqual(['commit']);
  expect(nearestNames('wacth', known)).toEqual(['watch']);
  expect(nearestNames('undoing', known)).toEqual(['undo']);
  for (const word of ['go', 'proceed', 'print']) expect(nearestNames(word, known), word).toEqual([]);
});
