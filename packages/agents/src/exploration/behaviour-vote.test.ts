// Behaviour is compared piece by piece; what is printed anew each time tells nobody apart.
import { describe, expect, it } from 'vitest';
import { piecesOf, voteOnBehaviour } from './behaviour-vote.ts';
import { perturbedTest } from './perturb-tests.ts';

describe('pieces of an output', () => {
  it('leave out times, dates, addresses and the folder', () => {
    expect(piecesOf('ok 1 in 0.34s\nat /tmp/x/a.js:3\n2026-01-02T03:04:05Z done 0x7ffe\n', '/tmp/x')).toEqual([
      'ok 1',
      'at /a.js:3',
      'done',
    ]);
  });

  it('tell the results of one line apart', () => {
    expect(piecesOf('RESULT {"failed":[{"name":"a"},{"name":"b"}]}', '/tmp/x')).toHaveLength(2);
  });
});

describe('the vote', () => {
  const behaviour = (candidate: number, outputs: readonly string[], weight = 1) => ({ candidate, weight, outputs });

  it('stands with the many, and a rejected candidate counts as well', () => {
    const standings = voteOnBehaviour([
      behaviour(1, ['same\nf(0) is 9', 'g']),
      behaviour(2, ['same\nf(0) is 0', 'g']),
      behaviour(3, ['same\nf(0) is 0', 'wrong'], 0.7),
    ]);
    const [odd, right, rejected] = [1, 2, 3].map((candidate) => standings.get(candidate)?.agreement ?? 0);
    expect(right).toBeGreaterThan(odd ?? 1);
    expect(right).toBeGreaterThan(rejected ?? 1);
    expect(new Set([...standings.values()].map((one) => one.behaviour)).size).toBe(3);
  });

  it('finds nothing between those that print the same', () => {
    const standings = voteOnBehaviour([behaviour(1, ['a']), behaviour(2, ['a'])]);
    expect([...standings.values()]).toEqual([
      { agreement: 1, behaviour: 'b1' },
      { agreement: 1, behaviour: 'b1' },
    ]);
  });
});

describe('perturbed tests', () => {
  const text = [
    `import { f } from './f.js';`,
    ...Array.from({ length: 30 }, (_, at) => `test('case ${at}', () => expect(f(${at}, 'ab', true)).toBe(${at * 2}));`),
  ].join('\n');

  it('change some literals, never an import or the name of a test, and are the same each time', () => {
    const variants = Array.from({ length: 12 }, (_, variant) => perturbedTest(text, variant) ?? '');
    expect(perturbedTest(text, 3)).toBe(variants[3]);
    expect(new Set(variants).size).toBe(12);
    for (const variant of variants) {
      expect(variant.startsWith(`import { f } from './f.js';\n`)).toBe(true);
      expect(variant.match(/test\('case \d+'/g)).toEqual(text.match(/test\('case \d+'/g));
      const changed = variant.split('\n').filter((line, at) => line !== text.split('\n')[at]).length;
      expect(changed).toBeGreaterThan(3);
      expect(changed).toBeLessThan(28);
    }
  });

  it('are none where there is no literal', () => {
    expect(perturbedTest('import x from "x";\nrun(x);\n', 1)).toBeUndefined();
  });
});
