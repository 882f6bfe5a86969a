// What the bytes of a terminal mean.
import { describe, expect, it } from 'vitest';
import { type Input, KeyReader, keyName } from './keys.ts';

function names(inputs: readonly Input[]): string[] {
  return inputs.map((input) => (input.kind === 'key' ? keyName(input.key) : `${input.kind}`));
}

describe('keys', () => {
  it.each([
    ['a', 'a'],
    ['\r', 'enter'],
    ['\n', 'ctrl-j'],
    ['\u0003', 'ctrl-c'],
    ['\u007f', 'backspace'],
    ['\u001b[A', 'up'],
    ['\u001bOB', 'down'],
    ['\u001b[1;5C', 'ctrl-right'],
    ['\u001b[1;3D', 'alt-left'],
    ['\u001b[3~', 'delete'],
    ['\u001b[Z', 'shift-tab'],
    ['\u001b\r', 'alt-enter'],
    ['\u001bb', 'alt-b'],
    ['\u001b[13;2u', 'shift-enter'],
    ['\u001b[27;2;13~', 'shift-enter'],
    ['\u001b[27u', 'escape'],
    ['\u001b[99;5u', 'ctrl-c'],
    ['\u001b[97;2u', 'A'],
    ['\u001b[<64;3;4M', 'wheelup'],
    ['é', 'é'],
    ['😀', '😀'],
    ['\u001b[?1u', 'kitty'],
  ])('%j is %s', (bytes, name) => {
    expect(names(new KeyReader().read(bytes))).toEqual([name]);
  });

  it('passes over answers of the terminal, releases of keys and what it does not know', () => {
    const reader = new KeyReader();
    expect(names(reader.read('\u001b[?62;c\u001b]11;rgb:0/0/0\u0007\u001b[97;1:3u\u001b[99Xx'))).toEqual(['x']);
  });

  it('reads a sequence that comes in pieces, and an escape that nothing follows', () => {
    const reader = new KeyReader();
    expect(reader.read('\u001b')).toEqual([]);
    expect(reader.isWaiting).toBe(true);
    expect(names(reader.read('[1;5'))).toEqual([]);
    expect(names(reader.read('D'))).toEqual(['ctrl-left']);
    reader.read('\u001b');
    expect(names(reader.flush())).toEqual(['escape']);
  });

  it('finds the end of a paste wherever it is cut', () => {
    const bytes = '\u001b[200~text\u001b[201~';
    for (let at = 1; at < bytes.length; at++) {
      const reader = new KeyReader();
      const found = [...reader.read(bytes.slice(0, at)), ...reader.read(bytes.slice(at))];
      expect(found).toEqual([{ kind: 'paste', text: 'text' }]);
    }
  });

  it('takes a paste whole, whatever is in it and wherever it is cut', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index}\u001b[A\u0003`);
    const bytes = `\u001b[200~${lines.join('\r')}\u001b[201~x`;
    const reader = new KeyReader();
    const found: Input[] = [];
    for (let at = 0; at < bytes.length; at += 4093) found.push(...reader.read(bytes.slice(at, at + 4093)));
    expect(found).toHaveLength(2);
    expect(found[0]).toEqual({ kind: 'paste', text: lines.join('\n') });
    expect(names(found.slice(1))).toEqual(['x']);
  });
});
