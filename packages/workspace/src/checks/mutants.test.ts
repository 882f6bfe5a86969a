// Wrong versions of lines, and the texts that formatting and comparing leave.
import { describe, expect, it } from 'vitest';
import { formattedOnly, linesThatDiffer } from './changed-lines.ts';
import { mutantsOf } from './mutants.ts';

const changesOf = (language: 'typescript' | 'python' | 'go', text: string, line = 1): string[] =>
  mutantsOf(language, text, [line]).map(({ column, change }) => `${column} ${change}`);

describe('mutantsOf', () => {
  it('changes operators, constants and conditions', () => {
    expect(changesOf('typescript', 'if (a < 10 && ready) return true;')).toEqual([
      '7 < became <=',
      '12 && became ||',
      '29 true became false',
      '9 10 became 11',
      '5 the condition became its opposite',
    ]);
    expect(changesOf('python', 'if a and b:')).toEqual(['6 and became or', '4 the condition became its opposite']);
  });

  it('leaves out statements, in Python as pass', () => {
    expect(mutantsOf('python', 'def f():\n    save(x)\n', [2])[0]).toMatchObject({
      text: 'def f():\n    pass\n',
      column: 5,
    });
    expect(mutantsOf('typescript', '  total += item.price;\n', [1])[0]).toMatchObject({ text: '\n' });
  });

  it('touches neither strings nor comments, imports nor other lines', () => {
    expect(changesOf('typescript', "const a = 'x < 1 && true'; // 2 > 1")).toEqual([]);
    expect(changesOf('typescript', "import { a } from './1.js';")).toEqual([]);
    expect(changesOf('go', 'x := `a\n1 < 2`\n', 2)).toEqual([]);
    expect(changesOf('typescript', 'const f: Map<string, number> = new Map();')).toEqual([]);
  });
});

describe('changed lines', () => {
  it('are those that the text before does not have', () => {
    expect(linesThatDiffer('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual([2, 4]);
    expect(linesThatDiffer('', 'a\nb')).toEqual([1, 2]);
  });

  it('alone are formatted in a file that was not clean', () => {
    const written = 'x=1\nold  =  2\ny=3\n';
    expect(formattedOnly(written, 'x = 1\nold = 2\ny = 3\n', [3])).toBe('x=1\nold  =  2\ny = 3\n');
    expect(formattedOnly('a  b\nf(1,2)\n', 'a b\nf(\n  1,\n  2,\n)\n', [2])).toBe('a  b\nf(\n  1,\n  2,\n)\n');
    expect(formattedOnly('a  b\nf(1,2)\n', 'a b\nf(\n  1,\n  2,\n)\n', [1])).toBe('a b\nf(1,2)\n');
  });
});
