// Projects reach their files through faces (index, __init__): the tests around a change are found all the same.
import { expect, it } from 'vitest';
import { testsAround } from './tests-around.ts';

const around = (changed: string, text: string, tests: Record<string, string>, few = 0): string[] => {
  const files = Object.entries(tests).map(([path, content]) => ({ path, text: content }));
  return testsAround([{ path: changed, text }], files, few).map(({ path }) => path);
};

it('are those that name the file, before all others', () => {
  const tests = { 'test/a.test.js': "from '../src/duration.js'", 'test/duration.test.js': 'parse()' };
  expect(around('src/duration.js', 'function parse() {}', tests)).toEqual(['test/a.test.js']);
});

it('are those named after it, or after the folder that its face stands for', () => {
  const tests = { 'test/duration.test.js': "from '../src/index.js'", 'test/b.test.js': 'other' };
  expect(around('src/duration.js', '', tests)).toEqual(['test/duration.test.js']);
  const roman = { 'tests/test_numbers.py': 'from roman import to_roman', 'tests/test_other.py': 'import x' };
  expect(around('roman/__init__.py', '', roman)).toEqual(['tests/test_numbers.py']);
});

it('are those that use what it defines, else all where there are few', () => {
  const tests = { 'test/a.test.js': 'assert(parse(1))', 'test/b.test.js': 'sparse()' };
  expect(around('src/core.js', 'export function parse(x) {}', tests)).toEqual(['test/a.test.js']);
  expect(around('src/core.js', '', tests)).toEqual([]);
  expect(around('src/core.js', '', tests, 2)).toEqual(['test/a.test.js', 'test/b.test.js']);
  expect(around('test/b.test.js', '', tests, 2), 'a change of tests alone').toEqual([]);
});
