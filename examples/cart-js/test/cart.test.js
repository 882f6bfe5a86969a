import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineTotal, total } from '../src/cart.js';

test('an empty cart costs nothing', () => {
  assert.equal(total([]), 0);
});

test('adds up lines', () => {
  assert.equal(total([{ name: 'pen', cents: 120, quantity: 2 }, { name: 'pad', cents: 350, quantity: 1 }]), 590);
});

test('takes the percentage off the whole line, not off each piece', () => {
  assert.equal(lineTotal({ name: 'clip', cents: 5, quantity: 100, percentOff: 10 }), 450);
});

test('rounds half a cent up', () => {
  assert.equal(lineTotal({ name: 'bolt', cents: 25, quantity: 1, percentOff: 10 }), 23);
});

test('refuses a negative quantity', () => {
  assert.throws(() => lineTotal({ name: 'pen', cents: 120, quantity: -1 }), RangeError);
});
