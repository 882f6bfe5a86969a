// Plays whole tasks through the real binary: a scripted model gives the reference or a broken solution, the tests judge.
//
// Plays: `direct` (stub to reference in one edit, by each way a model can write it), `wrong-first` (a broken variant, then the
// reference once the checks have failed; undo must give the stub back), `never-right` (only broken variants, claimed to be done:
// the run must be reported as failed). right: the wanted outcome; wrong: success claimed over failing tests; refused: not solved,
// and honestly reported so.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Scenario, type ScenarioTurn, serveScripted } from '@monkey-coder/models';

declare const REPOSITORY_ROOT: string;

export interface EvaluationTask {
  readonly id: string;
  readonly language: string;
  readonly instructions: string;
  readonly solutionPath: string;
  readonly testPath: string;
  readonly extra?: Readonly<Record<string, string>>;
  readonly stub: string;
  readonly test: string;
  readonly reference: string;
  readonly broken: readonly { readonly id: string; readonly code: string }[];
}

interface Counts {
  total: number;
  right: number;
  refused: number;
  wrong: number;
  wronglyWritten: number;
}

type Verdict = 'right' | 'refused' | 'wrong' | 'wronglyWritten';

/** Runs all plays of all tasks of a file of the form of tasks.jsonl; the two test runners stand beside it. */
export async function evaluateTasks(file: string): Promise<Counts & { byLanguage: Record<string, Counts> }> {
  const runners = runnersBeside(resolve(file));
  const total = noCounts();
  const byLanguage: Record<string, Counts> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    const task = JSON.parse(line) as EvaluationTask;
    byLanguage[task.language] ??= noCounts();
    for (const play of plays(task)) {
      const verdict = await runPlay(task, play, runners);
      if (verdict !== 'right') console.error(`${verdict}: ${task.id} ${play.name}`);
      for (const counts of [total, byLanguage[task.language] ?? noCounts()]) {
        counts.total += 1;
        counts[verdict] += 1;
      }
    }
  }
  return { ...total, byLanguage };
}

function noCounts(): Counts {
  return { total: 0, right: 0, refused: 0, wrong: 0, wronglyWritten: 0 };
}

export interface Runners {
  readonly javascript: string;
  readonly python: string;
}

export function runnersBeside(file: string): Runners {
  const folders = [dirname(file), join(REPOSITORY_ROOT, '..', 'shared', 'data', 'tasks')];
  const folder = folders.find((candidate) => existsSync(join(candidate, 'jest-shim.mjs')));
  if (!folder)
    throw new Error(`evaluate tasks: the test runners (jest-shim.mjs, unittest-json.py) are not beside ${file}`);
  return { javascript: join(folder, 'jest-shim.mjs'), python: join(folder, 'unittest-json.py') };
}

interface Play {
  readonly name: string;
  readonly turns: readonly ScenarioTurn[];
  readonly wanted: 'verified' | 'reported-failed';
  readonly checkUndo: boolean;
}

function plays(task: EvaluationTask): Play[] {
  const read = calls('read', { path: task.solutionPath });
  const say = (text: string): ScenarioTurn => ({ reply: { text } });
  const broken = task.broken.map((variant) => variant.code);
  const replace = (from: string, to: string): ScenarioTurn =>
    calls('edit', { path: task.solutionPath, old_string: from, new_string: to });
  const write = (code: string): ScenarioTurn => calls('write', { path: task.solutionPath, content: code });
  const first = broken[0] ?? task.stub;
  return [
    {
      name: 'direct edit',
      turns: [read, replace(task.stub, task.reference), say('Done.')],
      wanted: 'verified',
      checkUndo: false,
    },
    { name: 'direct write', turns: [read, write(task.reference), say('Done.')], wanted: 'verified', checkUndo: false },
    {
      name: 'wrong first',
      turns: [read, write(first), say('Done.'), replace(first, task.reference), say('Done.')],
      wanted: 'verified',
      checkUndo: true,
    },
    {
      name: 'never right',
      turns: [
        read,
        ...broken.slice(0, 4).flatMap((code) => [write(code), say('All tests pass.')]),
        say('All tests pass.'),
      ],
      wanted: 'reported-failed',
      checkUndo: false,
    },
  ];
}

export function calls(name: string, args: Record<string, unknown>): ScenarioTurn {
  return { reply: { toolCalls: [{ name, arguments: args }] } };
}

async function runPlay(task: EvaluationTask, play: Play, runners: Runners): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-evaluate-'));
  const scenario: Scenario = { name: play.name, turns: [...play.turns] };
  const server = await serveScripted(scenario);
  try {
    const cwd = join(folder, 'work');
    writeTask(cwd, task);
    const check = checkCommand(task, runners);
    const env = {
      PATH: process.env['PATH'] ?? '',
      MONKEY_HOME: join(folder, 'home'),
      OPENAI_BASE_URL: `${server.url}/v1`,
      OPENAI_API_KEY: 'evaluate',
      NO_COLOR: '1',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const exit = await monkey(
      ['-p', '--permission-mode', 'bypassPermissions', '-m', 'openai/scripted', '--check', check, task.instructions],
      cwd,
      env,
    );
    const passes = spawnSync('sh', ['-c', check], { cwd, env, timeout: 20_000 }).status === 0;
    return judge(play, exit, passes, play.checkUndo ? await undoGivesStubBack(task, cwd, env) : true);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(play: Play, exit: number, passes: boolean, undone: boolean): Verdict {
  if (exit === 0 && !passes) return 'wrong';
  if (!undone) return 'wronglyWritten';
  if (play.wanted === 'reported-failed') return exit === 6 ? 'right' : 'refused';
  return exit === 0 ? 'right' : 'refused';
}

async function undoGivesStubBack(task: EvaluationTask, cwd: string, env: Record<string, string>): Promise<boolean> {
  const copy = readFileSync(join(cwd, task.solutionPath), 'utf8');
  const exit = await monkey(['undo'], cwd, env);
  const isBack = exit === 0 && readFileSync(join(cwd, task.solutionPath), 'utf8') === task.stub;
  writeFileSync(join(cwd, task.solutionPath), copy);
  return isBack;
}

export function writeTask(cwd: string, task: EvaluationTask): void {
  const files: Record<string, string> = { ...task.extra, [task.testPath]: task.test, [task.solutionPath]: task.stub };
  if (task.language === 'javascript') files['package.json'] = '{ "type": "module", "private": true }\n';
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), text);
  }
}

export function checkCommand(task: EvaluationTask, runners: Runners): string {
  if (task.language === 'javascript') return `node ${quote(runners.javascript)} ${quote(task.testPath)}`;
  return `python3 ${quote(runners.python)} ${quote(task.testPath.replace(/\.py$/, ''))}`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

export function monkey(args: readonly string[], cwd: string, env: Record<string, string>): Promise<number> {
  const cli = join(REPOSITORY_ROOT, 'apps', 'cli', 'dist', 'monkey.cjs');
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env, stdio: 'ignore' });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
