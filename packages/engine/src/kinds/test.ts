// `test` is verified when the new tests are run, pass on the source, and fail on wrong versions of it.
//
// The wrong versions are made of what the new tests name and, where the runner tells, of what they execute, in the files they import
// (or those that were asked about), in a copy that has no other tests: what notices a wrong version must be one of the new ones. That the tests are run at
// all is shown by making each new file fail by itself.
import { posix } from 'node:path';
import type { WorkEvidence } from '@monkey-coder/protocol';
import {
  type CodeParser,
  languageOfPath,
  loadCodeParser,
  type ProjectCheck,
  type Workspace,
} from '@monkey-coder/workspace';
import type { Verification } from '../outcome/judge.ts';
import { isTestFile } from '../outcome/test-files.ts';
import { verify } from '../outcome/verify.ts';
import { linesUnderTest } from './lines-under-test.ts';
import { type Coverage, coverageOf } from './test-coverage.ts';
import {
  countOf,
  evidence,
  type JudgeWork,
  limitsOf,
  notVerified,
  reportOf,
  verificationOf,
  type WorkGround,
} from './work-ground.ts';

const maxMs = 600_000;
const maxTestFiles = 5;

/** Judges tests that were written. */
export const judgeTest: JudgeWork = async (ground) => {
  const scope = onlyTests(ground);
  if (scope.result === 'fails') return verificationOf(reportOf('test', [scope]), sourceFeedback(scope));
  const checks = await verify({ ...ground, testsAreTheWork: true });
  if (checks.kind !== 'passed') return notVerified('test', checks);
  const ofKind = (kind: string) => checks.passed?.find(({ check }) => check.kind === kind);
  const tests = ofKind('tests') ?? ofKind('custom');
  if (tests === undefined)
    return notVerified('test', { kind: 'unproven', reason: 'no command of tests was found (add one with --check)' });
  const passed = evidence('the tests pass on the source', 'holds', tests.check.command, [tests.receipt]);
  return judgeAbility(ground, tests.check, [scope, passed]);
};

function newTests(ground: WorkGround): string[] {
  return ground.facts.changes.flatMap(({ path, kind }) => (kind !== 'deleted' && isTestFile(path) ? [path] : []));
}

/** The source is what the tests are held against: it stays. */
function onlyTests(ground: WorkGround): WorkEvidence {
  const isCode = (path: string): boolean => languageOfPath(path) !== null && !path.endsWith('.json');
  const source = ground.facts.changes.filter(({ path }) => !isTestFile(path) && isCode(path));
  const what = 'only tests were changed';
  if (source.length > 0) return evidence(what, 'fails', `also ${source.map(({ path }) => path).join(', ')}`);
  if (newTests(ground).length === 0) return evidence(what, 'fails', 'no test file was written');
  return evidence(what, 'holds', newTests(ground).join(', '));
}

function sourceFeedback({ detail }: WorkEvidence): string {
  return `This work is about test files alone: ${detail}. Put the source back as it was, and write tests in files that the project's test command finds.`;
}

async function judgeAbility(
  ground: WorkGround,
  check: ProjectCheck,
  found: readonly WorkEvidence[],
): Promise<Verification> {
  const ran = await everyTestRuns(ground, check);
  if (ran.result !== 'holds') return verificationOf(reportOf('test', [...found, ran]), `${ran.what}: ${ran.detail}.`);
  const { mutants, noticed, feedback } = await tryMutants(ground, check);
  return verificationOf(reportOf('test', [...found, ran, noticed], { mutants }), feedback);
}

/** Makes each new test file unreadable, one at a time: a run that does not mind has not run it. */
async function everyTestRuns(ground: WorkGround, check: ProjectCheck): Promise<WorkEvidence> {
  const files = newTests(ground).slice(0, maxTestFiles);
  const what = 'every new test file is run by the test command';
  const checks = await ground.workspace.checks();
  const unread = await checks.inCopy({ signal: ground.signal }, async (copy) => {
    const idle: string[] = [];
    for (const file of files) {
      const { text } = await ground.workspace.readFile(file);
      copy.write(file, `${text}\n)]}) this is no code of any language (((\n`);
      if ((await copy.run(check, limitsOf(ground))).passed) idle.push(file);
      copy.write(file, text);
    }
    return idle;
  });
  if (unread.length === 0) return evidence(what, 'holds', files.join(', '));
  return evidence(what, 'fails', `\`${check.command}\` does not run ${unread.join(', ')}`);
}

interface Tried {
  readonly mutants: { file: string; line: number; change: string; outcome: 'killed' | 'survived' }[];
  readonly noticed: WorkEvidence;
  readonly feedback: string | undefined;
}

