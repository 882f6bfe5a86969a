// Behaviour is compared piece by piece; what is printed anew each time tells nobody apart.
import { describe, expect, it } from 'vitest';
import { piecesOf, voteOnBehaviour } from './behaviour-vote.ts';
import { type Hints, literalsIn, methodsIn, noHints, perturbedTest, quotedIn } from './perturb-tests.ts';

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
  const behaviour = (candidate: number, outputs: readonly string[], weight = 1) => ({
    candidate,
    isProven: weight === 1,
    weight,
    outputs,
  });

  it('stands with the many, and a rejected candidate counts as well', () => {
    const standings = voteOnBehaviour([
      behaviour(1, ['same\nf(0) is 9', 'g']),
      behaviour(2, ['same\nf(0) is 0', 'g']),
      behaviour(3, ['same\nf(0) is 0', 'wrong'], 0.7),
    ]);
    const [odd, right] = [1, 2].map((candidate) => standings.get(candidate)?.agreement ?? 0);
    expect(right).toBeGreaterThan(odd ?? 1);
    expect(standings.get(1)?.behaviour).not.toBe(standings.get(2)?.behaviour);
  });

  it('is not about what only a rejected one prints', () => {
    const standings = voteOnBehaviour([behaviour(1, ['a']), behaviour(2, ['a']), behaviour(3, ['b'], 0.7)]);
    expect(standings.get(1)).toEqual({ agreement: 1, behaviour: 'b1' });
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

  const linesOf = (test: string, hints?: Hints): Set<string> =>
    new Set(Array.from({ length: 400 }, (_, variant) => perturbedTest(test, variant, hints) ?? ''));

  it('shorten, repeat and turn lists, and leave what is an index alone', () => {
    const lines = linesOf('f([1, 2, 3]);');
    for (const wanted of ['f([ 2, 3]);', 'f([1, 2]);', 'f([ 3, 2,1]);', 'f([]);']) expect(lines).toContain(wanted);
    expect([...linesOf('f(a[1]);')].filter(Boolean).every((line) => /^f\(a\[-?\d+\]\);$/.test(line))).toBe(true);
  });

  it('let values of one line meet, and call other methods of the same source', () => {
    const methods = methodsIn('class A {\n  open(a, b) {\n  }\n  total() {\n    if (a) {\n  }\n}');
    expect(methods).toEqual(['open', 'total']);
    const lines = linesOf('a.open(10, 20).open(15, 30);', { ...noHints, methods });
    expect(lines).toContain('a.open(10, 20).open(20, 30);');
    expect(lines).toContain('a.open(10, 20).total(15, 30);');
  });

  it('try what the candidates disagree about and what the request names', () => {
    const { strings, numbers } = literalsIn("-const rest = 8;\n+const rest = 9;\n   if (word[i] === '-')");
    expect([strings, numbers]).toEqual([['-'], [8, 9]]);
    expect(linesOf('f(6, 14);', { ...noHints, numbers })).toContain('f(6, 15);');
    expect(linesOf(`f('north east');`, { ...noHints, strings })).toContain(`f('north-east');`);
    expect(quotedIn('give `{{else}}` or "a b", it\'s said')).toEqual(['{{else}}', 'a b']);
  });

  it('cut no character that is escaped', () => {
    const lines = [...linesOf(String.raw`f('\n\n');`)];
    expect(lines.filter((line) => /(?:^|[^\\])(?:\\\\)*\\'\)/.test(line))).toEqual([]);
    expect(lines.length).toBeGreaterThan(3);
  });

  it('are none where there is no literal', () => {
    expect(perturbedTest('import x from "x";\nrun(x);\n', 1)).toBeUndefined();
  });
});
