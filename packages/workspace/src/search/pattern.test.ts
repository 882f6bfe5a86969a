// Patterns, and the words that files must contain to be worth reading.
import { describe, expect, it } from 'vitest';
import { compilePattern, requiredLiterals } from './pattern.ts';

describe('compilePattern', () => {
  it('takes literal text as it is', () => {
    expect(compilePattern('a.b(c)-[d]{2}$', 'literal', true).regex.test('x a.b(c)-[d]{2}$ y')).toBe(true);
    expect(compilePattern('ÄB', 'literal', false).regex.test('äb')).toBe(true);
    expect(compilePattern('abc', 'literal', true).regex.test('ABC')).toBe(false);
  });

  it('understands what grep and ripgrep write', () => {
    expect(compilePattern('(?i)foo', 'regex', true).regex.test('FOO')).toBe(true);
    expect(compilePattern('(?P<name>a)[[:digit:]]+\\z', 'regex', true).regex.test('a12')).toBe(true);
    expect(compilePattern('\\p{Lu}x', 'regex', true).regex.test('Äx')).toBe(true);
  });

  it('says what is wrong', () => {
    expect(() => compilePattern('a(', 'regex', true)).toThrow(/Not a regular expression/);
    expect(() => compilePattern('', 'literal', true)).toThrow(/empty/);
  });
});

describe('requiredLiterals', () => {
  it.each<[string, string[] | null]>([
    ['function\\s+(\\w+)', ['function']],
    ['foo|barbaz', ['foo', 'barbaz']],
    ['foo|ba?', null],
    ['abcd?ef', ['abc']],
    ['abcd{0,2}ef', ['abc']],
    ['abcd+ef', ['abcd']],
    ['a\\.b\\(c', ['a.b(c']],
    ['(abcdef)?xyz', ['xyz']],
    ['[abc]def[)]ghij', ['ghij']],
    ['\\x41bcd', ['bcd']],
    ['\\u0041bcd\\d99', ['bcd']],
    ['(?<!x)abc(?=yyyyy)', ['abc']],
    ['.*', null],
    ['^import$', ['import']],
  ])('%s', (source, wanted) => {
    expect(requiredLiterals(source)).toEqual(wanted);
  });

  it('names only words that every match contains', () => {
    const pieces = [
      'abc',
      'x',
      '.',
      '\\d',
      '[ab]',
      '(cd|e)',
      '(?:f)',
      'g?',
      'h*',
      'i+',
      'j{0,1}',
      'k{2}',
      '\\.',
      '|',
      '\\x6c',
      '\\bmn',
    ];
    let state = 7;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const texts = Array.from({ length: 400 }, () =>
      Array.from({ length: 14 }, () => 'abcdefghijklmn.1x '[random(18)]).join(''),
    );
    for (let n = 0; n < 400; n++) {
      const source = Array.from({ length: 1 + random(5) }, () => pieces[random(pieces.length)]).join('');
      const words = requiredLiterals(source);
      for (const text of words ? texts : []) {
        if (new RegExp(source).test(text))
          expect(
            words?.some((word) => text.includes(word)),
            `${source} in ${text}`,
          ).toBe(true);
      }
    }
  });
});