async function tryMutants(ground: WorkGround, check: ProjectCheck): Promise<Tried> {
  const { most, minKilledPercent } = ground.work.mutants ?? { most: 30, minKilledPercent: 100 };
  const others = (await filesOf(ground.workspace, ground.signal)).filter(
    (path) => isTestFile(path) && !newTests(ground).includes(path),
  );
  const coverage = (await coverageOf(ground, check, others)) ?? (await coverageOf(ground, check, []));
  const lines = await withParser((parser) => linesOf(ground, parser, coverage));
  const checks = await ground.workspace.checks();
  const request = {
    paths: null,
    limits: limitsOf(ground),
    signal: ground.signal,
    maxMutants: most,
    maxMs,
    lines,
    check,
  };
  let report = await checks.mutate({ ...request, without: others });
  // What the new tests share with the old ones may lie among these.
  if (report.reason !== '' && others.length > 0) report = await checks.mutate(request);
  const mutants = report.results.map(({ file, line, change, outcome }) => ({ file, line, change, outcome }));
  const killed = mutants.filter(({ outcome }) => outcome === 'killed').length;
  const survived = mutants.filter(({ outcome }) => outcome === 'survived');
  const what = 'the tests fail on wrong versions of the source';
  if (mutants.length === 0)
    return { mutants, noticed: evidence(what, 'unknown', report.reason || 'none was tried'), feedback: undefined };
  const isEnough = killed > 0 && (100 * killed) / mutants.length >= minKilledPercent;
  const list = survived.map(({ file, line, change }) => `${file}:${line} ${change}`);
  const chosen =
    coverage === undefined ? 'lines by the names in the tests' : `lines by names and coverage (${coverage.source})`;
  const detail = `${killed} of ${countOf(mutants.length, 'wrong version')} noticed, ${chosen}${list.length === 0 ? '' : `; survived: ${list.join(', ')}`}`;
  return { mutants, noticed: evidence(what, isEnough ? 'holds' : 'fails', detail), feedback: mutantFeedback(list) };
}

function mutantFeedback(survived: readonly string[]): string {
  return `The tests pass on wrong versions of the source, so they would not notice these faults:\n${survived.map((one) => `- ${one}`).join('\n')}\nAdd or sharpen assertions until each of them would fail a test.`;
}

async function withParser<T>(use: (parser: CodeParser) => Promise<T>): Promise<T> {
  const parser = await loadCodeParser();
  try {
    return await use(parser);
  } finally {
    parser.close();
  }
}

/** Lines of the source that the new tests are about: of the files asked about, else of those they import or are named after. */
async function linesOf(
  ground: WorkGround,
  parser: CodeParser,
  coverage: Coverage | undefined,
): Promise<Map<string, readonly number[]>> {
  const all = await filesOf(ground.workspace, ground.signal);
  const tests = await Promise.all(newTests(ground).map((path) => ground.workspace.readFile(path)));
  const { targets } = ground.work;
  const isAsked = (path: string): boolean =>
    targets.some((one) => path === one || one === '.' || path.startsWith(`${one}/`));
  const sources = all.filter((path) => !isTestFile(path) && languageOfPath(path) !== null);
  const asked = sources.filter((path) => targets.length > 0 && isAsked(path));
  const about = asked.length > 0 ? asked : sources.filter((path) => tests.some((test) => isAbout(test, path)));
  const lines = new Map<string, readonly number[]>();
  for (const path of about.slice(0, 20)) {
    const language = languageOfPath(path);
    const { text } = await ground.workspace.readFile(path);
    if (language === null) continue;
    const outline = await parser.outline(language, text);
    const executed = coverage?.lines.get(path);
    lines.set(
      path,
      linesUnderTest({
        text,
        definitions: outline.definitions,
        tests: tests.map((test) => test.text),
        ...(executed === undefined ? {} : { executed }),
      }),
    );
  }
  return lines;
}

/** A test is about a file when it names it as a module would be named, or is named after it. */
function isAbout(test: { readonly path: string; readonly text: string }, source: string): boolean {
  const stem = posix.basename(source).replace(/\.\w+$/, '');
  const testStem = posix
    .basename(test.path)
    .replace(/(?:[._-](?:test|spec))?\.\w+$/, '')
    .replace(/^test_/, '');
  const quoted = stem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const isImported = new RegExp(
    String.raw`["'/.]${quoted}(?:\.\w+)?["']|(?:\bfrom|\bimport|\buse)\s+(?:[\w.:]*[.:])?${quoted}(?:[\s;,:]|$)`,
    'm',
  );
  return stem === testStem || stem === testStem.replace(/(?:Tests?|IT|Spec)$/, '') || isImported.test(test.text);
}

async function filesOf(workspace: Workspace, signal: AbortSignal): Promise<readonly string[]> {
  return (await workspace.lister.list({ limit: 50_000, signal })).paths;
}
