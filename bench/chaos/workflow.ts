// The kill test of workflows: `kill -9` at random moments of a workflow of seven agents, then `monkey workflow resume`. Some of it is
// side by side: two readers meet at a barrier, two writers work in copies that are merged; the last agent is in a workflow of its own file.
//
//   node scripts/run-ts.mjs bench/chaos/workflow.ts [--trials 20] [--seed 1] [--cli FILE]      npm run bench:chaos-workflow for the long form
//
// A trial passes when the workflow ends as it should, every step has one end, no recorded answer was asked for again, no effect
// happened twice, no record was lost, the copies were merged once, and exactly seven agents worked.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scenario, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import { option, runUntilKilled, seeded } from './killed-process.ts';
import { type Log, lost, readLogs } from './session-logs.ts';

declare const REPOSITORY_ROOT: string;

const trials = Number(option('--trials') ?? 20);
const seed = Number(option('--seed') ?? Date.now() % 100_000);
const random = seeded(seed);
const agents = ['alpha', 'beta', 'gamma', 'delta', 'zeta', 'eta', 'epsilon'];
const flags = ['-m', 'openai/scripted', '--permission-mode', 'bypassPermissions'];
const definition = `workflow: chaos
version: 2
agents:
  alpha: {}
  beta: {}
  gamma: {}
  delta: { mode: auto, receives: [previous] }
  zeta: { mode: auto }
  eta: { mode: auto }
steps:
  - { id: plan, agent: alpha, prompt: work of alpha }
  - id: look
    parallel:
      - id: one
        steps:
          - { id: left, agent: beta, prompt: work of beta }
          - { id: met, barrier: seen, parties: [one, other] }
      - id: other
        steps:
          - { id: come, barrier: seen }
          - { id: right, agent: gamma, prompt: work of gamma }
  - { id: note, set: { seen: "steps.left.text + steps.right.text" } }
  - { id: build, agent: delta, prompt: work of delta, exit: "contains(steps.build.changes, 'a.txt')" }
  - id: wide
    parallel:
      - { id: first, agent: zeta, prompt: work of zeta, copy: true }
      - { id: second, agent: eta, prompt: work of eta, copy: true }
  - { id: judge, workflow: judge.yaml, inputs: { seen: board.seen } }
output: "\${steps.plan.text} \${steps.judge.text} \${length(steps.wide.changes)}"
`;
const called = `workflow: judge
version: 1
inputs: { seen: null }
agents: { epsilon: { receives: [previous, board] } }
steps:
  - { id: words, set: { words: inputs.seen } }
  - { id: say, agent: epsilon, prompt: work of epsilon }
output: "\${board.words} \${steps.say.text}"
`;
const lines = Array.from({ length: 9 }, (_none, index) => `line ${index + 1}`);
const scenario: Scenario = {
  name: 'workflow-chaos',
  turns: [{ reply: { text: '?' } }],
  others: [
    reader('alpha', [call('read', { path: 'a.txt' }), say('planned')]),
    reader('beta', [call('read', { path: 'a.txt' }), say('left')]),
    reader('gamma', [say('right')]),
    reader('delta', [
      call('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }),
      call('bash', { command: 'echo built >> effects.log' }),
      say('built'),
    ]),
    reader('zeta', [call('edit', { path: 'wide.txt', old_string: 'line 1', new_string: 'first' }), say('zeta done')]),
    reader('eta', [call('edit', { path: 'wide.txt', old_string: 'line 9', new_string: 'last' }), say('eta done')]),
    reader('epsilon', [say('judged')]),
  ],
};

console.log(`workflow chaos: seed ${seed}`);
await measureWhole();
const full = await measureWhole();
console.log(`workflow chaos: ${trials} trials, a whole workflow takes ${full} ms`);
const totals = { passed: 0, kills: 0, unknown: 0 };
let untouched = 0;
for (let trial = 1; trial <= trials; trial++) {
  const { problems, kills, unknown } = await runTrial();
  if (kills === 0 && problems.length === 0 && untouched < 3 * trials) {
    // It was faster than its killer: that proves nothing and is tried again.
    untouched += 1;
    trial -= 1;
    continue;
  }
  totals.kills += kills;
  totals.unknown += unknown;
  if (problems.length === 0) totals.passed += 1;
  else console.error(`trial ${trial}: ${problems.join('; ')}`);
  if (trial % 20 === 0) console.log(`  ${trial} trials, ${totals.passed} passed`);
}
console.log(
  `workflow chaos: ${totals.passed} of ${trials} passed (${totals.kills} kills, ${totals.unknown} effects of unknown outcome, none repeated)`,
);
process.exit(totals.passed === trials ? 0 : 1);

function reader(name: string, turns: Scenario['turns']): NonNullable<Scenario['others']>[number] {
  return { when: `work of ${name}`, turns };
}

function call(name: string, args: Record<string, string>): Scenario['turns'][number] {
  return { delayMs: 10, reply: { toolCalls: [{ name, arguments: args }] } };
}

function say(text: string): Scenario['turns'][number] {
  return { delayMs: 10, reply: { text } };
}

interface Stage {
  readonly folder: string;
  readonly cwd: string;
  readonly server: ScriptedServer;
  readonly env: Record<string, string>;
}

async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-workflow-chaos-'));
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'a.txt'), 'one\n');
  writeFileSync(join(cwd, 'wide.txt'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'flow.yaml'), definition);
  writeFileSync(join(folder, 'judge.yaml'), called);
  const server = await serveScripted(scenario);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    MONKEY_HOME: join(folder, 'home'),
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: 'chaos',
  };
  return { folder, cwd, server, env };
}

