// Compares candidates where the project's checks cannot: runs perturbed versions of its tests on each of them and lets them vote.
//
// Nothing is asked of a model. Each change that differs gets a fresh copy of the files as they were, with the project's own tests whatever
// the candidate made of them; what the checks print there is compared piece by piece (`packages/agents/src/exploration`).
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Behaviour, perturbedTest, piecesOf, type Standing, voteOnBehaviour } from '@monkey-coder/agents';
import type { ProjectCheck, Workspace } from '@monkey-coder/workspace';
import { foldRunFacts } from '../outcome/run-facts.ts';
import { isTestFile } from '../outcome/test-files.ts';
import type { Scored } from './candidate-evidence.ts';
import { permitCheck, verificationChecks } from './checks.ts';
import type { RunContext } from './run-context.ts';

/** Where probes begin and may write. */
export interface ProbePlace {
  /** Snapshot of the files that all candidates began with. */
  readonly base: string;
  /** Makes and names an empty folder for copies; it is removed afterwards. */
  readonly makeFolder: (name: string) => string;
}

/** Bounds of one comparison. */
const mostVariants = 32;
const mostMs = 60_000;
const mostTestFiles = 8;
const mostTestBytes = 200_000;
const mostListed = 5_000;

/** How each candidate behaves among the others; empty where the probes cannot tell. Candidates with the same change stand alike. */
export async function probeBehaviour(
  run: RunContext,
  scored: readonly Scored[],
  place: ProbePlace,
): Promise<ReadonlyMap<number, Standing>> {
  const subjects = subjectsOf(scored);
  if (subjects.filter((one) => one.isVerified).length < 2) return new Map();
  const tests = await testsAround(run, subjects);
  const check = tests.length === 0 ? undefined : await probeCheck(run);
  if (check === undefined) return new Map();
  const home = place.makeFolder(run.newId('run'));
  const opened: Opened[] = [];
  try {
    for (const subject of subjects) opened.push(await openCopy(run, subject, place.base, home));
    const outputs = await runVariants(run, opened, tests, check);
    const votes = voteOnBehaviour(
      subjects.map(
        (subject, at): Behaviour => ({
          candidate: subject.candidate,
          weight: weightOf(subject, scored),
          outputs: outputs.map((variant) => variant[at] ?? ''),
        }),
      ),
    );
    return new Map(scored.flatMap((one) => standingOf(one, subjects, votes)));
  } finally {
    for (const { workspace } of opened) await workspace.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** One candidate of each change. */
function subjectsOf(scored: readonly Scored[]): Scored[] {
  const seen = new Set<string>();
  return scored
    .filter((one) => one.changes.length > 0)
    .sort((a, b) => Number(b.isVerified) - Number(a.isVerified) || a.candidate - b.candidate)
    .filter((one) => !seen.has(one.cluster) && seen.add(one.cluster));
}

function standingOf(one: Scored, subjects: readonly Scored[], votes: ReadonlyMap<number, Standing>) {
  const subject = subjects.find((other) => other.cluster === one.cluster);
  const standing = subject && votes.get(subject.candidate);
  return standing === undefined ? [] : [[one.candidate, standing] as const];
}

/** What the checks reject still votes, as far as its tests pass: it is wrong in places. */
function weightOf(subject: Scored, scored: readonly Scored[]): number {
  return scored
    .filter((one) => one.cluster === subject.cluster)
    .reduce(
      (sum, one) => sum + (one.isVerified ? 1 : (0.8 * one.passed) / Math.max(1, one.passed + one.failed) || 0.4),
      0,
    );
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

/** The tests of the project, or the check that the user gave, where it may run. */
async function probeCheck(run: RunContext): Promise<ProjectCheck | undefined> {
  const checks = verificationChecks(run, foldRunFacts(run.recorder.events));
  for (const kind of ['custom', 'tests'] as const)
    for (const check of checks) if (check.kind === kind && (await permitCheck(run, check))) return check;
  return undefined;
}

interface Opened {
  readonly folder: string;
  readonly workspace: Workspace;
}

async function openCopy(run: RunContext, subject: Scored, base: string, home: string): Promise<Opened> {
  const folder = join(home, `files-${subject.candidate}`);
  await run.workspace.snapshots.materialise(base, folder);
  for (const { path } of subject.changes) if (!isTestFile(path)) bringOver(subject.folder, folder, path);
  return { folder, workspace: await run.openFolder(folder, join(home, `state-${subject.candidate}`)) };
}

function bringOver(from: string, to: string, path: string): void {
  if (!existsSync(join(from, path))) {
    rmSync(join(to, path), { force: true });
    return;
  }
  mkdirSync(dirname(join(to, path)), { recursive: true });
  copyFileSync(join(from, path), join(to, path));
}

/** Outputs of all copies for each variant of the tests, as long as time lasts. */
async function runVariants(
  run: RunContext,
  opened: readonly Opened[],
  tests: readonly TestFile[],
  check: ProjectCheck,
): Promise<string[][]> {
  const end = run.now() + mostMs;
  const outputs: string[][] = [];
  let patience = 15_000;
  for (let variant = 0; variant < mostVariants && !run.connection.signal.aborted; variant += 1) {
    const texts = tests.map(({ path, text }) => ({ path, text: perturbedTest(text, variant) }));
    if (texts.every(({ text }) => text === undefined)) break;
    const startedAt = run.now();
    outputs.push(await Promise.all(opened.map((copy) => printed(run, copy, texts, { check, patience }))));
    const took = run.now() - startedAt;
    // What hangs on changed inputs hangs for all; it is not waited for as long again.
    patience = Math.min(patience, Math.max(3_000, took * 4));
    if (run.now() + took > end) break;
  }
  return outputs;
}

async function printed(
  run: RunContext,
  { folder, workspace }: Opened,
  texts: readonly { readonly path: string; readonly text: string | undefined }[],
  { check, patience }: { readonly check: ProjectCheck; readonly patience: number },
): Promise<string> {
  for (const { path, text } of texts) if (text !== undefined) writeFileSync(join(folder, path), text);
  const result = await workspace.commands
    .run({
      command: check.command,
      ...(check.cwd === '.' || check.cwd === '' ? {} : { cwd: check.cwd }),
      ...{ timeoutMs: patience, maxOutputBytes: 256 * 1024, writable: true },
      ...{ network: run.settings.network, sandbox: run.settings.sandbox, signal: run.connection.signal },
    })
    .catch(() => undefined);
  return result === undefined ? '' : piecesOf(result.output, folder).join('\n');
}
