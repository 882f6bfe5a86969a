// The kill test of explorations: `kill -9` at random moments of an improvisation or an exploration, then `monkey --continue`.
//
//   node scripts/run-ts.mjs bench/chaos/exploration.ts [--trials 20] [--seed 1] [--cli FILE]      npm run bench:chaos-exploration for the long form
//
// A trial passes when the same change is applied as without a kill, every turn of a candidate, every comparison and every helper has one
// record, no recorded answer was asked for again, no effect happened twice, no record was lost, and no folder is left that should not be.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Scenario, type ScriptedServer, serveScripted } from '@monkey-coder/models';
import { option, runUntilKilled, seeded } from './killed-process.ts';
import { type Log, lost, readLogs } from './session-logs.ts';

declare const REPOSITORY_ROOT: string;

type Turns = Scenario['turns'];

/** What is explored, and how. */
interface Play {
  readonly strategy: 'explore' | 'improvise';
  readonly scenario: Scenario;
  /** Sessions in which somebody works, the exploration's own among them. */
  readonly sessions: number;
  /** Set by the undisturbed run. */
  ms: number;
  result: string;
}

/** How the conversations begin. */
const openings = [
  ...['(Candidate 1 of 2:', '(Candidate 2 of 2:'],
  ...['Name 4 approaches', 'Write tests for', 'Several changes were made'],
];
const trials = Number(option('--trials') ?? 20);
const seed = Number(option('--seed') ?? Date.now() % 100_000);
const random = seeded(seed);
const flags = ['-p', '-m', 'openai/scripted', '--permission-mode', 'bypassPermissions'];
const note = call('bash', { command: 'echo done >> log.txt' });

/** Two proven changes that behave differently: ideas, tests, comparisons, a review and the last pass are all needed. */
const improvisation = playOf('improvise', 6, [
  [change('a.cjs', '0', 'n'), note, say('Done.'), say('All is well.')],
  [change('a.cjs', '0', 'n === 4 ? 4 : 0'), note, say('Done.'), say('All is well.')],
]);
/** Nobody is right at first, a combination does not help, and one gets there in the second round. */
const exploration = playOf('explore', 3, [
  [change('a.cjs', '0', 'n + 1'), note, say('Done.'), change('a.cjs', 'n + 1', 'n'), say('Done.')],
  [change('b.cjs', '0', 'n + 2'), say('Done.')],
]);

console.log(`exploration chaos: seed ${seed}`);
for (const play of [improvisation, exploration]) await playWhole(play);
const totals = { passed: 0, kills: 0, unknown: 0 };
let untouched = 0;
for (let trial = 1; trial <= trials; trial++) {
  const play = trial % 3 === 0 ? exploration : improvisation;
  const { problems, kills, unknown } = await runTrial(play);
  if (kills === 0 && problems.length === 0 && untouched < 3 * trials) {
    // It was faster than its killer: that proves nothing and is tried again.
    untouched += 1;
    trial -= 1;
    continue;
  }
  totals.kills += kills;
  totals.unknown += unknown;
  if (problems.length === 0) totals.passed += 1;
  else console.error(`trial ${trial} (${play.strategy}): ${[...new Set(problems)].join('; ')}`);
  if (trial % 20 === 0) console.log(`  ${trial} trials, ${totals.passed} passed`);
}
console.log(
  `exploration chaos: ${totals.passed} of ${trials} passed (${totals.kills} kills, ${totals.unknown} effects of unknown outcome, none repeated)`,
);
process.exit(totals.passed === trials ? 0 : 1);

function playOf(strategy: Play['strategy'], sessions: number, candidates: readonly Turns[]): Play {
  const [first = '', second = '', ideas = '', tests = '', review = ''] = openings;
  const others = [
    { when: { contains: first }, turns: candidates[0] ?? [] },
    { when: { contains: second }, turns: candidates[1] ?? [] },
    { when: { contains: ideas }, turns: [say('9 | change the function\n7 | write it anew\n5 | a table\n2 | nothing')] },
    {
      when: { contains: tests },
      turns: [call('write', { path: 'given.test.cjs', content: testOf('given', 4) }), say('Written.')],
    },
    { when: { contains: review }, turns: [say('8 | 1\n4 | 2')] },
  ];
  const scenario: Scenario = { name: 'exploration-chaos', turns: [say('?')], others };
  return { strategy, sessions, scenario, ms: 0, result: '' };
}

function testOf(name: string, given: number): string {
  return `const a = require('./a.cjs');
require('node:test')('${name}', () => {
  const got = a(${given});
  if (got !== ${given}) throw new Error('got ' + got);
});
`;
}

function change(path: string, from: string, to: string): Turns[number] {
  return call('edit', { path, old_string: `(n) => ${from};`, new_string: `(n) => ${to};` });
}

function call(name: string, args: Record<string, string>): Turns[number] {
  return { delayMs: 10, reply: { toolCalls: [{ name, arguments: args }] } };
}

function say(text: string): Turns[number] {
  return { delayMs: 10, reply: { text } };
}

interface Stage {
  readonly play: Play;
  readonly folder: string;
  readonly cwd: string;
  readonly home: string;
  readonly server: ScriptedServer;
  readonly env: Record<string, string>;
}

async function openStage(play: Play): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'monkey-exploration-chaos-'));
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  for (const path of ['a.cjs', 'b.cjs']) writeFileSync(join(cwd, path), 'module.exports = (n) => 0;\n');
  writeFileSync(join(cwd, 'a.test.cjs'), testOf('a', 4));
  writeFileSync(join(cwd, 'package.json'), '{"scripts":{"test":"node --test"}}\n');
  const server = await serveScripted(play.scenario);
  const home = join(folder, 'home');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    MONKEY_HOME: home,
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: 'chaos',
  };
  return { play, folder, cwd, home, server, env };
}

