// Verifies a changed tree: runs the checks, keeps their receipts, and shows that new tests are able to fail.
import type { EventBody, Receipt } from '@monkey-coder/protocol';
import {
  type CheckOutcome,
  type NetworkAccess,
  type ProjectCheck,
  runCheck,
  type Workspace,
} from '@monkey-coder/workspace';
import type { FailureComparison } from './failing-tests.ts';
import type { Verification } from './judge.ts';
import { lacksNetwork, lacksTheSame, lacksWhatItNeeds } from './lacking.ts';
import type { RunFacts } from './run-facts.ts';
import { isTestFile } from './test-files.ts';

/** What verification works with. */
export interface VerifyOptions {
  readonly workspace: Workspace;
  readonly checks: readonly ProjectCheck[];
  readonly facts: RunFacts;
  readonly record: (event: EventBody) => void;
  /** Hides keys in what checks print. */
  readonly redact: (text: string) => string;
  readonly sessionId: string;
  readonly runId: string;
  /** Whether a check may run, by the one permission decision; asks where somebody can be asked. */
  readonly isPermitted: (check: ProjectCheck) => Promise<boolean>;
  /** Opens another folder as a workspace, for running tests on the state before the change. */
  readonly openFolder: (folder: string, stateFolder: string) => Promise<Workspace>;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly sandbox: 'required' | 'preferred' | 'off';
  readonly network: NetworkAccess;
  readonly newId: () => string;
  readonly now: () => number;
  /** New tests are not asked to fail on the state before: they are the work itself. Default false. */
  readonly testsAreTheWork?: boolean;
  /** Tests that fail are what the task is about: that they failed before excuses nothing. Asked only when some fail; default false. */
  readonly failuresAreTheWork?: () => boolean;
  /** How checks ended on the state before the change, by command; kept by the run, so that each is run there once. */
  readonly before: Map<string, Promise<CheckOutcome | undefined>>;
}

interface CheckRun {
  readonly check: ProjectCheck;
  readonly receipt: Receipt;
  readonly state: 'passed' | 'failed' | 'could-not-run' | 'failed-before-too';
  /** Where tests failed before, too: which, and which are new. */
  readonly failures?: Exclude<FailureComparison, { kind: 'unknown' }>;
}

/** Kinds in the order they are run; the first failure ends it. */
const order: readonly ProjectCheck['kind'][] = ['syntax', 'requested', 'custom', 'tests', 'types', 'lint', 'build'];

/** Runs the checks on the tree as it is. Never throws except for bugs. */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const checks = selectChecks(options.checks);
  if (checks.length === 0)
    return { kind: 'unproven', reason: 'the project has no checks that could prove the change (add one with --check)' };
  const runs: CheckRun[] = [];
  for (const check of checks) {
    if (options.signal.aborted) return { kind: 'unproven', reason: 'stopped before the checks were through' };
    if (!(await options.isPermitted(check)))
      return { kind: 'unproven', reason: `the check "${check.command}" was not permitted to run` };
    const run = await runOne(options, check);
    runs.push(run);
    if (run.state === 'failed') return failed(run);
  }
  const old = runs.find(({ check, state }) => check.kind === 'tests' && state === 'failed-before-too');
  if (old !== undefined) return failedAsBefore(old);
  return conclude(runs, await provenAbleToFail(options, runs));
}

