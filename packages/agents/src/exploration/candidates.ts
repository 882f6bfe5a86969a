// Weighs candidates against each other: chance of being right from what their checks said, who goes on, who is chosen. Pure.

/** What is known of one candidate when its turn is over. */
export interface CandidateEvidence {
  /** Counted from 1. */
  readonly candidate: number;
  /** All checks passed on its tree, by the product's own run of them. */
  readonly isVerified: boolean;
  /** Single tests, or whole checks where no tests are counted, that passed and failed. */
  readonly passed: number;
  readonly failed: number;
  /** Candidates that behave alike, or made the same change but for blanks, carry the same word. */
  readonly cluster: string;
  /** Share of the candidates on its side where they behave differently, 0..1; absent where that was not looked at. */
  readonly agreement?: number;
  /** Tests written for the task that it passes, of those that fail without a change and most candidates pass. */
  readonly keptTests?: { readonly passed: number; readonly of: number };
  /** Share of wrong versions of its lines that the tests notice, 0..1; looked at only where nothing else tells candidates apart. */
  readonly noticed?: number;
  /** What a reviewer gives it, 0..1: a weak sign. */
  readonly review?: number;
  /** Existing test files of which it took lines away: it may have moved the goal. */
  readonly changedTests: number;
  /** Lines added and removed. */
  readonly changedLines: number;
}

/** Weight of what was expected before, in observations. */
const priorWeight = 2;

/** Chance that a candidate is right, 0..1: a Beta posterior around the expectation `expected` (0..1), moved by its checks. */
export function posteriorOf(evidence: Pick<CandidateEvidence, 'passed' | 'failed'>, expected: number): number {
  const mean = Math.min(0.95, Math.max(0.05, expected));
  return (mean * priorWeight + evidence.passed) / (priorWeight + evidence.passed + evidence.failed);
}

/** Those that go on after a round, best first: the better half by posterior, at least one; of one cluster only one. */
export function survivorsOf(all: readonly CandidateEvidence[], expected: number): CandidateEvidence[] {
  const ranked = [...all].sort(
    (a, b) => posteriorOf(b, expected) - posteriorOf(a, expected) || a.candidate - b.candidate,
  );
  const seen = new Set<string>();
  const distinct = ranked.filter((one) => !seen.has(one.cluster) && seen.add(one.cluster));
  return distinct.slice(0, Math.max(1, Math.ceil(all.length / 2)));
}

/**
 * The candidate to take: only a verified one; undefined when there is none. Who passes more of the tests written for the task goes
 * before who passes fewer, who behaves as most do before who does not, the larger cluster before the smaller, then weak evidence
 * (tests that notice wrong versions of it, a reviewer), who took nothing away from existing tests, the smaller change before the larger.
 */
export function chooseCandidate(all: readonly CandidateEvidence[]): CandidateEvidence | undefined {
  return ranked(all)[0];
}

/** What decided between the chosen candidate and the other proven ones, but for those that came to the same. */
export function whyChosen(all: readonly CandidateEvidence[]): string {
  const [best, ...rest] = ranked(all);
  if (best === undefined) return 'no candidate is proven';
  if (rest.length === 0) return 'it is the only one that the checks accept';
  const beaten = new Map<string, number[]>();
  for (const other of rest) {
    const decisive = criteria.find(({ compare }) => compare(best, other, all) < 0);
    const isSame = other.cluster === best.cluster && (decisive === undefined || decisive === criteria.at(-1));
    const words = decisive?.words ?? 'nothing tells them apart';
    if (!isSame) beaten.set(words, [...(beaten.get(words) ?? []), other.candidate]);
  }
  if (beaten.size === 0) return 'all that the checks accept came to the same, and its change is the smallest';
  return [...beaten].map(([words, candidates]) => `before ${candidates.join(' and ')}, ${words}`).join('; ');
}

function ranked(all: readonly CandidateEvidence[]): CandidateEvidence[] {
  return all
    .filter((one) => one.isVerified)
    .sort(
      (a, b) => criteria.reduce((order, { compare }) => order || compare(a, b, all), 0) || a.candidate - b.candidate,
    );
}

interface Criterion {
  readonly words: string;
  /** Below 0 where the first one is better. */
  readonly compare: (a: CandidateEvidence, b: CandidateEvidence, all: readonly CandidateEvidence[]) => number;
}

/** In the order in which they decide. */
const criteria: readonly Criterion[] = [
  {
    words: 'as it passes more of the tests written for the request',
    compare: (a, b) => shareOfKept(b) - shareOfKept(a),
  },
  {
    words: 'as where they differ it behaves as more of the others do',
    compare: (a, b) => (b.agreement ?? 0) - (a.agreement ?? 0),
  },
  { words: 'as more of the others made the same of it', compare: (a, b, all) => sizeOf(b, all) - sizeOf(a, all) },
  {
    words: 'as the tests notice more wrong versions of it, or the reviewer likes it better',
    compare: (a, b) => weakEvidence(b) - weakEvidence(a),
  },
  { words: 'as it takes nothing away from existing tests', compare: (a, b) => a.changedTests - b.changedTests },
  {
    words: 'as its change is smaller and nothing else tells them apart',
    compare: (a, b) => a.changedLines - b.changedLines,
  },
];

function sizeOf({ cluster }: CandidateEvidence, all: readonly CandidateEvidence[]): number {
  return all.filter((one) => one.isVerified && one.cluster === cluster).length;
}

/** Weight of a reviewer beside what the tests notice. */
const reviewWeight = 0.3;

function weakEvidence({ noticed = 0.5, review = 0.5 }: CandidateEvidence): number {
  return (1 - reviewWeight) * noticed + reviewWeight * review;
}

/** Proven candidates that behave differently and that none of the strong evidence tells apart, the best ones only. */
export function undecided(all: readonly CandidateEvidence[]): readonly CandidateEvidence[] {
  const best = chooseCandidate(all);
  if (best === undefined) return [];
  const isLevel = (one: CandidateEvidence): boolean =>
    one.isVerified &&
    one.changedTests === best.changedTests &&
    Math.abs(shareOfKept(one) - shareOfKept(best)) < 0.01 &&
    Math.abs((one.agreement ?? 0) - (best.agreement ?? 0)) < 0.01;
  const level = all.filter(isLevel);
  const sizes = new Map<string, number>();
  for (const { cluster } of level) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const most = Math.max(...sizes.values());
  const left = level.filter(({ cluster }) => sizes.get(cluster) === most);
  return new Set(left.map(({ cluster }) => cluster)).size > 1 ? left : [];
}

function shareOfKept({ keptTests }: CandidateEvidence): number {
  return keptTests === undefined ? 0 : keptTests.passed / Math.max(1, keptTests.of);
}

/** Tests that passed and failed by the words of common runners; undefined when the output counts none. */
export function countTests(output: string): { readonly passed: number; readonly failed: number } | undefined {
  const numberOf = (...patterns: readonly RegExp[]): number | undefined => {
    for (const pattern of patterns) {
      const found = [...output.matchAll(pattern)].at(-1)?.[1];
      if (found !== undefined) return Number(found);
    }
    return undefined;
  };
  const passed = numberOf(/\b(\d+) (?:passed|passing)\b/g, /^\W*pass (\d+)\s*$/gm, /^ok\D+(\d+)\s*$/gm);
  const failed = numberOf(/\b(\d+) (?:failed|failing)\b/g, /^\W*fail (\d+)\s*$/gm);
  return passed === undefined && failed === undefined ? undefined : { passed: passed ?? 0, failed: failed ?? 0 };
}
