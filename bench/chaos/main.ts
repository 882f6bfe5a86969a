// The kill test: `kill -9` at a random moment of a run, then `monkey --continue`; nothing may be torn, lost, paid or done twice.
//
//   node scripts/run-ts.mjs bench/chaos/main.ts [--trials 40] [--seed 1]        npm run bench:chaos for the long form
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scenario, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import { checkTrial, readLog, type TrialEvidence } from './invariants.ts';
import { option, runUntilKilled, seeded } from './killed-process.ts';

declare const REPOSITORY_ROOT: string;

const flags = ['-p', '--permission-mode', 'bypassPermissions', '-m', 'openai/scripted', '--check', 'node check.js'];
const trials = Number(option('--trials') ?? 40);
const random = seeded(Number(option('--seed') ?? Date.now() % 100_000));
const scenario: Scenario = {
  name: 'chaos',
  turns: [
    call('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }),
    call('bash', { command: 'echo first >> effects.log' }),
    call('write', { path: 'b.txt', content: `${'whole '.repeat(2000)}end\n` }),
    call('bash', { command: 'echo second >> effects.log' }),
    { delayMs: 10, reply: { text: 'Done.' } },
  ],
};

const full = await measureWholeRun();
console.log(`chaos: ${trials} trials, a whole run takes ${full} ms`);
const totals = { passed: 0, killed: 0, unknownEffects: 0 };
for (let trial = 1; trial <= trials; trial++) {
  const { problems, evidence } = await runTrial(full);
  totals.killed += evidence.kills;
  totals.unknownEffects += evidence.unknownEffects;
  if (problems.length === 0) totals.passed += 1;
  else console.error(`trial ${trial}: ${problems.join('; ')}`);
  if (trial % 50 === 0) console.log(`  ${trial} trials, ${totals.passed} passed`);
}
console.log(
  `chaos: ${totals.passed} of ${trials} passed (${totals.killed} kills, ${totals.unknownEffects} effects of unknown outcome, none repeated)`,
);
process.exit(totals.passed === trials ? 0 : 1);

function call(name: string, args: Record<string, string>): Scenario['turns'][number] {
  return { delayMs: 10, reply: { toolCalls: [{ name, arguments: args }] } };
}

interface Stage {
  readonly folder: string;
  readonly cwd: string;
  readonly server: ScriptedServer;
  readonly env: Record<string, string>;
}

async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-chaos-'));
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'a.txt'), 'one\n');
  writeFileSync(
    join(cwd, 'check.js'),
    "process.exit(require('node:fs').readFileSync('a.txt', 'utf8') === 'two\\n' ? 0 : 1);\n",
  );
  const server = await serveScripted(scenario);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    MONKEY_HOME: join(folder, 'home'),
    XDG_CACHE_HOME: join(tmpdir(), 'monkey-chaos-cache'),
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: 'chaos',
  };
  return { folder, cwd, server, env };
}

async function closeStage(stage: Stage): Promise<void> {
  await stage.server.close();
  rmSync(stage.folder, { recursive: true, force: true });
}

async function measureWholeRun(): Promise<number> {
  const stage = await openStage();
  await monkey(stage, [...flags, 'Change one to two.'], undefined);
  const started = Date.now();
  await closeStage(stage);
  const again = await openStage();
  const exit = await monkey(again, [...flags, 'Change one to two.'], undefined);
  const took = Date.now() - started;
  await closeStage(again);
  if (exit !== 0) throw new Error(`the undisturbed run ended with ${exit}`);
  return took;
}

async function runTrial(wholeMs: number): Promise<{ problems: string[]; evidence: TrialEvidence }> {
  const stage = await openStage();
  try {
    const evidence: TrialEvidence = { kills: 0, unknownEffects: 0, prefixes: [], paid: [] };
    let exit: number | null = null;
    for (let attempt = 0; attempt < 8 && (exit === null || exit === 2); attempt++)
      exit = await runOnce(stage, evidence, attempt, wholeMs);
    const problems = checkTrial({ exit, evidence, home: stage.env['MONKEY_HOME'] ?? '', cwd: stage.cwd });
    return { problems, evidence };
  } finally {
    await closeStage(stage);
  }
}

/** One process: the first is killed at a random moment, the second every other time, later ones never. */
async function runOnce(
  stage: Stage,
  evidence: TrialEvidence,
  attempt: number,
  wholeMs: number,
): Promise<number | null> {
  const before = stage.server.log.length;
  const last = evidence.prefixes.at(-1);
  const wantsKill = attempt === 0 || (attempt === 1 && random() < 0.5);
  const request = last && hasRun(last.lines) ? '--continue' : 'Change one to two.';
  const exit = await monkey(stage, [...flags, request], wantsKill ? 15 + random() * wholeMs : undefined);
  const turns = stage.server.log.slice(before).map((asked) => asked.turn);
  evidence.paid.push({ turns, ended: last?.modelEnds ?? 0 });
  if (exit === null) evidence.kills += 1;
  evidence.prefixes.push(readLog(stage.env['MONKEY_HOME'] ?? ''));
  checkFiles(stage, evidence);
  return exit === null && isFinished(evidence.prefixes.at(-1)?.lines ?? []) ? 0 : exit;
}

function hasRun(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes('"type":"run.started"'));
}

/** The kill came after the verdict was recorded: there is nothing to go on with. */
function isFinished(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes('"type":"run.finished"') && line.includes('"status":"verified"'));
}

/** Right after a kill every file is the old or the new one. */
function checkFiles({ cwd }: Stage, evidence: TrialEvidence): void {
  const a = readFileSync(join(cwd, 'a.txt'), 'utf8');
  if (a !== 'one\n' && a !== 'two\n') evidence.torn = `a.txt is torn: ${JSON.stringify(a)}`;
  const b = join(cwd, 'b.txt');
  if (existsSync(b) && !readFileSync(b, 'utf8').endsWith('whole end\n')) evidence.torn = 'b.txt is torn';
  const effects = join(cwd, 'effects.log');
  if (existsSync(effects) && readdirSync(cwd).length === 0) evidence.torn = 'the folder is gone';
}

/** Exit code; null when it was killed by us after `killAfterMs`. */
function monkey(stage: Stage, args: readonly string[], killAfterMs: number | undefined): Promise<number | null> {
  return runUntilKilled(stage, [join(REPOSITORY_ROOT, 'apps', 'cli', 'dist', 'monkey.cjs'), ...args], killAfterMs);
}
