// The text under edit: motions, cuts, undo, vim's keys, and how it is laid out.
import { describe, expect, it } from 'vitest';
import { applyEditKey } from './edit-keys.ts';
import { type Key, KeyReader } from './keys.ts';
import { TextBuffer } from './text-buffer.ts';
import { layOut, visiblePart } from './text-layout.ts';
import { VimKeys } from './vim-keys.ts';

function keysOf(bytes: string): Key[] {
  const reader = new KeyReader();
  return [...reader.read(bytes), ...reader.flush()].flatMap((input) => (input.kind === 'key' ? [input.key] : []));
}

function edited(bytes: string, text = '', cursor = text.length): string {
  const buffer = new TextBuffer();
  buffer.set(text, cursor);
  for (const key of keysOf(bytes)) applyEditKey(buffer, key);
  return `${buffer.text.slice(0, buffer.cursor)}|${buffer.text.slice(buffer.cursor)}`;
}

describe('the common keys', () => {
  it.each([
    ['abc', 'abc|'],
    ['ab\u007f', 'a|'],
    ['one two\u0017', 'one |'],
    ['one two\u001bb', 'one |two'],
    ['one two\u0001x', 'x|one two'],
    ['one two\u0015', '|'],
    ['one two\u0015\u0019', 'one two|'],
    ['one two\u001b[1;5D\u000b', 'one |'],
    ['👩‍👩‍👧e\u001b[D\u007f', '|e'],
    ['日本\u007f', '日|'],
  ])('%j leaves %s', (bytes, expected) => {
    expect(edited(bytes)).toBe(expected);
  });

  it('undoes word by word and redoes', () => {
    const buffer = new TextBuffer();
    for (const key of keysOf('one two')) applyEditKey(buffer, key);
    buffer.undo();
    expect(buffer.text).toBe('one');
    buffer.redo();
    expect(buffer.text).toBe('one two');
  });
});

describe("vim's keys", () => {
  const vim = (bytes: string, text: string, cursor = 0): string => {
    const buffer = new TextBuffer();
    buffer.set(text, cursor);
    const keys = new VimKeys();
    keys.apply(buffer, { name: 'escape', text: '', ctrl: false, alt: false, shift: false });
    buffer.moveTo(cursor);
    for (const key of keysOf(bytes)) if (!keys.apply(buffer, key)) applyEditKey(buffer, key);
    return `${buffer.text.slice(0, buffer.cursor)}|${buffer.text.slice(buffer.cursor)}`;
  };

  it.each([
    ['w', 'one two', 'one |two'],
    ['e', 'one two', 'on|e two'],
    ['$', 'one two', 'one two|'],
    ['wb', 'one two', '|one two'],
    ['x', 'abc', '|bc'],
    ['dw', 'one two', '|two'],
    ['cwnew', 'one two', 'new| two'],
    ['dd', 'one\ntwo', '|two'],
    ['yyp', 'one\ntwo', 'one\n|one\ntwo'],
    ['ddu', 'one\ntwo', '|one\ntwo'],
    ['onew', 'one\ntwo', 'one\nnew|\ntwo'],
    ['Aend', 'one', 'oneend|'],
    ['wIstart', 'one two', 'start|one two'],
    ['jx', 'ab\ncd', 'ab\n|d'],
    ['d$', 'one two', '|'],
    ['ix', 'one', 'x|one'],
    ['ax', 'one', 'ox|ne'],
  ])('%s on %j leaves %s', (bytes, text, expected) => {
    expect(vim(bytes, text)).toBe(expected);
  });
});

describe('the layout', () => {
  it('breaks at the width and finds the cursor', () => {
    expect(layOut('abcdef', 4, 3)).toEqual({ rows: ['abc', 'def'], row: 1, column: 1 });
    expect(layOut('abc', 3, 3)).toEqual({ rows: ['abc', ''], row: 1, column: 0 });
    expect(layOut('a\nb', 2, 10)).toEqual({ rows: ['a', 'b'], row: 1, column: 0 });
    expect(layOut('日本語', 2, 4)).toEqual({ rows: ['日本', '語'], row: 1, column: 0 });
  });

  it('shows the part with the cursor', () => {
    const part = visiblePart(layOut(Array.from({ length: 20 }, (_, row) => `r${row}`).join('\n'), 79, 10), 5);
    expect(part.rows).toHaveLength(5);
    expect(part.row).toBeLessThan(5);
  });
});
