import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find } from '../src/notes.js';

test('finds notes by a word, newest first', () => {
  const notes = [{ text: 'Buy milk', time: 1 }, { text: 'Sell car', time: 2 }, { text: 'More MILK', time: 3 }];
  assert.deepEqual(find(notes, 'milk').map((note) => note.time), [3, 1]);
});
