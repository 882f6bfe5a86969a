// Which edits need no parser: names, numbers and words exchanged one for one, and nothing else.
import { describe, expect, it } from 'vitest';
import { hasSameStructure } from './same-structure.ts';

const code = 'import x from "y";\nfunction greet(name) {\n  return "Helo, " + name + 12;\n}\n// the end\n';
const change = (from: string, to: string): string => code.replace(from, to);

describe('hasSameStructure', () => {
  it.each([
    ['Helo', 'Hello'],
    ['greet', 'welcome'],
    ['12', '13'],
    ['the end', 'one end'],
    ['"y"', '"z"'],
  ])('holds for %s → %s', (from, to) => expect(hasSameStructure(code, change(from, to))).toBe(true));

  it.each([
    ['return', 'retrun'],
    ['greet', 'if'],
    ['name +', 'name'],
    ['12', 'twelve'],
    ['greet', '1greet'],
    ['  return', ' return'],
    ['"Helo, "', '"Helo, '],
    ['}\n', ''],
    ['greet(name)', 'greet(name, other)'],
    ['// the end', '/ the end'],
    ['name + 12', 'na me + 12'],
  ])('does not hold for %s → %s', (from, to) => expect(hasSameStructure(code, change(from, to))).toBe(false));

  it('does not hold for a new or an emptied text, and holds for none at all', () => {
    expect(hasSameStructure('', code)).toBe(false);
    expect(hasSameStructure(code, '')).toBe(false);
    expect(hasSameStructure(code, code)).toBe(true);
  });

  it('looks at whole words, wherever the difference begins', () => {
    expect(hasSameStructure('a = iffy;', 'a = if;')).toBe(false);
    expect(hasSameStructure('a = if;', 'a = iffy;')).toBe(false);
    expect(hasSameStructure('x\nab\ny', 'x\naab\ny')).toBe(true);
  });
});
