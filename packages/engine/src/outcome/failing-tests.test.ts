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
});
