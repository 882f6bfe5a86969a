// Tests of weighing candidates.
import { describe, expect, it } from 'vitest';
import {
  type CandidateEvidence,
  chooseCandidate,
  countTests,
  posteriorOf,
  survivorsOf,
  undecided,
  whyChosen,
} from './candidates.ts';

const evidence = (candidate: number, more: Partial<CandidateEvidence> = {}): CandidateEvidence => ({
  candidate,
  isVerified: false,
  passed: 0,
  failed: 1,
  cluster: `c${candidate}`,
  changedTests: 0,
  changedLines: 10,
  ...more,
});

describe('choosing a candidate', () => {
  it('takes none when none is verified, however many tests pass', () => {
    expect(chooseCandidate([evidence(1, { passed: 99 }), evidence(2, { passed: 98 })])).toBeUndefined();
  });

  it('finds the verified one in any place', () => {
    for (const right of [1, 2, 3]) {
      const all = [1, 2, 3].map((n) => evidence(n, { isVerified: n === right, passed: n === right ? 1 : 50 }));
      expect(chooseCandidate(all)?.candidate).toBe(right);
    }
  });

  it('prefers who left the tests alone, then agreement, then the smaller change', () => {
    const verified = { isVerified: true };
    const mover = evidence(1, { ...verified, changedTests: 1, changedLines: 1 });
    expect(chooseCandidate([mover, evidence(2, verified)])?.candidate).toBe(2);
    const alone = evidence(1, { ...verified, changedLines: 1 });
    const pair = [2, 3].map((n) => evidence(n, { ...verified, cluster: 'same' }));
    expect(chooseCandidate([alone, ...pair])?.candidate).toBe(2);
    expect(chooseCandidate([evidence(1, verified), evidence(2, { ...verified, changedLines: 2 })])?.candidate).toBe(2);
  });
});

describe('why one is chosen', () => {
  const verified = { isVerified: true };
  it.each([
    ['no candidate is proven', [evidence(1)]],
    ['it is the only one that the checks accept', [evidence(1), evidence(2, verified)]],
    [
      'before 1, as it takes nothing away from existing tests',
      [evidence(1, { ...verified, changedTests: 1 }), evidence(2, verified)],
    ],
    [
      'before 1, as it passes more of the tests written for the request',
      [0, 1, 1].map((passed, at) =>
        evidence(at + 1, { ...verified, cluster: passed === 1 ? 'same' : 'other', keptTests: { passed, of: 1 } }),
      ),
    ],
    [
      'before 1, as where they differ it behaves as more of the others do',
      [0.4, 0.6].map((agreement, at) => evidence(at + 1, { ...verified, agreement })),
    ],
    [
      'before 1, as more of the others made the same of it',
      ['a', 'b', 'b'].map((cluster, at) => evidence(at + 1, { ...verified, cluster })),
    ],
    [
      'all that the checks accept came to the same, and its change is the smallest',
      [1, 2].map((n) => evidence(n, { ...verified, cluster: 'a' })),
    ],
  ])('%s', (words, all) => {
    expect(whyChosen(all)).toBe(words);
  });
});

describe('weak evidence', () => {
  const level = [1, 2].map((n) => evidence(n, { isVerified: true, agreement: 0.5 }));

  it('is asked for where nothing else tells proven candidates apart', () => {
    expect(undecided(level)).toHaveLength(2);
    expect(undecided(level.map((one) => ({ ...one, cluster: 'same' })))).toEqual([]);
    const [first, second] = level.map((one, at) => ({ ...one, agreement: at }));
    expect(undecided([first ?? evidence(1), second ?? evidence(2)])).toEqual([]);
    expect(undecided([evidence(1)])).toEqual([]);
  });

  it('decides then, the reviewer less than the tests', () => {
    const choose = (...more: readonly Partial<CandidateEvidence>[]) =>
      chooseCandidate(level.map((one, at) => ({ ...one, ...more[at] })))?.candidate;
    expect(choose({ review: 0.2 }, { review: 0.9 })).toBe(2);
    expect(choose({ noticed: 1, review: 0 }, { noticed: 0.5, review: 1 })).toBe(1);
    expect(choose({ review: 0, agreement: 0.6 }, { review: 1 })).toBe(1);
  });
});

describe('halving', () => {
  it('keeps the better half and one of each cluster', () => {
    const all = [
      evidence(1, { passed: 1, failed: 9 }),
      evidence(2, { passed: 9, failed: 1, cluster: 'same' }),
      evidence(3, { passed: 9, failed: 1, cluster: 'same' }),
      evidence(4, { passed: 5, failed: 5 }),
    ];
    expect(survivorsOf(all, 0.5).map((one) => one.candidate)).toEqual([2, 4]);
    expect(survivorsOf(all.slice(0, 1), 0.5)).toHaveLength(1);
  });

  it('moves the expectation by what the checks said', () => {
    expect(posteriorOf({ passed: 0, failed: 0 }, 0.7)).toBeCloseTo(0.7);
    expect(posteriorOf({ passed: 8, failed: 0 }, 0.5)).toBeCloseTo(0.9);
    expect(posteriorOf({ passed: 0, failed: 8 }, 0.5)).toBeCloseTo(0.1);
  });
});

it('counts tests in the words of common runners', () => {
  expect(countTests('Tests  2 failed | 5 passed (7)')).toEqual({ passed: 5, failed: 2 });
  expect(countTests('# pass 3\n# fail 1\n')).toEqual({ passed: 3, failed: 1 });
  expect(countTests('all fine')).toBeUndefined();
});