async function closeStage(stage: Stage): Promise<void> {
  await stage.server.close();
  rmSync(stage.folder, { recursive: true, force: true });
}

async function measureWhole(): Promise<number> {
  const stage = await openStage();
  const started = Date.now();
  const exit = await monkey(stage, ['run', '../flow.yaml'], undefined);
  const took = Date.now() - started;
  const problems = check(stage, exit, []);
  await closeStage(stage);
  if (problems.length > 0) throw new Error(`the undisturbed workflow: ${problems.join('; ')}`);
  return took;
}

async function runTrial(): Promise<{ problems: string[]; kills: number; unknown: number }> {
  const stage = await openStage();
  const problems: string[] = [];
  let kills = 0;
  let exit: number | null = null;
  try {
    let before: readonly Log[] = [];
    for (let attempt = 0; attempt < 8 && exit === null; attempt++) {
      const wantsKill = attempt === 0 || (attempt < 4 && random() < 0.5);
      const words = hasBegun(before) ? ['resume'] : ['run', '../flow.yaml'];
      const asked = stage.server.log.length;
      exit = await monkey(stage, words, wantsKill ? 15 + random() * full * 0.9 : undefined);
      if (exit === null) kills += 1;
      problems.push(...askedAgain(stage, asked, before));
      const after = logsOf(stage);
      problems.push(...lost(before, after));
      before = after;
      // The kill came after the end was recorded.
      if (exit === null && isDone(after)) exit = 0;
    }
    const ends = check(stage, exit, logsOf(stage));
    const unknown = logsOf(stage).flatMap(({ lines }) => lines.filter((line) => line.includes('"status":"unknown"')));
    return { problems: [...problems, ...ends], kills, unknown: unknown.length };
  } finally {
    await closeStage(stage);
  }
}

function logsOf({ env }: Stage): Log[] {
  return readLogs(env['MONKEY_HOME'] ?? '');
}

function hasBegun(logs: readonly Log[]): boolean {
  return logs.some(({ lines }) => lines.some((line) => line.includes('"type":"workflow.started"')));
}

function isDone(logs: readonly Log[]): boolean {
  return logs.some(({ lines }) =>
    lines.some((line) => line.includes('"type":"workflow.finished"') && line.includes('"status":"done"')),
  );
}

/** An answer that was on record before a process began must not be asked for by it. */
function askedAgain({ server }: Stage, from: number, before: readonly Log[]): string[] {
  return server.log.slice(from).flatMap(({ request, turn }) => {
    const words = JSON.stringify(request.messages);
    const agent = agents.find((name) => words.includes(`work of ${name}`)) ?? '';
    const own = before.find(({ lines }) =>
      lines.some((line) => line.includes('"type":"run.started"') && line.includes(`work of ${agent}`)),
    );
    const ended = own?.lines.filter((line) => line.includes('"type":"model.ended"')).length ?? 0;
    return turn < ended ? [`turn ${turn} of ${agent} was paid again`] : [];
  });
}

/** All that is wrong at the end, one line each. */
function check(stage: Stage, exit: number | null, logs: readonly Log[]): string[] {
  const problems = exit === 0 ? [] : [`the last process ended with ${exit}`];
  if (readFileSync(join(stage.cwd, 'a.txt'), 'utf8') !== 'two\n') problems.push('a.txt was not changed');
  const merged = `${['first', ...lines.slice(1, -1), 'last'].join('\n')}\n`;
  if (readFileSync(join(stage.cwd, 'wide.txt'), 'utf8') !== merged) problems.push('the copies were not merged');
  const copies = join(stage.env['MONKEY_HOME'] ?? '', 'data', 'copies');
  const left = existsSync(copies) ? readdirSync(copies) : [];
  if (left.length > 0) problems.push(`copies were left: ${left.join(', ')}`);
  const effects = join(stage.cwd, 'effects.log');
  if (existsSync(effects) && readFileSync(effects, 'utf8') !== 'built\n')
    problems.push('the effect was repeated or torn');
  if (logs.length === 0) return problems;
  const events = logs.flatMap(({ lines }) =>
    lines.map((line) => JSON.parse(line) as { type: string; step?: string; output?: string }),
  );
  const starts = events.filter(({ type }) => type === 'run.started').length;
  if (starts !== agents.length) problems.push(`${starts} agents worked`);
  const keys = events.filter(({ step }) => step !== undefined).map(({ type, step }) => `${type} ${step}`);
  if (new Set(keys).size !== keys.length) problems.push('a step has two records of a kind');
  const done = events.findLast(({ type }) => type === 'workflow.finished')?.output;
  if (done !== 'planned leftright judged 1') problems.push(`it gave ${JSON.stringify(done)}`);
  return problems;
}

/** Exit code; null when it was killed by us after `killAfterMs`. */
function monkey(stage: Stage, words: readonly string[], killAfterMs: number | undefined): Promise<number | null> {
  const cli = option('--cli') ?? join(REPOSITORY_ROOT, 'apps', 'cli', 'dist', 'monkey.cjs');
  return runUntilKilled(stage, [cli, 'workflow', ...words, ...flags], killAfterMs);
}
