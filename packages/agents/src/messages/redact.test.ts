// Hiding of secrets in whole texts and in pieces.
import { expect, it } from 'vitest';
import { createRedactor, secretMask } from './redact.ts';

const key = 'sk-test-0123456789abcdef';

it('hides every occurrence, the longer secret first, and leaves short values alone', () => {
  const { redact } = createRedactor([key, `${key}-longer`, 'lm-studio', '']);
  expect(redact(`a ${key} b ${key}-longer c lm-studio`)).toBe(`a ${secretMask} b ${secretMask} c lm-studio`);
  expect(createRedactor([]).redact(key)).toBe(key);
});

it('hides a secret however a stream is cut, and holds nothing else back', () => {
  const text = `one ${key}\ntwo sk-test\n${key}${key}.\n`;
  for (let size = 1; size <= text.length; size += 1) {
    const next = createRedactor([key]).stream();
    let shown = '';
    for (let at = 0; at < text.length; at += size) shown += next(text.slice(at, at + size));
    expect(shown).toBe(text.replaceAll(key, secretMask));
  }
});
