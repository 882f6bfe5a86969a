// Plays explorations through the real binary: the reference among broken candidates in each place, and broken ones alone.
//
// The agent is shown every second test; all tests judge. Only plays in which the shown tests can tell count as right or wrong;
// plays with a broken candidate that passes them are counted apart (`cannotTell`), with how often the pick was right all the same.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Scenario, serveScripted } from '@monkey-coder/models';
import { calls, checkCommand, type EvaluationTask, monkey, type Runners, runnersBeside, writeTask } from './tasks.ts';

interface CandidateFigures {
  /** Plays in which the shown tests can tell; right: the wanted outcome. */
  plays: number;
  right: number;
  /** Runs of broken candidates alone, all caught by the shown tests, that ended as success. Must be 0. */
  brokenClaimed: number;
  cannotTell: number;
  cannotTellRight: number;
}

/** Plays all tasks of a file of the form of tasks.jsonl, or of the one in a folder. */
export async function evaluateCandidates(path: string): Promise<CandidateFigures> {
  const file = statSync(path).isDirectory()
    ? join(path, readdirSync(path).find((n) => n === 'tasks.jsonl') ?? '')
    : path;
  const runners = runnersBeside(resolve(file));
  const figures: CandidateFigures = { plays: 0, right: 0, brokenClaimed: 0, cannotTell: 0, cannotTellRight: 0 };
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean))
    await playTask(JSON.parse(line) as EvaluationTask, runners, figures);
  return figures;
}

async function playTask(task: EvaluationTask, runners: Runners, figures: CandidateFigures): Promise<void> {
  const shown = halfShown(task);
  const broken = task.broken.map(({ code }) => ({ code, isCaught: !passes(shown, code, runners) }));
  const caught = broken.filter((one) => one.isCaught).map((one) => one.code);
  const missed = broken.find((one) => !one.isCaught)?.code;
  if (caught.length === 0 || !passes(shown, task.reference, runners)) return;
  const pair = [...caught, ...caught].slice(-2);
  for (let place = 0; place <= pair.length; place += 1) {
    const codes = pair.toSpliced(place, 0, task.reference);
    const end = await play(task, shown, codes, runners);
    figures.plays += 1;
    if (end.exit === 0 && end.isRight) figures.right += 1;
    else
      console.error(`wrong: ${task.id}, reference in place ${place + 1}: exit ${end.exit}, all tests ${end.isRight}`);
  }
  const alone = await play(task, shown, [...caught, ...caught].slice(0, 3), runners);
  figures.plays += 1;
  if (alone.exit === 0) figures.brokenClaimed += 1;
  else if (alone.isUntouched) figures.right += 1;
  if (alone.exit === 0 || !alone.isUntouched) console.error(`wrong: ${task.id}, broken ones alone: exit ${alone.exit}`);
  if (missed !== undefined) await playUnsure(task, shown, { missed, pair, runners, figures });
}

interface Unsure {
  /** A broken one that the shown tests pass, and those that they catch. */
  readonly missed: string;
  readonly pair: readonly string[];
  readonly runners: Runners;
  readonly figures: CandidateFigures;
}

/** The reference before and after a broken one that the shown tests cannot tell from it. */
async function playUnsure(
  task: EvaluationTask,
  shown: EvaluationTask,
  { missed, pair, runners, figures }: Unsure,
): Promise<void> {
  for (const codes of [
    [missed, task.reference, pair[0] ?? missed],
    [task.reference, pair[1] ?? missed, missed],
  ]) {
    const unsure = await play(task, shown, codes, runners);
    figures.cannotTell += 1;
    if (unsure.exit === 0 && unsure.isRight) figures.cannotTellRight += 1;
    else console.error(`cannot tell: ${task.id}, reference in place ${codes.indexOf(task.reference) + 1}`);
  }
}

/** The task with every second test taken out as it runs, by a file beside the test: in the test itself nothing says so, and nothing of it can be varied. */
export function halfShown(task: EvaluationTask): EvaluationTask {
  const { language, test, extra } = task;
  if (language === 'javascript')
    return {
      ...task,
      extra: { ...extra, 'shown-only.mjs': shownOnlyJavascript },
      test: `import { shownOnly } from './shown-only.mjs';\nconst test = shownOnly(globalThis.test), it = test;\n${test}`,
    };
  return {
    ...task,
    extra: { ...extra, 'shown_only.py': shownOnlyPython },
    test: `${test}\nfrom shown_only import keep_shown\nkeep_shown(globals())\n`,
  };
}

const shownOnlyJavascript = `export function shownOnly(whole) {
  let n = 0;
  const half = (...given) => {
    n += 1;
    if (n % 2 === 1) whole(...given);
  };
  half.each = (rows) => (name, f) => rows.forEach((row) => half(name, () => f(...(Array.isArray(row) ? row : [row]))));
  return half;
}
`;
const shownOnlyPython = `import unittest


def keep_shown(names):
    cases = [v for v in list(names.values()) if isinstance(v, type) and issubclass(v, unittest.TestCase)]
    tests = [(c, n) for c in cases for n in list(vars(c)) if n.startswith("test")]
    for case, name in tests[1::2]:
        delattr(case, name)
`;

function passes(task: EvaluationTask, code: string, runners: Runners): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-candidates-'));
  try {
    writeTask(folder, { ...task, stub: code });
    return runCheck(task, folder, runners);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runCheck(task: EvaluationTask, cwd: string, runners: Runners): boolean {
  const env = { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1' };
  return spawnSync('sh', ['-c', checkCommand(task, runners)], { cwd, env, timeout: 20_000 }).status === 0;
}

interface End {
  readonly exit: number;
  /** All tests pass on the user's checkout. */
  readonly isRight: boolean;
  readonly isUntouched: boolean;
}

async function play(
  task: EvaluationTask,
  shown: EvaluationTask,
  codes: readonly string[],
  runners: Runners,
): Promise<End> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-candidates-'));
  const server = await serveScripted(scenarioOf(task, codes));
  try {
    const cwd = join(folder, 'work');
    writeTask(cwd, shown);
    const env = {
      PATH: process.env['PATH'] ?? '',
      MONKEY_HOME: join(folder, 'home'),
      OPENAI_BASE_URL: `${server.url}/v1`,
      OPENAI_API_KEY: 'evaluate',
      NO_COLOR: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const rights = ['-p', '--permission-mode', 'bypassPermissions', '-m', 'openai/scripted'];
    const how = ['--strategy', 'explore', '--candidates', String(codes.length)];
    const exit = await monkey([...rights, ...how, '--check', checkCommand(task, runners), task.instructions], cwd, env);
    const isUntouched = readFileSync(join(cwd, task.solutionPath), 'utf8') === task.stub;
    writeFileSync(join(cwd, task.testPath), task.test);
    return { exit, isUntouched, isRight: runCheck(task, cwd, runners) };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function scenarioOf(task: EvaluationTask, codes: readonly string[]): Scenario {
  const others = codes.map((content, at) => ({
    when: { contains: `(Candidate ${at + 1} of ${codes.length}:` },
    turns: Array.from({ length: 8 }, () => [
      calls('read', { path: task.solutionPath }),
      calls('write', { path: task.solutionPath, content }),
      { reply: { text: 'Done, all tests pass.' } },
    ]).flat(),
  }));
  return { name: 'candidates', turns: [{ reply: { text: 'Not a candidate.' } }], others };
}
