// Shows that tests can fail: makes the changed lines wrong, one place at a time, in a copy of the project, and runs the tests.
import { MonkeyError } from '@monkey-coder/protocol';
import { languageOfPath } from '../code/language.ts';
import type { LocalCommandRunner } from '../commands/local-command-runner.ts';
import type { CheckLimits, CheckSubject } from './check.ts';
import { type Mutant, mutantsOf } from './mutants.ts';
import { inProjectCopy, type ProjectCopy } from './project-copy.ts';
import type { CheckCommand } from './run-check.ts';

/** What became of one mutant. */
export interface MutantResult {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly change: string;
  /** `killed`: the tests failed, or did not end in time. `survived`: they passed all the same. */
  readonly outcome: 'killed' | 'survived';
}

/** What mutation came to. */
export interface MutationReport {
  readonly command: string;
  readonly results: readonly MutantResult[];
  /** Mutants that were made but not tried, because the bound of number or time was met. */
  readonly untried: number;
  /** Empty, or why nothing could be told: the tests fail without any mutant, or there are none. */
  readonly reason: string;
}

/** What to mutate and how long. */
export interface MutationRequest {
  readonly subject: CheckSubject;
  /** Lines (1-based) of each file that are made wrong. */
  readonly changed: ReadonlyMap<string, readonly number[]>;
  /** Files that are left out of the copy: tests that are not the ones in question. */
  readonly without?: readonly string[];
  /** Command of the tests. */
  readonly tests: CheckCommand;
  /** Mutants tried at most. */
  readonly maxMutants: number;
  /** All of it ends after this time. */
  readonly maxMs: number;
  readonly limits: CheckLimits;
  /** Where the copy is made; removed at the end. */
  readonly folder: string;
  /** A runner for the copy. */
  readonly openRunner: (root: string) => LocalCommandRunner;
  readonly signal: AbortSignal;
}

interface Candidate extends Mutant {
  readonly file: string;
}

/** Tries mutants of changed lines. The user's files are only read: everything happens in a copy. */
export async function mutateChanges(request: MutationRequest): Promise<MutationReport> {
  const { subject, tests, without = [], folder, openRunner, signal } = request;
  const candidates = await candidatesOf(request);
  if (candidates.length === 0)
    return { command: tests.command, results: [], untried: 0, reason: 'no changed line of code can be made wrong' };
  const left = new Set(without);
  const paths = subject.paths.filter((path) => !left.has(path));
  return inProjectCopy({ root: subject.root, paths, folder, openRunner, signal }, (copy) =>
    tryAll(copy, candidates, request),
  );
}

async function tryAll(
  copy: ProjectCopy,
  candidates: readonly Candidate[],
  request: MutationRequest,
): Promise<MutationReport> {
  const { tests, maxMutants, maxMs, limits, signal } = request;
  const report = { command: tests.command, results: [], untried: 0 };
  const end = limits.now() + maxMs;
  const first = await copy.run(tests, { ...limits, timeoutMs: Math.min(limits.timeoutMs, maxMs) });
  if (!first.passed)
    return { ...report, reason: `the tests fail without any change: ${first.output.trim().slice(-300)}` };
  const results: MutantResult[] = [];
  for (const candidate of spread(candidates, maxMutants)) {
    signal.throwIfAborted();
    const left = end - limits.now();
    if (left <= 0) break;
    // A mutant that makes the tests hang is as good as killed.
    const patience = Math.min(left, Math.max(5_000, first.durationMs * 4));
    results.push(await tryMutant(copy, candidate, { request, patience }));
  }
  return { ...report, results, untried: candidates.length - results.length, reason: '' };
}

async function candidatesOf({ subject, changed, signal }: MutationRequest): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const [file, lines] of changed) {
    const language = languageOfPath(file);
    const text = language === null || isTest(file) ? null : subject.read(file);
    if (language === null || text === null) continue;
    const broken = (await subject.parser.syntaxErrors(language, text)).length;
    for (const mutant of mutantsOf(language, text, lines)) {
      signal.throwIfAborted();
      const errors = await subject.parser.syntaxErrors(language, mutant.text);
      if (errors.length <= broken) found.push({ ...mutant, file });
    }
  }
  return found;
}

/** Tests themselves are not made wrong: that would show nothing. */
function isTest(path: string): boolean {
  return /(?:[.\-_](?:test|spec)\.\w+$)|(?:^|\/)(?:tests?|specs?|__tests__)\/|(?:^|\/)(?:test_[^/]+|conftest)\.py$|Test\.(?:java|kt|php)$/.test(
    path,
  );
}

/** As many as allowed, from everywhere among them. */
function spread<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / Math.max(1, most));
  return Array.from({ length: Math.min(all.length, most) }, (_, index) => all[Math.floor(index * step)]).filter(
    (one): one is T => one !== undefined,
  );
}

async function tryMutant(
  copy: ProjectCopy,
  { file, line, column, change, text }: Candidate,
  { request, patience }: { readonly request: MutationRequest; readonly patience: number },
): Promise<MutantResult> {
  const original = request.subject.read(file);
  if (original === null) throw new MonkeyError('workspace.not-found', `${file} was deleted while its tests ran`);
  copy.write(file, text);
  try {
    const { passed } = await copy.run(request.tests, { ...request.limits, timeoutMs: patience });
    return { file, line, column, change, outcome: passed ? 'survived' : 'killed' };
  } finally {
    copy.write(file, original);
  }
}
