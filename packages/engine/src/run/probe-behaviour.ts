// Compares candidates where the project's checks cannot: runs perturbed versions of its tests on each of them and lets them vote.
//
// Nothing is asked of a model. What the checks print in the copies is compared piece by piece (`packages/agents/src/exploration`).
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Behaviour, perturbedTest, piecesOf, voteOnBehaviour } from '@monkey-coder/agents';
import type { ProjectCheck } from '@monkey-coder/workspace';
import { isTestFile } from '../outcome/test-files.ts';
import { type CandidateCopy, runInCopy } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import type { Compared } from './comparison-record.ts';
import type { RunContext } from './run-context.ts';

/** Bounds of one comparison. */
const mostVariants = 32;
const mostMs = 60_000;
const mostTestFiles = 8;
const mostTestBytes = 200_000;
const mostListed = 5_000;

/** How the candidate of each copy behaves among the others; empty where no test names what they changed. */
export async function probeBehaviour(
  run: RunContext,
  copies: readonly CandidateCopy[],
  check: ProjectCheck,
  weightOf: (subject: Scored) => number,
): Promise<readonly Compared[]> {
  const own = copies.filter((copy) => copy.subject !== undefined);
  const tests = await testsAround(
    run,
    own.flatMap(({ subject }) => subject ?? []),
  );
  if (tests.length === 0) return [];
  const outputs = await runVariants(run, own, tests, check);
  const standings = voteOnBehaviour(
    own.flatMap(({ subject }, at): Behaviour[] => {
      const printed = outputs.map((variant) => variant[at] ?? '');
      return subject ? [{ candidate: subject.candidate, weight: weightOf(subject), outputs: printed }] : [];
    }),
  );
  return [...standings].map(([candidate, standing]) => ({ candidate, ...standing }));
}

interface TestFile {
  readonly path: string;
  readonly text: string;
}

/** Test files that name a changed file. */
async function testsAround(run: RunContext, subjects: readonly Scored[]): Promise<TestFile[]> {
  const changed = subjects
    .flatMap((one) => one.changes.map((change) => change.path))
    .filter((path) => !isTestFile(path));
  const stems = new Set(changed.map((path) => basename(path).replace(/\.[^.]+$/, '')));
  const { paths } = await run.workspace.lister.list({ limit: mostListed });
  const found: TestFile[] = [];
  for (const path of paths.filter(isTestFile)) {
    if (found.length >= mostTestFiles) break;
    const { text } = await run.workspace.readFile(path).catch(() => ({ text: '' }));
    if (text.length > 0 && text.length < mostTestBytes && [...stems].some((stem) => text.includes(stem)))
      found.push({ path, text });
  }
  return found;
}

/** Outputs of all copies for each variant of the tests, as long as time lasts. */
async function runVariants(
  run: RunContext,
  copies: readonly CandidateCopy[],
  tests: readonly TestFile[],
  check: ProjectCheck,
): Promise<string[][]> {
  const end = run.now() + mostMs;
  const outputs: string[][] = [];
  const tried = new Set<string>();
  let patience = 15_000;
  for (let variant = 0; variant < mostVariants && !run.connection.signal.aborted; variant += 1) {
    const texts = tests.map(({ path, text }) => ({ path, text: perturbedTest(text, variant) }));
    const key = texts.map(({ text }) => text ?? '').join('\0');
    if (tried.has(key) || texts.every(({ text }) => text === undefined)) continue;
    tried.add(key);
    const startedAt = run.now();
    outputs.push(
      await Promise.all(
        copies.map(async (copy) => {
          for (const { path, text } of texts) if (text !== undefined) writeFileSync(join(copy.folder, path), text);
          const result = await runInCopy(run, copy, check, patience);
          return result === undefined ? '' : piecesOf(result.output, copy.folder).join('\n');
        }),
      ),
    );
    const took = run.now() - startedAt;
    // What hangs on changed inputs hangs for all; it is not waited for as long again.
    patience = Math.min(patience, Math.max(3_000, took * 4));
    if (run.now() + took > end) break;
  }
  // The tests are put back for whoever uses the copies next.
  for (const { folder } of copies) for (const { path, text } of tests) writeFileSync(join(folder, path), text);
  return outputs;
}
