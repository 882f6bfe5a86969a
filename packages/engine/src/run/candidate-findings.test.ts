// Findings are told once to each of the others, never to who found them.
import { expect, it } from 'vitest';
import { type Finding, FindingList } from './candidate-findings.ts';

const fails = (candidate: number, evidence: string): Finding => ({ candidate, relation: 'fails-check', evidence });

it('tells each of the others once, with the evidence', () => {
  const recorded: Finding[] = [];
  const list = new FindingList((finding) => recorded.push(finding));
  list.share(fails(1, 'expected 3, got 4'));
  list.share(fails(1, 'expected 3, got 4'));
  expect(recorded).toHaveLength(1);
  expect(list.takeFor(1)).toEqual([]);
  expect(list.takeFor(2).join()).toContain('a check said: expected 3, got 4');
  expect(list.takeFor(2)).toEqual([]);
  list.share({ candidate: 2, relation: 'dead-end', evidence: 'a cache cannot work' });
  expect(list.takeFor(1).join()).toContain('came to nothing: a cache cannot work');
  expect(list.takeFor(2)).toEqual([]);
});

it('keeps evidence short, its end first, and none that says nothing', () => {
  const recorded: Finding[] = [];
  const list = new FindingList((finding) => recorded.push(finding));
  list.share(fails(1, `${'x'.repeat(5000)}the end`));
  list.share(fails(2, '  \n'));
  expect(recorded).toHaveLength(1);
  expect(recorded[0]?.evidence).toHaveLength(700);
  expect(recorded[0]?.evidence.endsWith('the end')).toBe(true);
});