/** Builds only where neither tests nor types say anything; every other kind once a command. */
function selectChecks(checks: readonly ProjectCheck[]): ProjectCheck[] {
  const strong = checks.some((check) => ['tests', 'types', 'requested', 'custom'].includes(check.kind));
  const seen = new Set<string>();
  return checks
    .filter((check) => check.kind !== 'build' || !strong)
    .filter((check) => !seen.has(`${check.cwd} ${check.command}`) && seen.add(`${check.cwd} ${check.command}`))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

async function runOne(options: VerifyOptions, check: ProjectCheck): Promise<CheckRun> {
  const reused = receiptOfAgentRun(options, check);
  if (reused) return { check, receipt: await reused, state: 'passed' };
  options.record({ type: 'check.started', kind: check.kind, command: check.command });
  const { output, receipt: ran } = await runUndoably(options, check);
  const receipt = { ...ran, tail: options.redact(ran.tail) };
  options.record({ type: 'check.finished', receipt });
  if (receipt.passed) return { check, receipt, state: 'passed' };
  if (couldNotRun(receipt)) return { check, receipt, state: 'could-not-run' };
  return { check, receipt, ...(await comparedWithBefore(options, check, { output, receipt })) };
}

/** What a failure is worth where the check failed on the state before, too. */
async function comparedWithBefore(
  options: VerifyOptions,
  check: ProjectCheck,
  { output, receipt }: Pick<CheckOutcome, 'output' | 'receipt'>,
): Promise<Pick<CheckRun, 'state' | 'failures'>> {
  const areTests = check.kind === 'tests' && options.failuresAreTheWork?.() !== true;
  if (!isWeak(check) && !areTests && !lacksWhatItNeeds(receipt)) return { state: 'failed' };
  const key = `${check.cwd} ${check.command}`;
  const running = options.before.get(key) ?? onTreeBefore(options, [], check);
  options.before.set(key, running);
  const before = await running;
  if (before === undefined || before.receipt.passed) return { state: 'failed' };
  if (isWeak(check)) return { state: 'failed-before-too' };
  if (lacksTheSame(receipt, before.receipt)) return { state: 'could-not-run' };
  const { compareFailures } = await import('./failing-tests.ts');
  const failures = areTests ? compareFailures(output, before.output) : { kind: 'unknown' as const };
  if (failures.kind === 'unknown') return { state: 'failed' };
  if (failures.kind !== 'same') return { state: 'failed', failures };
  return (await failsAlikeInCopies(options, check, output))
    ? { state: 'failed-before-too', failures }
    : { state: 'failed' };
}

/**
 * Tests may need what no copy has, such as settings that git ignores: there all of them fail, before the change as after it, and that
 * excuses nothing. So the files of now must fail in a copy as they fail here.
 */
async function failsAlikeInCopies(options: VerifyOptions, check: ProjectCheck, output: string): Promise<boolean> {
  const paths = options.facts.changes.map(({ path }) => path);
  const copy = await onTreeBefore(options, paths, check);
  if (copy === undefined || copy.receipt.passed) return false;
  const { compareFailures } = await import('./failing-tests.ts');
  return compareFailures(copy.output, output).kind === 'same';
}

/** A check may write files (caches, snapshots, fixes): they can be undone with the run. A requested one is run read-only. */
async function runUndoably(options: VerifyOptions, check: ProjectCheck): Promise<CheckOutcome> {
  const { workspace, sessionId, runId, record } = options;
  if (check.kind === 'requested') return runCheck(workspace, check, { ...options, readOnly: true });
  const snapshotId = await workspace.snapshots.begin({ sessionId, runId, reason: `check: ${check.command}` });
  try {
    return await runCheck(workspace, check, options);
  } finally {
    for (const change of await workspace.snapshots.end(snapshotId))
      record({ type: 'file.changed', snapshotId, change });
  }
}

/** Linters and type checkers may have complained long before; then their complaint does not count against the change. */
function isWeak(check: ProjectCheck): boolean {
  return check.kind === 'lint' || check.kind === 'types' || check.kind === 'build';
}

/** The agent ran this very command with success and changed nothing since: that run is the evidence, on the tree as it is. */
function receiptOfAgentRun(options: VerifyOptions, check: ProjectCheck): Promise<Receipt> | undefined {
  if (check.cwd !== '.') return undefined;
  const run = options.facts.commands.findLast((command) => command.command.trim() === check.command);
  if (run?.exitCode !== 0 || run.seq < options.facts.lastChangeSeq) return undefined;
  return reuse(options, check, run.tail);
}

async function reuse(options: VerifyOptions, check: ProjectCheck, tail: string): Promise<Receipt> {
  const receipt: Receipt = {
    id: options.newId(),
    kind: check.kind,
    command: check.command,
    exitCode: 0,
    passed: true,
    treeHash: await options.workspace.snapshots.treeHash(),
    startedAt: options.now(),
    durationMs: 0,
    tail: options.redact(`run by the agent after its last change\n${tail}`),
  };
  options.record({ type: 'check.finished', receipt });
  return receipt;
}

/** Whether a check did not get as far as checking anything. */
function couldNotRun(receipt: Receipt): boolean {
  if (receipt.exitCode === 127 || receipt.exitCode === 126) return true;
  if (receipt.exitCode === 5 && receipt.command.includes('pytest')) return true;
  return /No module named '?(?:pytest|mypy|ruff|flake8|tox|nox)\b|command not found|: not found$|Missing script:/m.test(
    receipt.tail,
  );
}

