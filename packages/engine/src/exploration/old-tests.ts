// Holds a candidate against the tests as they were. It may add tests to files that are there; what it changes in them must hide nothing.
//
// The change without what it made of tests is put into a copy of the files that all began with, and the check is run there. Who fails
// is refused, unless the request is about tests that are there.
import type { Task } from '@monkey-coder/protocol';
import { failingTests } from '../outcome/failing-tests.ts';
import { isTestFile } from '../outcome/test-files.ts';
import { Copies, comparingCheck, runInCopy } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import { comparedOnce } from './comparison-record.ts';
import type { Exploration } from './exploration.ts';

/** The candidate as it is, or refused with what the tests as they were say. */
export async function heldAgainstOldTests(
  exploration: Exploration,
  scored: Scored,
  round: number | 'last',
): Promise<Scored> {
  const { run } = exploration;
  const changed = scored.changes.filter(({ kind, path }) => kind !== 'created' && isTestFile(path));
  if (!scored.isVerified || changed.length === 0 || asksForTests(run.task)) return scored;
  const by = `old tests of candidate ${scored.candidate}, round ${round}`;
  const found = await comparedOnce(run, by, async () => {
    const oldTests = await failureOfOldTests(exploration, scored);
    return oldTests === undefined ? [] : [{ candidate: scored.candidate, oldTests }];
  });
  const failure = found.get(scored.candidate)?.oldTests;
  if (failure === undefined) return scored;
  const paths = changed.map(({ path }) => path).join(', ');
  return refused(scored, `it changed ${paths}, and the tests as they were do not hold with its change: ${failure}`);
}

/** A candidate that cannot be chosen, whatever its own checks say. */
function refused(scored: Scored, reason: string): Scored {
  const outcome = { ...scored.outcome, status: 'verification-failed' as const, reason };
  return { ...scored, outcome, isVerified: false, refused: reason };
}

/** What the tests as they were say; undefined where they hold. */
async function failureOfOldTests(exploration: Exploration, scored: Scored): Promise<string | undefined> {
  const { run } = exploration;
  const check = await comparingCheck(run);
  if (check === undefined) return 'there is no check that could show it';
  const copies = new Copies(exploration, [scored], `old-tests-${scored.candidate}`);
  try {
    const [copy] = await copies.all();
    const result = copy && (await runInCopy(run, copy, check, run.settings.limits.commandTimeoutSeconds * 1000));
    if (result === undefined) return `${check.command} could not be started`;
    if (result.exitCode === 0) return undefined;
    const names = failingTests(result.output);
    return names.length === 0 ? lastLines(result.output) : names.slice(0, 5).join(', ');
  } finally {
    await copies.close();
  }
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-8).join('\n').slice(-600);
}

/** Whether a request is about tests that are there: who is told to change them may. */
function asksForTests({ prompt, work }: Pick<Task, 'prompt' | 'work'>): boolean {
  if (work?.kind === 'test') return true;
  const verb =
    '(?:updat|chang|adapt|adjust|rewrit|remov|delet|renam|mov|migrat|convert|refactor|clean|extend|replac)\\w*';
  return new RegExp(`\\b${verb}\\b[^.;!?\\n]{0,60}\\b(?:tests?|specs?|fixtures?|snapshots?)\\b`, 'i').test(prompt);
}
