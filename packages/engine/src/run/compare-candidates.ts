// Further evidence where the checks accept changes that differ: tests written for the task, and how each behaves on inputs nobody looked at.
import { rmSync } from 'node:fs';
import { type Standing, undecided } from '@monkey-coder/agents';
import { errorMessage } from '@monkey-coder/protocol';
import type { ProjectCheck } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { type CandidateCopy, comparingCheck, withCopies } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import { freshCopy } from './candidate-places.ts';
import { crossTest, type KeptTests, type WrittenTest, writtenTests } from './cross-tests.ts';
import { type Exploration, shareOf, sideTask } from './exploration.ts';
import { probeBehaviour } from './probe-behaviour.ts';

/** All candidates, with what the comparison says of them. Where nothing can be compared they stay as they are. */
export async function compareCandidates(
  exploration: Exploration,
  scored: readonly Scored[],
): Promise<readonly Scored[]> {
  const { run } = exploration;
  const subjects = subjectsOf(scored);
  const check = await comparingCheck(run);
  if (check === undefined || subjects.filter((one) => one.isVerified).length < 2) return scored;
  return withCopies(exploration, [undefined, ...subjects], async (copies) => {
    const standings = await probeBehaviour(run, copies, check, (subject) => weightOf(subject, scored));
    const kept = await keptTests(exploration, { copies, standings }, check);
    const weighed = scored.map((one) => {
      const subject = subjects.find((other) => other.cluster === one.cluster);
      const standing = subject && standings.get(subject.candidate);
      const tests = subject && kept.get(subject.candidate);
      return {
        ...one,
        ...(standing === undefined ? {} : { agreement: standing.agreement, cluster: standing.behaviour }),
        ...(tests === undefined ? {} : { keptTests: tests }),
      };
    });
    return withWeakEvidence(exploration, weighed, copies, check);
  });
}

/** What nothing else tells apart is looked at once more. */
async function withWeakEvidence(
  exploration: Exploration,
  scored: readonly Scored[],
  copies: readonly CandidateCopy[],
  check: ProjectCheck,
): Promise<readonly Scored[]> {
  const left = new Set(undecided(scored).map((one) => one.candidate));
  const before = copies.find((copy) => copy.subject === undefined);
  if (left.size === 0 || before === undefined) return scored;
  const { furtherEvidence } = await import('./further-evidence.ts');
  const asked = copies.filter(({ subject }) => subject !== undefined && left.has(subject.candidate));
  const found = await furtherEvidence(exploration, asked, before.folder, check);
  return scored.map((one) => ({ ...one, ...found.get(one.candidate) }));
}

/** One candidate of each change, proven ones first. */
function subjectsOf(scored: readonly Scored[]): Scored[] {
  const seen = new Set<string>();
  return scored
    .filter((one) => one.changes.length > 0)
    .sort((a, b) => Number(b.isVerified) - Number(a.isVerified) || a.candidate - b.candidate)
    .filter((one) => !seen.has(one.cluster) && seen.add(one.cluster));
}

/** What the checks reject still votes, as far as its tests pass: it is wrong in places. */
function weightOf(subject: Scored, scored: readonly Scored[]): number {
  return scored
    .filter((one) => one.cluster === subject.cluster)
    .reduce((sum, one) => sum + (one.isVerified ? 1 : rejectedWeight(one)), 0);
}

function rejectedWeight({ passed, failed }: Scored): number {
  return passed === 0 ? 0.4 : (0.8 * passed) / (passed + failed);
}

/** The tests that candidates wrote; where there are none and the proven ones behave differently, some are asked for. */
async function keptTests(
  exploration: Exploration,
  {
    copies,
    standings,
  }: { readonly copies: readonly CandidateCopy[]; readonly standings: ReadonlyMap<number, Standing> },
  check: ProjectCheck,
): Promise<ReadonlyMap<number, KeptTests>> {
  const own = writtenTests(copies);
  if (own.length > 0) return crossTest(exploration.run, copies, own, check);
  const proven = copies.flatMap(({ subject }) => (subject?.isVerified ? [standings.get(subject.candidate)] : []));
  const differ = new Set(proven.map((standing) => standing?.behaviour)).size > 1;
  // A check that the user gave runs what it names, not what is new.
  if (!differ || check.kind !== 'tests') return new Map();
  const asked = await askedTests(exploration);
  try {
    return await crossTest(exploration.run, copies, asked.tests, check);
  } finally {
    rmSync(asked.folder, { recursive: true, force: true });
  }
}

const testPrompt = (request: string): string =>
  `Write tests for the request below, in one new test file of the kind this project has; the request itself is not fulfilled yet and you do not fulfil it: change no other file. The tests must fail now and pass once the request is fulfilled, whichever way. Test what the request says, at its edges too, and nothing that it leaves open.\n\nRequest: ${request}`;

/** Tests written from the request alone, by a run that sees no candidate. */
async function askedTests(
  exploration: Exploration,
): Promise<{ readonly folder: string; readonly tests: readonly WrittenTest[] }> {
  const { run, means, spent } = exploration;
  const folder = await freshCopy(exploration, 'tests');
  try {
    const task = {
      ...sideTask(run),
      cwd: folder,
      limits: shareOf(exploration, 2),
      prompt: testPrompt(run.task.prompt),
    };
    const { outcome } = await means.runCandidate(
      task,
      { kind: 'new' },
      { repairs: 0, signal: run.connection.signal, onEvent: () => undefined, takeSteering: () => [] },
    );
    spent.push(outcome);
    const created = outcome.changes.filter((change) => change.kind === 'created' && isTestFile(change.path));
    return { folder, tests: created.map(({ path }) => ({ path, folder })) };
  } catch (error) {
    const text = `no tests could be written: ${errorMessage(error)}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: 'explore.tests', text });
    return { folder, tests: [] };
  }
}
