// What a test names is what is made wrong, with what it uses; where nothing is named, everything is.
import type { FileOutline } from '@monkey-coder/workspace';
import { describe, expect, it } from 'vitest';
import { linesUnderTest } from './lines-under-test.ts';

const text =
  'function add(a, b) {\n  return plus(a, b);\n}\nfunction plus(a, b) {\n  return a + b;\n}\nfunction other() {\n  return 1;\n}\n';
const define = (
  name: string,
  firstLine: number,
  lastLine: number,
  kind = 'function',
): FileOutline['definitions'][number] => ({
  name,
  kind: kind as 'function',
  nameLine: firstLine,
  firstLine,
  lastLine,
  container: null,
  signature: '',
});
const definitions = [define('add', 1, 3), define('plus', 4, 6), define('other', 7, 9)];

describe('lines under test', () => {
  it('are those of the named definition and of what it calls', () => {
    expect(linesUnderTest({ text, definitions, tests: ['expect(add(1, 2))'] })).toEqual([1, 2, 3, 4, 5, 6]);
  });
  it('do not take a name that is part of another', () => {
    expect(linesUnderTest({ text, definitions, tests: ['addition(others)', 'plus(1, 1)'] })).toEqual([4, 5, 6]);
  });
  it('are all where nothing is named', () => {
    expect(linesUnderTest({ text, definitions, tests: ['nothing'] })).toHaveLength(10);
  });
  it('are also those that are executed inside of definitions, and those alone where nothing is named', () => {
    expect(linesUnderTest({ text, definitions, tests: ['plus(1, 1)'], executed: new Set([1, 4, 7, 8]) })).toEqual([
      4, 5, 6, 8,
    ]);
    expect(linesUnderTest({ text, definitions, tests: ['nothing'], executed: new Set([1, 2, 10]) })).toEqual([2]);
  });
  it('leave out methods of a class that no test names', () => {
    const members = [define('Cart', 1, 9, 'class'), define('total', 2, 3), define('clear', 5, 6)];
    expect(linesUnderTest({ text, definitions: members, tests: ['new Cart().total()'] })).toEqual([2, 3]);
  });
});