function failed({ check, receipt, failures }: CheckRun): Verification {
  const exit = receipt.exitCode === null ? 'was ended' : `exit ${receipt.exitCode}`;
  const fresh = failures?.kind === 'new' ? failures.fresh : [];
  const old = `\n\nThese failed before your change, too: ${named(failures?.old ?? [])}.`;
  const fewer =
    failures?.kind === 'fewer'
      ? `only ${failures.passed} pass, before the change it was ${failures.before}`
      : undefined;
  const news = fresh.length > 0 ? `${old}\nThese are new: ${named(fresh)}.` : fewer ? `${old}\nBut ${fewer}.` : '';
  const why = fresh.length > 0 ? `, newly: ${named(fresh)}` : fewer ? `; ${fewer}` : '';
  return {
    kind: 'failed',
    reason: `${check.command} failed (${exit}${why})`,
    feedback: `The check \`${check.command}\` failed (${exit}) on the files as they are now. Its last lines:\n\n${receipt.tail}${news}\n\nFind the cause and fix it. Do not weaken the check.`,
  };
}

/** Nothing new is broken, and nothing is proven: the agent is told once, in case that the task is about these tests. */
function failedAsBefore({ check, receipt, failures }: CheckRun): Verification {
  const names = named(failures?.old ?? []);
  return {
    kind: 'failed',
    isOld: true,
    reason: `${check.command} fails in the tests that failed before the change, too, and in no other: ${names}`,
    feedback: `The check \`${check.command}\` fails on the files as they are now, in tests that failed before your change, too, and in no other: ${names}. Its last lines:\n\n${receipt.tail}\n\nIf the task is about these tests, go on until they pass. If it is not, leave them alone and say so.`,
  };
}

/** At most five names. */
function named(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

/** What would let a check run, as far as it said so. */
function whatItLacks({ state, receipt }: CheckRun): string {
  if (lacksNetwork(receipt)) return ', it needs the network: allow it with --network';
  if (state !== 'could-not-run') return '';
  const found =
    /(?:^|: )([\w@./-]+): (?:command )?not found$/m.exec(receipt.tail) ??
    /No module named '?([\w.]+)/.exec(receipt.tail) ??
    /Cannot find (?:package|module) '([^'./][^']*)'/.exec(receipt.tail);
  return found === null ? '' : `, ${found[1]} is not installed`;
}

function conclude(runs: readonly CheckRun[], ability: 'shown' | 'not-shown' | 'no-new-tests'): Verification {
  const passed = runs.filter((run) => run.state === 'passed');
  if (passed.length === 0) {
    const first = runs[0];
    return {
      kind: 'unproven',
      reason: `no check could prove the change (${first?.check.command}: ${first?.state.replaceAll('-', ' ')}${first === undefined ? '' : whatItLacks(first)})`,
    };
  }
  const names = passed.map((run) => run.check.command).join(', ');
  const tree = passed.at(-1)?.receipt.treeHash.slice(0, 12);
  if (ability === 'not-shown')
    return {
      kind: 'unproven',
      passed,
      reason: `${names} passed, but the new tests pass without the change too, so they prove nothing`,
    };
  const shown = ability === 'shown' ? '; the new tests fail without the change' : '';
  const notes = runs
    .filter((run) => run.state !== 'passed')
    .map((run) => `; ${run.check.command} ${run.state.replaceAll('-', ' ')}`);
  return {
    kind: 'passed',
    passed,
    reason: `${names} passed on the final files (tree ${tree})${shown}${notes.join('')}`,
  };
}

/** New or changed tests must fail on the state before the change, or they show nothing. */
async function provenAbleToFail(
  options: VerifyOptions,
  runs: readonly CheckRun[],
): Promise<'shown' | 'not-shown' | 'no-new-tests'> {
  const tests = runs.find((run) => run.check.kind === 'tests' && run.state === 'passed');
  const changed = options.facts.changes.filter((change) => change.kind !== 'deleted' && isTestFile(change.path));
  if (!tests || changed.length === 0 || options.testsAreTheWork) return 'no-new-tests';
  const paths = changed.map((change) => change.path);
  const before = await onTreeBefore(options, paths, tests.check);
  if (before === undefined) return 'no-new-tests';
  options.record({ type: 'check.finished', receipt: { ...tests.receipt, failsBefore: !before.receipt.passed } });
  return before.receipt.passed ? 'not-shown' : 'shown';
}

/** Runs a check on the state before the run's first change, with today's version of `files`; undefined when it cannot be run there. */
async function onTreeBefore(
  options: VerifyOptions,
  files: readonly string[],
  check: ProjectCheck,
): Promise<CheckOutcome | undefined> {
  const { inTreeBefore, overlay } = await import('./tree-before.ts');
  return inTreeBefore(options, async (tree) => {
    overlay(options.workspace.root, tree.root, files);
    const outcome = await runCheck(tree, check, options);
    return couldNotRun(outcome.receipt) ? undefined : outcome;
  });
}
