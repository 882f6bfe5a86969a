// Names of failing tests in the words of several runners, and what is new among them.
import { describe, expect, it } from 'vitest';
import { compareFailures, failingTests } from './failing-tests.ts';

describe('failing tests', () => {
  it.each([
    ['node:test', '✔ adds (0.1ms)\n✖ rounds half up (1.203ms)\nℹ fail 1\n✖ failing tests:\n', ['rounds half up']],
    ['TAP', 'ok 1 - adds\nnot ok 2 - rounds # time=3ms\n', ['rounds']],
    ['Jest', '  ● cart › rounds\n\n    expect(1)\n  ✕ rounds (3 ms)\n', ['cart › rounds', 'rounds']],
    ['Vitest', ' FAIL  src/a.test.ts > cart > rounds\n', ['src/a.test.ts > cart > rounds']],
    ['pytest', 'FAILED tests/test_a.py::test_b - assert 1 == 2\n', ['tests/test_a.py::test_b']],
    ['unittest', 'FAIL: test_b (test_a.A.test_b)\n', ['test_b (test_a.A.test_b)']],
    ['Go', '--- FAIL: TestRound (0.00s)\n', ['TestRound']],
    ['Cargo', 'test cart::rounds ... FAILED\n', ['cart::rounds']],
    ['Mocha', '  1) cart rounds:\n', ['cart rounds:']],
    ['colours', '\u001b[31m✖ rounds\u001b[39m\n', ['rounds']],
    ['something else', 'it broke\n', []],
  ])('of %s', (_runner, output, names) => {
    expect(failingTests(output)).toEqual(names);
  });

  it('are new where they did not fail before', () => {
    const before = 'not ok 1 - a\nnot ok 2 - b\n';
    expect(compareFailures('not ok 2 - b\n', before)).toEqual({ kind: 'same', old: ['b'] });
    expect(compareFailures('not ok 2 - b\nnot ok 3 - c\n', before)).toEqual({ kind: 'new', fresh: ['c'], old: ['b'] });
    expect(compareFailures('it broke\n', before)).toEqual({ kind: 'unknown' });
    expect(compareFailures('not ok 2 - b\n', 'cannot start')).toEqual({ kind: 'unknown' });
  });

  it('are new where there are more of one name than before', () => {
    const before = 'not ok 1 - works\nok 2 - works\n';
    expect(compareFailures('not ok 1 - works\nnot ok 2 - works\n', before)).toMatchObject({ fresh: ['works'] });
  });

  it.each([
    ['TAP', 'not ok 1 - old\nok 2 - a\nok 3 - b\n', 'not ok 1 - old\nok 2 - a\n'],
    ['node:test', '✖ old (1ms)\n✔ a (1ms)\nℹ pass 1\nℹ fail 1\n', '✖ old (1ms)\nℹ pass 0\nℹ fail 1\n'],
    [
      'pytest',
      'FAILED t.py::old - x\n== 1 failed, 3 passed in 1s ==\n',
      'FAILED t.py::old - x\n== 1 failed in 1s ==\n',
    ],
    [
      'Cargo',
      'test a ... ok\ntest old ... FAILED\n1 passed; 1 failed\n2 passed; 0 failed\n',
      'test a ... ok\ntest old ... FAILED\n1 passed; 1 failed\n',
    ],
    ['Go', '--- FAIL: TestOld (0.00s)\nok  \tp/b\t0.01s\n', '--- FAIL: TestOld (0.00s)\n'],
  ])('excuse nothing where fewer tests were run to a good end, by %s', (_runner, before, now) => {
    expect(compareFailures(now, before).kind).toBe('fewer');
    expect(compareFailures(before, before).kind).toBe('same');
    expect(compareFailures(before, now).kind).toBe('same');
  });
});
