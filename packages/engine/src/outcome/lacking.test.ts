// When what a check lacks excuses its failure.
import { expect, it } from 'vitest';
import { lacksTheSame } from './lacking.ts';

const receipt = (tail: string) => ({
  ...{ id: 'rcp_1', kind: 'tests' as const, command: 'npm test', exitCode: 1, passed: false, treeHash: '0' },
  ...{ startedAt: 0, durationMs: 1, tail },
});

it.each([
  ["Cannot find package 'left' imported from /a/x.js", "Cannot find package 'left' imported from /b/x.js", true],
  ["Cannot find module '/a/dist/x.js'", "Cannot find module '/b/dist/x.js'", true],
  ["Cannot find package 'new' imported from /a/x.js", "Cannot find package 'left' imported from /b/x.js", false],
  ["ModuleNotFoundError: No module named 'mine'", "ModuleNotFoundError: No module named 'left'", false],
  ["Cannot find package 'left'", 'it broke', false],
])('now %s, before %s: %s', (now, before, excused) => {
  expect(lacksTheSame(receipt(now), receipt(before))).toBe(excused);
});
