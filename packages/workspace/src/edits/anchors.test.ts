// Edits by line-hash anchors: found where they say, or where they certainly moved to; refused when anything else is the case.
import { expect, it } from 'vitest';
import { anchorOf } from './anchors.ts';
import { applyEditToText } from './apply.ts';
import type { AnchorChange } from './edit.ts';

const path = 'a.ts';

function apply(text: string, ...changes: AnchorChange[]): string {
  const result = applyEditToText(text, { format: 'line-anchors', path, changes }, { path });
  return result.kind === 'edited' ? result.text : result.code;
}

const file = 'one\ntwo\nthree\nfour\n';
const at = (number: number, text = file) => anchorOf(text.split('\n')[number - 1]?.trimEnd() ?? '', number);

it('replaces, deletes and inserts whole lines, several at once, all named as the file was', () => {
  expect(apply(file, { from: at(2), text: 'TWO' })).toBe('one\nTWO\nthree\nfour\n');
  expect(apply(file, { from: at(2), to: at(3), text: '' })).toBe('one\nfour\n');
  expect(apply(file, { from: at(4), text: 'five\nsix\n', after: true })).toBe('one\ntwo\nthree\nfour\nfive\nsix\n');
  expect(apply(file, { from: '0:', text: 'zero', after: true })).toBe('zero\none\ntwo\nthree\nfour\n');
  expect(apply(file, { from: at(4), text: 'FOUR' }, { from: at(1), text: 'a\nb' })).toBe('a\nb\ntwo\nthree\nFOUR\n');
});

it('keeps line endings and a missing final newline', () => {
  expect(apply('a\r\nb\r\nc\r\n', { from: anchorOf('b', 2), text: 'B\nBB' })).toBe('a\r\nB\r\nBB\r\nc\r\n');
  expect(apply('a\nb', { from: anchorOf('b', 2), text: 'B\n' })).toBe('a\nB');
  expect(apply('a\nb', { from: anchorOf('b', 2), text: 'c', after: true })).toBe('a\nb\nc');
  expect(apply('a\nb', { from: anchorOf('b', 2), text: '' })).toBe('a');
});

it('follows lines that moved together, and refuses what changed, stands twice or makes no sense', () => {
  const moved = `new\nnew2\n${file}`;
  expect(apply(moved, { from: at(2), to: at(3), text: 'x' })).toBe('new\nnew2\none\nx\nfour\n');
  expect(apply('one\ntwo\ninserted\nthree\n', { from: at(2), to: at(3), text: 'x' })).toBe('not-found');
  expect(apply('one\nchanged\n', { from: at(2), text: 'x' })).toBe('not-found');
  expect(apply('x\none\ntwo\ny\ntwo\n', { from: anchorOf('two', 1), text: 'z' })).toBe('ambiguous');
  expect(apply(file, { from: '2', text: 'x' })).toBe('malformed');
  expect(apply(file, { from: at(2), to: at(3), text: 'x' }, { from: at(3), text: 'y' })).toBe('ambiguous');
  expect(apply(file, { from: at(2), text: 'two' })).toBe('no-change');
  expect(apply(file, { from: at(2), text: '// ... existing code ...' })).toBe('elided');
});

it('holds on real drift: every line of a file with lines put before it is found or refused, never taken for another', () => {
  const texts = Array.from({ length: 400 }, (_, line) =>
    line % 7 === 0 ? '}' : `  const value${line} = ${line * 31};`,
  );
  const before = `${texts.join('\n')}\n`;
  const drifted = `import x;\nimport y;\n${before}`;
  for (let number = 1; number <= texts.length; number++) {
    const result = apply(drifted, { from: anchorOf(texts[number - 1] ?? '', number), text: 'CHANGED' });
    const wanted = drifted
      .split('\n')
      .map((line, index) => (index === number + 1 ? 'CHANGED' : line))
      .join('\n');
    if (texts[number - 1] === '}') expect(['ambiguous', wanted]).toContain(result);
    else expect([wanted, 'ambiguous'], String(number)).toContain(result);
  }
});
