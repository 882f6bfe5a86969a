// Tests that candidates wrote, as evidence about all of them: kept only when they fail on the files as they were and most candidates agree.
import { countTests } from '@monkey-coder/agents';
import type { ProjectCheck } from '@monkey-coder/workspace';
import { bringOver, fileIn, removeIn, writeIn } from '../outcome/copy-files.ts';
import { isTestFile } from '../outcome/test-files.ts';
import type { RunContext } from '../parts/run-context.ts';
import { type CandidateCopy, runInCopy } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import type { Compared } from './comparison-record.ts';

/** A test file that is new or has new tests, and the folder it stands in. */
export interface WrittenTest {
  readonly path: string;
  readonly folder: string;
}

const mostTests = 6;
const patienceMs = 60_000;

/** The test files that candidates wrote or added to, each path once a candidate. */
export function writtenTests(subjects: readonly Scored[]): WrittenTest[] {
  return subjects.flatMap(({ changes, folder }) =>
    changes
      .filter((change) => change.kind !== 'deleted' && isTestFile(change.path))
      .map(({ path }) => ({ path, folder })),
  );
}

/**
 * What each candidate makes of the kept tests; empty where none is kept. The copy without a subject holds the files as
 * they were. A check that does not run new files tells nothing.
 */
export async function crossTest(
  run: RunContext,
  copies: readonly CandidateCopy[],
  tests: readonly WrittenTest[],
  check: ProjectCheck,
): Promise<readonly Compared[]> {
  const before = copies.find((copy) => copy.subject === undefined);
  const proven = copies.filter((copy) => copy.subject?.isVerified);
  const kept: ReadonlySet<number>[] = [];
  if (before === undefined || proven.length < 2) return [];
  const plain = await failuresWith(run, before, undefined, check);
  for (const test of tests.slice(0, mostTests)) {
    if (run.connection.signal.aborted) break;
    const asItWas = await failuresWith(run, before, test, check);
    if (asItWas <= plain) continue;
    const results = await Promise.all(proven.map((copy) => failuresWith(run, copy, test, check)));
    const passing = proven.flatMap((copy, at) => (results[at] === 0 && copy.subject ? [copy.subject.candidate] : []));
    // Most agree with it, and one of them at least did not write it.
    if (passing.length >= 2 && passing.length > proven.length / 2) kept.push(new Set(passing));
  }
  if (kept.length === 0) return [];
  return proven.flatMap(({ subject }) => {
    if (subject === undefined) return [];
    const { candidate } = subject;
    const passed = kept.filter((one) => one.has(candidate)).length;
    return [{ candidate, keptTests: { passed, of: kept.length } }];
  });
}

/** Failing tests of the check with a test file as a candidate has it; at least one where it fails without counting. */
async function failuresWith(
  run: RunContext,
  copy: CandidateCopy,
  test: WrittenTest | undefined,
  check: ProjectCheck,
): Promise<number> {
  const putBack = test === undefined ? () => undefined : lent(test, copy.folder);
  const result = await runInCopy(run, copy, check, patienceMs);
  putBack();
  if (result?.exitCode === 0) return 0;
  return Math.max(1, countTests(result?.output ?? '')?.failed ?? 1);
}

/** Puts the test file into a folder; the function that comes back restores what stood there. */
function lent(test: WrittenTest, folder: string): () => void {
  const old = fileIn(folder, test.path);
  // What stands there and is no plain file stays, and the test is not run.
  if (old === 'other') return () => undefined;
  bringOver(test.folder, folder, test.path);
  return () => (old === 'missing' ? removeIn(folder, test.path) : writeIn(folder, test.path, old));
}
