// Further evidence where the checks accept changes that differ: tests written for the task, and how each behaves on inputs nobody looked at.
import { undecided } from '@monkey-coder/agents';
import { errorMessage } from '@monkey-coder/protocol';
import type { ProjectCheck } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { Copies, comparingCheck } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import { copyOf } from './candidate-places.ts';
import { type Compared, comparedOnce } from './comparison-record.ts';
import { crossTest, type WrittenTest, writtenTests } from './cross-tests.ts';
import { type Exploration, shareOf, sideTask } from './exploration.ts';
import { runHelper } from './helper-run.ts';
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
  const copies = new Copies(exploration, [undefined, ...subjects]);
  try {
    const behaviour = await comparedOnce(run, 'behaviour', async () =>
      probeBehaviour(run, await copies.all(), check, (subject) => weightOf(subject, scored)),
    );
    const tests = await comparedOnce(run, 'tests', () =>
      keptTests(exploration, { copies, subjects, behaviour }, check),
    );
    const weighed = scored.map((one) => {
      const subject = subjects.find((other) => other.cluster === one.cluster)?.candidate ?? 0;
      const { agreement, behaviour: cluster = one.cluster } = behaviour.get(subject) ?? {};
      const kept = tests.get(subject)?.keptTests;
      return {
        ...one,
        ...(agreement === undefined ? {} : { agreement, cluster }),
        ...(kept === undefined ? {} : { keptTests: kept }),
      };
    });
    return await withWeakEvidence(exploration, weighed, copies, check);
  } finally {
    await copies.close();
  }
}

/** What nothing else tells apart is looked at once more. */
async function withWeakEvidence(
  exploration: Exploration,
  scored: readonly Scored[],
  copies: Copies,
  check: ProjectCheck,
): Promise<readonly Scored[]> {
  const names = new Set(undecided(scored).map((one) => one.candidate));
  const left = scored.filter((one) => names.has(one.candidate));
  if (left.length === 0) return scored;
  const { furtherEvidence } = await import('./further-evidence.ts');
  const found = await furtherEvidence(exploration, left, copies, check);
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

/** What the comparison of written tests needs. */
interface Comparing {
  readonly copies: Copies;
  readonly subjects: readonly Scored[];
  readonly behaviour: ReadonlyMap<number, Compared>;
}

/** The tests that candidates wrote; where there are none and the proven ones behave differently, some are asked for. */
async function keptTests(
  exploration: Exploration,
  { copies, subjects, behaviour }: Comparing,
  check: ProjectCheck,
): Promise<readonly Compared[]> {
  const { run } = exploration;
  const own = writtenTests(subjects);
  if (own.length > 0) return crossTest(run, await copies.all(), own, check);
  const proven = subjects.flatMap((one) => (one.isVerified ? [behaviour.get(one.candidate)] : []));
  const differ = new Set(proven.map((one) => one?.behaviour)).size > 1;
  // A check that the user gave runs what it names, not what is new.
  if (!differ || check.kind !== 'tests') return [];
  return crossTest(run, await copies.all(), await askedTests(exploration), check);
}

const testPrompt = (request: string): string =>
  `Write tests for the request below, in one new test file of the kind this project has; the request itself is not fulfilled yet and you do not fulfil it: change no other file. The tests must fail now and pass once the request is fulfilled, whichever way. Test what the request says, at its edges too, and nothing that it leaves open.\n\nRequest: ${request}`;

/** Tests written from the request alone, by a run that sees no candidate. */
async function askedTests(exploration: Exploration): Promise<readonly WrittenTest[]> {
  const { run } = exploration;
  try {
    const folder = await copyOf(exploration, 'tests');
    const task = {
      ...sideTask(run),
      cwd: folder,
      limits: shareOf(exploration, 2),
      prompt: testPrompt(run.task.prompt),
    };
    const { changes } = await runHelper(exploration, 'tests', task);
    const created = changes.filter((change) => change.kind === 'created' && isTestFile(change.path));
    return created.map(({ path }) => ({ path, folder }));
  } catch (error) {
    const text = `no tests could be written: ${errorMessage(error)}`;
    run.recorder.record({ type: 'notice', level: 'warning', code: 'explore.tests', text });
    return [];
  }
}
