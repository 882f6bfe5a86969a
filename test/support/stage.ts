// Everything one journey needs: a home, a project, a scripted provider, and the binary; all of it is gone after the test.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Scenario, type ScenarioTurn, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import type { Receipt, WorkReport } from '@monkey-coder/protocol';
import { onTestFinished } from 'vitest';
import { type Ended, type Running, repositoryRoot, runMonkey, type StartOptions, startMonkey } from './monkey.ts';

/** What may be said about a process besides its arguments. */
export type ProcessOptions = Partial<StartOptions>;

/** One test's world. */
export interface Stage {
  /** Temporary folder that holds all the rest. */
  readonly folder: string;
  /** MONKEY_HOME. */
  readonly home: string;
  readonly project: string;
  /** Environment of the processes; may be added to. */
  readonly env: Record<string, string>;
  run(args: readonly string[], options?: ProcessOptions): Promise<Ended>;
  start(args: readonly string[], options?: ProcessOptions): Running;
  write(path: string, text: string | Buffer): void;
  read(path: string): string;
  git(...args: readonly string[]): string;
  /** Writes the user's settings.json. */
  settings(value: unknown): void;
  /** Serves turns as a provider, and points the environment at it. */
  serve(turns: readonly ScenarioTurn[], options?: ServeAs): Promise<ScriptedServer>;
  /** The session logs, one text. */
  sessionLogs(): string;
}

/** How a scenario is served. */
export interface ServeAs {
  readonly provider?: 'openai' | 'anthropic';
  readonly key?: string;
  readonly mode?: Scenario['mode'];
  /** Conversations of sub-agents. */
  readonly others?: Scenario['others'];
}

/** Flags that let the agent edit and run checks without asking. */
export const acceptEdits = ['--permission-mode', 'acceptEdits'] as const;
/** Flags of most runs: the scripted model over the OpenAI wire format. */
export const scripted = ['-m', 'openai/scripted'] as const;

/** Makes a stage with an empty project folder; call inside a test. */
export function createStage(): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'monkey-journey-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const home = join(folder, 'home');
  const project = join(folder, 'project');
  mkdirSync(project, { recursive: true });
  const env = baseEnvironment(folder, home);
  const options = (given: ProcessOptions = {}): StartOptions => ({
    cwd: project,
    ...given,
    env: { ...env, ...given.env },
  });
  const stage: Stage = {
    folder,
    home,
    project,
    env,
    run: (args, given) => runMonkey(args, options(given)),
    start(args, given) {
      const running = startMonkey(args, options(given));
      onTestFinished(async () => {
        running.send('SIGKILL');
        await running.ended.catch(() => undefined);
      });
      return running;
    },
    write(path, text) {
      const whole = join(project, path);
      mkdirSync(dirname(whole), { recursive: true });
      writeFileSync(whole, text);
    },
    read: (path) => readFileSync(join(project, path), 'utf8'),
    git: (...args) => execFileSync('git', args, { cwd: project, encoding: 'utf8', env }),
    settings(value) {
      mkdirSync(join(home, 'config'), { recursive: true });
      writeFileSync(join(home, 'config', 'settings.json'), typeof value === 'string' ? value : JSON.stringify(value));
    },
    serve: (turns, as) => serve(env, turns, as),
    sessionLogs: () => readSessionLogs(join(home, 'state', 'sessions')),
  };
  return stage;
}

function baseEnvironment(folder: string, home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'user'),
    TMPDIR: process.env['TMPDIR'] ?? tmpdir(),
    MONKEY_HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.invalid',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.invalid',
  };
}

async function serve(
  env: Record<string, string>,
  turns: readonly ScenarioTurn[],
  { provider = 'openai', key, mode, others }: ServeAs = {},
): Promise<ScriptedServer> {
  const scenario: Scenario = {
    name: 'journey',
    turns: [...turns],
    ...(mode === undefined ? {} : { mode }),
    ...(others === undefined ? {} : { others }),
  };
  const server = await serveScripted(scenario, key === undefined ? {} : { key });
  onTestFinished(() => server.close());
  pointAt(env, provider, server.url);
  return server;
}

/** Points an environment at an address as that provider. */
export function pointAt(env: Record<string, string>, provider: 'openai' | 'anthropic', url: string): void {
  const name = provider.toUpperCase();
  env[`${name}_BASE_URL`] = provider === 'openai' ? `${url}/v1` : url;
  env[`${name}_API_KEY`] ??= 'test-key';
}

function readSessionLogs(folder: string): string {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
}

/** Makes the project a git repository with everything committed. */
export function commitAll(stage: Stage): void {
  stage.git('init', '-q', '-b', 'main');
  stage.git('add', '-A');
  stage.git('commit', '-q', '-m', 'Start');
}

/** Copies one of the examples into the project and commits it. */
export function useExample(stage: Stage, name: string): void {
  cpSync(join(repositoryRoot, 'examples', name), stage.project, { recursive: true });
  commitAll(stage);
}

/** A small JavaScript project whose test fails until `add` adds. */
export function useFailingProject(stage: Stage): void {
  stage.write('package.json', JSON.stringify({ name: 'sum', type: 'module', scripts: { test: 'node --test' } }));
  stage.write('src/sum.js', 'export const add = (a, b) => a - b;\n');
  stage.write(
    'test/sum.test.js',
    "import assert from 'node:assert';\nimport test from 'node:test';\nimport { add } from '../src/sum.js';\ntest('adds', () => assert.equal(add(2, 3), 5));\n",
  );
  commitAll(stage);
}

/** A turn in which the model calls one tool. */
export const calls = (name: string, args: Record<string, unknown> | string, text?: string): ScenarioTurn => ({
  reply: { ...(text === undefined ? {} : { text }), toolCalls: [{ name, arguments: args }] },
});

/** A turn in which the model answers. */
export const says = (text: string): ScenarioTurn => ({ reply: { text } });

/** Turns that read src/sum.js and replace its body. */
export const fixesSum = (body: string): ScenarioTurn[] => [
  calls('read', { path: 'src/sum.js' }),
  calls('edit', { path: 'src/sum.js', old_string: 'a - b', new_string: body }),
];

/** The lines of an output as JSON values; fails on a line that is none. */
export function jsonLines<Line = Record<string, unknown>>(text: string): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** The result object of a kind of work. */
export interface KindResult {
  readonly status: string;
  readonly result: string;
  readonly kind: WorkReport & { readonly name: string };
  readonly receipts: readonly Receipt[];
}

/** What `--json` printed. */
export function kindOf({ stdout }: Ended): KindResult {
  return JSON.parse(stdout) as KindResult;
}
