// Shows that tests can fail: makes the changed lines wrong, one place at a time, in a copy of the project, and runs the tests.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { MonkeyError } from '@monkey-coder/protocol';
import { languageOfPath } from '../code/language.ts';
import type { LocalCommandRunner } from '../commands/local-command-runner.ts';
import type { ProjectCheck } from '../project/project-facts.ts';
import { writeTree } from '../snapshots/materialise.ts';
import type { CheckLimits, CheckSubject } from './check.ts';
import { type Mutant, mutantsOf } from './mutants.ts';

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
  /** Changed lines (1-based) of each file. */
  readonly changed: ReadonlyMap<string, readonly number[]>;
  /** Command of the tests. */
  readonly tests: ProjectCheck;
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
  const { subject, tests, maxMutants, limits, signal } = request;
  const report = { command: tests.command, results: [], untried: 0 };
  const candidates = await candidatesOf(request);
  if (candidates.length === 0) return { ...report, reason: 'no changed line of code can be made wrong' };
  mkdirSync(request.folder, { recursive: true });
  const copy = realpathSync(mkdtempSync(join(request.folder, 'mutation-')));
  const runner = request.openRunner(copy);
  try {
    copyProject(subject, copy);
    const end = limits.now() + request.maxMs;
    const first = await runTests(runner, request, Math.min(limits.timeoutMs, request.maxMs));
    if (!first.passed) return { ...report, reason: `the tests fail without any change: ${first.tail}` };
    const chosen = spread(candidates, maxMutants);
    const results: MutantResult[] = [];
    for (const candidate of chosen) {
      signal.throwIfAborted();
      const left = end - limits.now();
      if (left <= 0) break;
      // A mutant that makes the tests hang is as good as killed.
      const patience = Math.min(left, Math.max(5_000, first.durationMs * 4));
      results.push(await tryMutant(runner, { request, copy, candidate, patience }));
    }
    return { ...report, results, untried: candidates.length - results.length, reason: '' };
  } finally {
    await runner.close();
    rmSync(copy, { recursive: true, force: true });
  }
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
  runner: LocalCommandRunner,
  {
    request,
    copy,
    candidate,
    patience,
  }: {
    readonly request: MutationRequest;
    readonly copy: string;
    readonly candidate: Candidate;
    readonly patience: number;
  },
): Promise<MutantResult> {
  const { file, line, column, change, text } = candidate;
  const original = request.subject.read(file);
  if (original === null) throw new MonkeyError('workspace.not-found', `${file} was deleted while its tests ran`);
  writeFileSync(join(copy, file), text);
  try {
    const { passed } = await runTests(runner, request, patience);
    return { file, line, column, change, outcome: passed ? 'survived' : 'killed' };
  } finally {
    writeFileSync(join(copy, file), original);
  }
}

async function runTests(
  runner: LocalCommandRunner,
  { tests, limits, signal }: MutationRequest,
  timeoutMs: number,
): Promise<{ readonly passed: boolean; readonly durationMs: number; readonly tail: string }> {
  const { exitCode, endedBy, durationMs, output } = await runner.run({
    command: tests.command,
    ...(tests.cwd === '.' ? {} : { cwd: tests.cwd }),
    timeoutMs,
    maxOutputBytes: 16 * 1024,
    network: limits.network ?? false,
    writable: true,
    sandbox: limits.sandbox ?? 'preferred',
    signal,
  });
  signal.throwIfAborted();
  return { passed: exitCode === 0 && endedBy === 'itself', durationMs, tail: output.trim().slice(-300) };
}

function copyProject({ root, paths }: CheckSubject, copy: string): void {
  writeTree({ root, folder: copy, current: paths, restored: [] });
  ownMembers(root, copy);
}

/** Members of a workspace are linked in node_modules: there the links have to lead into the copy, or its files are not what is tested. */
function ownMembers(root: string, copy: string): void {
  const [modules, linked] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  if (!existsSync(modules) || !lstatSync(linked).isSymbolicLink()) return;
  unlinkSync(linked);
  linkEntries({ root, copy, from: modules, to: linked });
}

function linkEntries({ root, copy, from, to }: Readonly<Record<'root' | 'copy' | 'from' | 'to', string>>): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.name.startsWith('@') && entry.isDirectory()) {
      linkEntries({ root, copy, from: source, to: join(to, entry.name) });
      continue;
    }
    const real = entry.isSymbolicLink() && existsSync(source) ? realpathSync(source) : source;
    const inside = relative(root, real);
    const isMember = entry.isSymbolicLink() && !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
    symlinkSync(isMember ? join(copy, inside) : source, join(to, entry.name));
  }
}
