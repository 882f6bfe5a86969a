// `monkey demo`: the real binary on a sample repository, against a scripted model served over HTTP in a vendor's wire format.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario, type Scenario, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import { MonkeyError, nearestNames } from '@monkey-coder/protocol';
import { type Command, type CommandContext, printJson } from '../configuration/command-context.ts';
import { examplesFolder, makeSampleRepository } from './sample-repository.ts';
import { type DemoScenario, demoScenarios } from './scenarios.ts';

/** Plays a scenario and shows how to go on with a real model. */
export const demo: Command = async (context) => {
  const { world, line, style } = context;
  if (line.options.has('list')) return list(context);
  const scenario = scenarioNamed(line.operands[0]);
  for (const program of scenario.needs) requireProgram(program);
  const { folder, repository } = makeSampleRepository(scenario);
  const server = await serveScripted(await loadScript(scenario, line.options.has('fast')));
  try {
    world.out(introduction(scenario, repository, context));
    const environment = demoEnvironment(context, folder, server, scenario);
    const run = await monkey(['-m', `${scenario.provider}/scripted`, ...scenario.flags, scenario.prompt], {
      repository,
      environment,
      context,
    });
    if (run !== scenario.exitCode)
      return failed(context, `monkey ended with ${run}, ${scenario.exitCode} was expected`, server);
    world.out(`\n${style.dim(`(exit code ${run}: ${scenario.exitCode === 0 ? 'verified' : 'denied'})`)}\n`);
    const undone =
      scenario.exitCode === 0
        ? await showUndo({ repository, environment, context })
        : await showUntouched(scenario, repository, context);
    if (!undone) return failed(context, 'the files are not as they were before', server);
    world.out(closing(context));
    return 0;
  } finally {
    await server.close();
    if (line.options.has('keep')) world.out(`kept: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  }
};

interface Stage {
  readonly repository: string;
  readonly environment: Record<string, string>;
  readonly context: CommandContext;
}

function list({ world, asJson, style }: CommandContext): number {
  if (asJson) return printJson(world, demoScenarios);
  for (const scenario of demoScenarios) world.out(`${style.bold(scenario.name.padEnd(15))} ${scenario.title}\n`);
  return 0;
}

function scenarioNamed(name: string | undefined): DemoScenario {
  const found = name === undefined ? demoScenarios[0] : demoScenarios.find((scenario) => scenario.name === name);
  if (found) return found;
  const near = nearestNames(
    name ?? '',
    demoScenarios.map((scenario) => scenario.name),
  )[0];
  throw new MonkeyError('usage.invalid', `no demo "${name}"${near ? `; did you mean "${near}"?` : ''}`, {
    advice: 'See `monkey demo --list`.',
  });
}

function requireProgram(program: string): void {
  if (spawnSync(program, ['--version']).status === 0) return;
  throw new MonkeyError('command.failed', `this demo needs ${program}, which was not found`, {
    advice: 'Install it, or take another one: monkey demo --list.',
  });
}

/** The script of a scenario; `fast` leaves out the pace of the answers. */
async function loadScript(scenario: DemoScenario, fast: boolean): Promise<Scenario> {
  const script = await readScenario(join(examplesFolder(), 'scenarios', scenario.script));
  if (!fast) return script;
  return { ...script, turns: script.turns.map(({ tokensPerSecond: _pace, ...turn }) => turn) };
}

function introduction(scenario: DemoScenario, repository: string, { style }: CommandContext): string {
  return [
    '',
    style.bold(`Demo: ${scenario.title}`),
    style.yellow(
      'The model in this demo is scripted: it plays written answers. Everything else is real: the HTTP wire format,',
    ),
    style.yellow('the files, the edits, the sandboxed commands, the tests, the receipts, the budget, the undo.'),
    '',
    `${style.dim('$')} cd ${repository}`,
    `${style.dim('$')} monkey ${scenario.flags.join(' ')} "${scenario.prompt}"`,
    '',
  ].join('\n');
}

/** A home of its own, so that the demo leaves nothing behind; the bundle's code cache is shared. The script gets a price, to be quoted. */
function demoEnvironment(
  { world, style }: CommandContext,
  folder: string,
  server: ScriptedServer,
  scenario: DemoScenario,
): Record<string, string> {
  const keep = ['PATH', 'HOME', 'LANG', 'TERM', 'TMPDIR', 'SystemRoot', 'USERPROFILE', 'COLUMNS'];
  const base = Object.fromEntries(
    keep.flatMap((name) => (world.environment[name] ? [[name, world.environment[name]]] : [])),
  );
  const address =
    scenario.provider === 'openai'
      ? { OPENAI_BASE_URL: `${server.url}/v1`, OPENAI_API_KEY: 'demo' }
      : { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: 'demo' };
  const settings = join(folder, 'home', 'config', 'monkey');
  mkdirSync(settings, { recursive: true });
  writeFileSync(
    join(settings, 'settings.json'),
    JSON.stringify({ prices: { [`${scenario.provider}/scripted`]: { input: 3, output: 15 } } }),
  );
  return {
    ...base,
    ...address,
    XDG_CONFIG_HOME: join(folder, 'home', 'config'),
    XDG_STATE_HOME: join(folder, 'home', 'state'),
    XDG_CACHE_HOME: join(world.homes.cache, '..'),
    ...(style.isColored ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  };
}

function monkey(args: readonly string[], { repository, environment }: Stage): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(__dirname, 'monkey.cjs'), ...args], {
      cwd: repository,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function showUndo(stage: Stage): Promise<boolean> {
  const { world, style } = stage.context;
  world.out(`\n${style.dim('$')} monkey undo\n`);
  const code = await monkey(['undo'], stage);
  world.out(`\n${style.dim('$')} git status --short\n`);
  const status = gitStatus(stage.repository);
  world.out(status === '' ? style.dim('(nothing: every file is back as it was)\n') : status);
  return code === 0 && status === '';
}

async function showUntouched(
  scenario: DemoScenario,
  repository: string,
  { world, style }: CommandContext,
): Promise<boolean> {
  const kept = Object.entries(scenario.uncommitted).filter(
    ([path, text]) => readOrNothing(join(repository, path)) === text,
  );
  world.out(`\n${style.dim('$')} ls drafts\n${kept.map(([path]) => `${path}\n`).join('')}`);
  return kept.length === Object.keys(scenario.uncommitted).length;
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function gitStatus(cwd: string): string {
  return spawnSync('git', ['status', '--short'], { cwd, encoding: 'utf8' }).stdout;
}

function failed({ world, style }: CommandContext, why: string, server: ScriptedServer): number {
  const mismatch = server.log.find((request) => request.mismatch)?.mismatch;
  world.err(`${style.red('demo failed:')} ${why}${mismatch ? ` (the script expected otherwise: ${mismatch})` : ''}\n`);
  return 1;
}

function closing({ style, world }: CommandContext): string {
  // `npm start` in a checkout: nobody has `monkey` on the path yet.
  const isCheckout = world.environment['npm_lifecycle_event'] === 'start';
  return [
    '',
    style.bold('Now with a real model, in a repository of yours:'),
    ...(isCheckout ? ['  npm install -g ./apps/cli       puts monkey on your path: a link to this folder'] : []),
    '  export ANTHROPIC_API_KEY=…      or OPENAI_API_KEY, or: monkey login anthropic',
    '  ollama serve                    or LM Studio, llama.cpp, vLLM: found when they run, then -m local',
    '  monkey "fix the failing test"',
    '',
    style.dim('More demos: monkey demo --list · all commands: monkey --help'),
    '',
  ].join('\n');
}
