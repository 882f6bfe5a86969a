// Compares candidates where the project's checks cannot: runs perturbed versions of its tests on each of them and lets them vote.
//
// Nothing is asked of a model. Proven candidates try a variant first; where they differ, the rejected ones say whom they are with. What the checks print in the copies is compared piece by piece (`packages/agents/src/exploration`).
import {
  type Behaviour,
  type Hints,
  literalsIn,
  methodsIn,
  perturbedTest,
  piecesOf,
  quotedIn,
  voteOnBehaviour,
} from '@monkey-coder/agents';
import { type ProjectCheck, unifiedDiff } from '@monkey-coder/workspace';
import { fileIn, writeIn } from '../outcome/copy-files.ts';
import { isTestFile } from '../outcome/test-files.ts';
import type { RunContext } from '../parts/run-context.ts';
import { type CandidateCopy, runInCopy } from './candidate-copies.ts';
import type { Scored } from './candidate-evidence.ts';
import type { Compared } from './comparison-record.ts';
import { type TextFile, testsAround } from './tests-around.ts';

/** Bounds of one comparison. */
const mostVariants = 200;
const mostMs = 60_000;
/** So many variants on which proven candidates differ are enough; some will do where many were tried. */
const enoughTelling = 8;
const someTelling = 3;
const manyTried = 60;
const mostTestFiles = 8;
const mostTestBytes = 200_000;
const mostListed = 5_000;
const mostRead = 500;

/** How the candidate of each copy behaves among the others; empty where no test is around what they changed. */
export async function probeBehaviour(
  run: RunContext,
  copies: readonly CandidateCopy[],
  check: ProjectCheck,
  weightOf: (subject: Scored) => number,
): Promise<readonly Compared[]> {
  const own = copies.flatMap(({ subject, ...copy }) => (subject === undefined ? [] : [{ ...copy, subject }]));
  const subjects = own.map(({ subject }) => subject);
  const tests = await testsOf(run, subjects);
  if (tests.length === 0) return [];
  const outputs = await runVariants(run, { copies: own, tests, hints: hintsOf(run, own) }, check);
  const standings = voteOnBehaviour(
    own.map(({ subject }, at): Behaviour => {
      const printed = outputs.map((variant) => variant[at] ?? '');
      const { candidate, isVerified } = subject;
      return { candidate, isProven: isVerified, weight: weightOf(subject), outputs: printed };
    }),
  );
  return [...standings].map(([candidate, standing]) => ({ candidate, ...standing }));
}

type SubjectCopy = CandidateCopy & { readonly subject: Scored };

/** What proven candidates disagree about, what the request names, and the methods that can be called. */
function hintsOf({ task }: RunContext, copies: readonly SubjectCopy[]): Hints {
  const proven = copies.filter(({ subject }) => subject.isVerified);
  const paths = new Set(proven.flatMap(({ subject }) => subject.changes.map(({ path }) => path)));
  const sources = [...paths].filter((path) => !isTestFile(path));
  const [first, ...rest] = proven;
  const lines = sources.flatMap((path) =>
    rest.map(({ folder }) => changedPart(textOf(first?.folder ?? folder, path), textOf(folder, path))),
  );
  const { strings, numbers } = literalsIn(lines.join('\n'));
  return {
    methods: [...new Set(sources.flatMap((path) => methodsIn(textOf(first?.folder ?? '', path))))],
    numbers,
    // What they disagree about is tried as often again as what the request names.
    strings: [...strings, ...strings, ...quotedIn(task.prompt)],
  };
}

/** The lines of two texts that differ, and those around them. */
function changedPart(a: string, b: string): string {
  return a === b ? '' : unifiedDiff('file', a, b, 3).split('\n').slice(2).join('\n');
}

function textOf(folder: string, path: string): string {
  const file = fileIn(folder, path);
  return Buffer.isBuffer(file) ? file.toString('utf8') : '';
}

/** The test files around what they changed. */
async function testsOf(run: RunContext, subjects: readonly Scored[]): Promise<TextFile[]> {
  const changed = subjects.flatMap(({ folder, changes }) =>
    changes.map(({ path }) => ({ path, text: textOf(folder, path) })),
  );
  const { paths } = await run.workspace.lister.list({ limit: mostListed });
  const tests: TextFile[] = [];
  for (const path of paths.filter(isTestFile).slice(0, mostRead)) {
    const { text } = await run.workspace.readFile(path).catch(() => ({ text: '' }));
    if (text.length > 0 && text.length < mostTestBytes) tests.push({ path, text });
  }
  return testsAround(changed, tests, mostTestFiles).slice(0, mostTestFiles);
}

/** What the variants are run on and made of. */
interface Probing {
  readonly copies: readonly SubjectCopy[];
  readonly tests: readonly TextFile[];
  readonly hints: Hints;
}

/** Outputs of all copies for each variant on which proven candidates differ, as long as time lasts. */
async function runVariants(
  run: RunContext,
  { copies, tests, hints }: Probing,
  check: ProjectCheck,
): Promise<string[][]> {
  const end = run.now() + mostMs;
  const telling: string[][] = [];
  const tried = new Set<string>();
  let patience = 15_000;
  for (let variant = 0; variant < mostVariants && !isEnough(telling.length, variant); variant += 1) {
    if (run.connection.signal.aborted) break;
    const files = tests.map(({ path, text }) => ({ path, text: perturbedTest(text, variant, hints) ?? text }));
    const key = files.map(({ text }) => text).join('\0');
    if (tried.has(key)) continue;
    tried.add(key);
    const startedAt = run.now();
    const printedBy = (copy: SubjectCopy): Promise<string> => printed(run, copy, { files, check, patience });
    const ofProven = await Promise.all(copies.map((copy) => (copy.subject.isVerified ? printedBy(copy) : undefined)));
    if (new Set(ofProven.filter((output) => output !== undefined)).size > 1)
      telling.push(await Promise.all(copies.map(async (copy, at) => ofProven[at] ?? printedBy(copy))));
    const took = run.now() - startedAt;
    // What hangs on changed inputs hangs for all; it is not waited for as long again.
    patience = Math.min(patience, Math.max(3_000, took * 4));
    if (run.now() + took > end) break;
  }
  // The tests are put back for whoever uses the copies next.
  for (const { folder } of copies) for (const { path, text } of tests) writeIn(folder, path, text);
  return telling;
}

function isEnough(telling: number, tried: number): boolean {
  return telling >= enoughTelling || (telling >= someTelling && tried >= manyTried);
}

interface Variant {
  readonly files: readonly TextFile[];
  readonly check: ProjectCheck;
  readonly patience: number;
}

/** The pieces that a copy prints; of what hangs only that it does, whatever came before. */
async function printed(run: RunContext, copy: SubjectCopy, { files, check, patience }: Variant): Promise<string> {
  for (const { path, text } of files) writeIn(copy.folder, path, text);
  const result = await runInCopy(run, copy, check, patience);
  if (result === undefined) return '';
  return result.endedBy === 'timeout' ? 'it hangs' : piecesOf(result.output, copy.folder).join('\n');
}