async function closeStage(stage: Stage): Promise<void> {
  await stage.server.close();
  rmSync(stage.folder, { recursive: true, force: true });
}

async function playWhole(play: Play): Promise<void> {
  const stage = await openStage(play);
  const started = Date.now();
  const exit = await monkey(stage, request(play), undefined);
  play.ms = Date.now() - started;
  play.result = readFileSync(join(stage.cwd, 'a.cjs'), 'utf8');
  const problems = check(stage, exit, readLogs(stage.home));
  await closeStage(stage);
  if (problems.length > 0) throw new Error(`the undisturbed ${play.strategy}: ${problems.join('; ')}`);
  console.log(`exploration chaos: ${play.strategy} takes ${play.ms} ms undisturbed`);
}

function request({ strategy }: Play): string[] {
  return [...flags, '--strategy', strategy, '--candidates', '2', 'let a give back its argument'];
}

async function runTrial(play: Play): Promise<{ problems: string[]; kills: number; unknown: number }> {
  const stage = await openStage(play);
  const problems: string[] = [];
  let kills = 0;
  let exit: number | null = null;
  try {
    let before: readonly Log[] = [];
    for (let attempt = 0; attempt < 8 && exit === null; attempt++) {
      const wantsKill = attempt === 0 || (attempt < 4 && random() < 0.5);
      const words = hasBegun(before) ? [...flags, '--continue'] : request(play);
      const asked = stage.server.log.length;
      exit = await monkey(stage, words, wantsKill ? 15 + random() * play.ms * 0.95 : undefined);
      if (exit === null) kills += 1;
      problems.push(...askedAgain(stage, asked, before));
      const after = readLogs(stage.home);
      problems.push(...lost(before, after));
      before = after;
      // The kill came after the end was recorded.
      if (exit === null && eventsOf(own(after)).some(({ type }) => type === 'run.finished')) exit = 0;
    }
    const logs = readLogs(stage.home);
    const unknown = logs.flatMap(({ lines }) => lines.filter((line) => line.includes('"status":"unknown"'))).length;
    return { problems: [...problems, ...check(stage, exit, logs)], kills, unknown };
  } finally {
    await closeStage(stage);
  }
}

interface Line {
  readonly type: string;
  readonly candidate?: number;
  readonly round?: number;
  readonly by?: string;
  readonly purpose?: string;
}

function eventsOf(log: Log | undefined): Line[] {
  return (log?.lines ?? []).map((line) => JSON.parse(line) as Line);
}

/** The log of the exploration itself. */
function own(logs: readonly Log[]): Log | undefined {
  return logs.find(({ lines }) =>
    lines.some((line) => line.includes('"type":"run.started"') && line.includes('"candidates":2')),
  );
}

function hasBegun(logs: readonly Log[]): boolean {
  return own(logs) !== undefined;
}

/** An answer that was on record before a process began must not be asked for by it. */
function askedAgain({ server }: Stage, from: number, before: readonly Log[]): string[] {
  return server.log.slice(from).flatMap(({ request: asked, turn }) => {
    const first = JSON.stringify(asked.messages.find(({ role }) => role === 'user') ?? '');
    const opening = openings.find((text) => first.includes(text)) ?? '?';
    const log = before.find(({ lines }) =>
      lines.some((line) => line.includes('"type":"run.started"') && line.includes(opening)),
    );
    const ended = eventsOf(log).filter(({ type }) => type === 'model.ended').length;
    return turn < ended ? [`turn ${turn} of "${opening}" was paid again`] : [];
  });
}

/** All that is wrong at the end, one line each. */
function check({ play, cwd, home }: Stage, exit: number | null, logs: readonly Log[]): string[] {
  const problems = exit === 0 ? [] : [`the last process ended with ${exit}`];
  const isUnknown = logs.some(({ lines }) => lines.some((line) => line.includes('"status":"unknown"')));
  if (readFileSync(join(cwd, 'a.cjs'), 'utf8') !== play.result) problems.push('another change was applied');
  const noted = existsSync(join(cwd, 'log.txt')) ? readFileSync(join(cwd, 'log.txt'), 'utf8') : '';
  if (noted !== 'done\n' && !isUnknown) problems.push(`the effect was repeated or lost: ${JSON.stringify(noted)}`);
  const worked = logs.filter((log) => eventsOf(log).some(({ type }) => type === 'run.started')).length;
  if (worked !== play.sessions) problems.push(`${worked} worked, not ${play.sessions}`);
  const events = eventsOf(own(logs));
  for (const type of [
    'candidate.started',
    'candidate.scored',
    'candidates.compared',
    'helper.started',
    'approaches.drawn',
    'run.finished',
  ]) {
    const keys = events
      .filter((event) => event.type === type)
      .map(({ candidate, round, by, purpose }) => [candidate, round, by, purpose].join());
    if (new Set(keys).size !== keys.length) problems.push(`${type} is there twice: ${keys.join(' | ')}`);
  }
  const folders = readdirSync(join(home, 'data', 'candidates'));
  if (folders.length !== 2) problems.push(`folders were left: ${folders.join(', ')}`);
  return problems;
}

/** Exit code; null when it was killed by us after `killAfterMs`. */
function monkey(stage: Stage, words: readonly string[], killAfterMs: number | undefined): Promise<number | null> {
  const cli = option('--cli') ?? join(REPOSITORY_ROOT, 'apps', 'cli', 'dist', 'monkey.cjs');
  return runUntilKilled(stage, [cli, ...words], killAfterMs);
}
