// Exploration through the real binary: only what is proven is applied, as one step, and nothing is claimed of broken candidates.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { calls, commitAll, createStage, jsonLines, type Stage, scripted } from './support/stage.ts';

const usage = { input: 10_000, output: 100 };

function candidate(number: number, count: number, body: string): NonNullable<Scenario['others']>[number] {
  const turns = Array.from({ length: 8 }, () => [
    calls('read', { path: 'sum.cjs' }),
    calls('write', { path: 'sum.cjs', content: `exports.add = (a, b) => ${body};\n` }),
    { reply: { text: 'Done, all is well.', usage } },
  ]).flat();
  return { when: `(Candidate ${number} of ${count}:`, turns };
}

async function exploring(
  bodies: readonly string[],
  more: readonly string[] = [],
  comment = '',
): Promise<[Stage, Line[], number]> {
  const stage = createStage();
  stage.write('sum.cjs', `exports.add = () => 0;\n${comment}`);
  stage.write('other.txt', 'mine, not committed\n');
  stage.settings({ prices: { 'openai/scripted': { input: 20, output: 1 } } });
  const others = bodies.map((body, at) => candidate(at + 1, bodies.length, body));
  await stage.serve([{ reply: { text: 'not a candidate' } }], { others });
  const how = [
    '--strategy',
    'explore',
    '--candidates',
    String(bodies.length),
    '--permission-mode',
    'bypassPermissions',
  ];
  const check = `node -e "process.exit(require('./sum.cjs').add(1, 2) === 3 ? 0 : 1)"`;
  const output = ['-p', '--output-format', 'stream-json'];
  const run = await stage.run([...scripted, ...output, ...how, '--check', check, ...more, 'fix add in sum.cjs']);
  return [stage, jsonLines<Line>(run.stdout), run.code ?? -1];
}

interface Line {
  readonly type: string;
  readonly event?: {
    readonly type: string;
    readonly runId?: string;
    readonly quote?: { readonly notes: readonly string[] };
    readonly candidate?: number;
    readonly round?: number;
  };
  readonly total_cost_usd?: number;
}

/** The scopes of every reservation in the ledger. */
function reservedScopes(stage: Stage): string[][] {
  const lines = jsonLines<{ scopes?: string[] }>(readFileSync(join(stage.home, 'state', 'ledger.jsonl'), 'utf8'));
  return lines.flatMap(({ scopes }) => (scopes === undefined ? [] : [scopes]));
}

const ofType = (lines: readonly Line[], type: string) =>
  lines.flatMap(({ event }) => (event?.type === type ? [event] : []));

describe('exploration', () => {
  it.each([0, 1, 2])('finds the right candidate in place %i, and undo takes it back in one step', async (place) => {
    const [stage, lines, code] = await exploring(['a - b', 'a * b'].toSpliced(place, 0, 'a + b'));
    expect(code).toBe(0);
    expect(ofType(lines, 'candidate.chosen')[0]?.candidate).toBe(place + 1);
    expect(stage.read('sum.cjs')).toContain('a + b');
    expect(lines.at(-1)?.total_cost_usd).toBeGreaterThan(0);
    expect((await stage.run(['undo'])).code).toBe(0);
    expect(stage.read('sum.cjs')).toBe('exports.add = () => 0;\n');
  });

  it('claims nothing and applies nothing when all are broken; the worse half gets no second round', async () => {
    const [stage, lines, code] = await exploring(['a - b', 'a * b', 'a / b', 'b - a']);
    expect(code).toBe(6);
    expect(stage.read('sum.cjs')).toBe('exports.add = () => 0;\n');
    expect(ofType(lines, 'candidate.started').filter((event) => event.round === 2)).toHaveLength(2);
    expect(ofType(lines, 'fact.asserted').length).toBeGreaterThanOrEqual(4);
    expect(ofType(lines, 'candidate.chosen')[0]).not.toHaveProperty('candidate');
  });

  it('writes nothing through a link of the repository that candidates put files in the place of', async () => {
    const stage = createStage();
    stage.write('sum.cjs', 'exports.add = () => 0;\n');
    const victim = join(stage.project, '..', 'victim.txt');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, join(stage.project, 'conf.txt'));
    commitAll(stage);
    const others = ['a + b', 'b + a'].map((body, at) => {
      const { when } = candidate(at + 1, 2, body);
      const script = `const fs = require('fs'); fs.unlinkSync('conf.txt'); fs.writeFileSync('conf.txt', 'evil'); fs.writeFileSync('sum.cjs', 'exports.add = (a, b) => ${body};')`;
      const command = `node -e "${script}"`;
      const turns = Array.from({ length: 4 }, () => [calls('bash', { command }), { reply: { text: 'Done.', usage } }]);
      return { when, turns: turns.flat() };
    });
    await stage.serve([{ reply: { text: 'not a candidate' } }], { others });
    const check = `node -e "process.exit(require('./sum.cjs').add(1, 2) === 3 ? 0 : 1)"`;
    const how = ['--strategy', 'explore', '--candidates', '2', '--permission-mode', 'bypassPermissions'];
    const run = await stage.run([...scripted, ...how, '--check', check, 'fix add in sum.cjs']);
    expect(run.stdout).toMatch(/candidate 1: verified/);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  it('stays below the cap of the run, all candidates together', async () => {
    const bodies = ['a - b', 'a * b', 'a / b'];
    const long = '// so that reading it costs more than there is\n'.repeat(1500);
    const [, free] = await exploring(bodies, ['--max-budget-usd', '100'], long);
    const [stage, capped] = await exploring(bodies, ['--max-budget-usd', '2'], long);
    expect(free.at(-1)?.total_cost_usd).toBeGreaterThan(2);
    expect(capped.at(-1)?.total_cost_usd).toBeGreaterThan(0);
    expect(capped.at(-1)?.total_cost_usd).toBeLessThanOrEqual(2);
    const started = capped.find(({ event }) => event?.type === 'run.started')?.event;
    expect(started?.quote?.notes.join()).toContain('3 candidates, up to 6 runs');
    const scopes = reservedScopes(stage);
    const parent = `run:${capped.find(({ event }) => event?.type === 'candidate.started')?.event?.runId}`;
    expect(scopes.length).toBeGreaterThan(3);
    for (const one of scopes)
      expect(one, 'so that a candidate begun anew after a crash has no money of its own').toContain(parent);
  });

  it('starts as many as the cap can carry, one alone as a single run, and says so in the quote', async () => {
    const begun = async (cap: string) => {
      const [, lines] = await exploring(['a - b', 'a * b', 'a / b'], ['--max-budget-usd', cap]);
      const quote = ofType(lines, 'run.started')[0]?.quote?.notes.join('\n');
      return [ofType(lines, 'candidate.started').filter((event) => event.round === 1).length, quote] as const;
    };
    const [two, quoteOfTwo] = await begun('1.2');
    expect(two).toBe(2);
    expect(quoteOfTwo).toMatch(/2 candidates: \$1\.20 are too little for 3 candidates/);
    const [none, quoteOfNone] = await begun('0.48');
    expect(none).toBe(0);
    expect(quoteOfNone).toMatch(/one attempt, no candidates: \$0\.4800? are too little for 3 candidates/);
  });

  it('starts none that could not pay for its first call', async () => {
    const stage = createStage();
    stage.write('sum.cjs', 'exports.add = () => 0;\n');
    stage.settings({ prices: { 'openai/scripted': { input: 1, output: 100 } } });
    await stage.serve([{ reply: { text: 'Nothing.', usage } }]);
    const how = ['--strategy', 'improvise', '--candidates', '2', '--max-budget-usd', '2'];
    const run = await stage.run([...scripted, '-p', '--output-format', 'stream-json', ...how, 'fix add in sum.cjs']);
    const lines = jsonLines<Line>(run.stdout);
    expect(ofType(lines, 'candidate.started')).toEqual([]);
    expect(ofType(lines, 'run.started')[0]?.quote?.notes.join()).toContain('one attempt, no candidates: $2.00');
  });

  it('tells who changed nothing to work in the files, and ends with the answer when all only speak', async () => {
    const stage = createStage();
    stage.write('sum.cjs', 'exports.add = () => 0;\n');
    const speaking = (number: number) => ({
      when: `(Candidate ${number} of 2:`,
      turns: [{ reply: { text: `All is well, says ${number}.`, usage } }, { reply: { text: 'It is.', usage } }],
    });
    const server = await stage.serve([{ reply: { text: 'not a candidate' } }], { others: [speaking(1), speaking(2)] });
    const how = ['--strategy', 'explore', '--candidates', '2', '--check', 'true'];
    const run = await stage.run([...scripted, '-p', ...how, '--permission-mode', 'acceptEdits', 'fix add in sum.cjs']);
    expect(run.code).toBe(7);
    expect(run.stdout).toContain('It is.');
    expect(JSON.stringify(server.log)).toContain('You changed no file');
  });

  /** Candidate 1 is wrong and done, candidate 2 is right and at work when the run is killed. */
  async function killed() {
    const stage = createStage();
    stage.write('sum.cjs', 'exports.add = () => 0;\n');
    const good = candidate(2, 2, 'a + b');
    const slow = good.turns.map((turn, at) => (at === 2 ? { ...turn, delayMs: 2500 } : turn));
    const others = [candidate(1, 2, 'a - b'), { ...good, turns: slow }];
    const server = await stage.serve([{ reply: { text: 'not a candidate' } }], { others });
    const check = `node -e "process.exit(require('./sum.cjs').add(1, 2) === 3 ? 0 : 1)"`;
    const how = ['--strategy', 'explore', '--candidates', '2', '--permission-mode', 'bypassPermissions'];
    const output = ['-p', '--output-format', 'stream-json'];
    const running = stage.start([...scripted, ...output, ...how, '--check', check, 'fix add in sum.cjs']);
    await running.seen('"type":"candidate.scored"');
    running.send('SIGKILL');
    await running.ended;
    const goOn = () => stage.run(['-p', '--continue', '--permission-mode', 'bypassPermissions', '--check', check]);
    return { stage, server, goOn };
  }

  it('goes on after kill -9: a finished candidate is not run again', async () => {
    const { stage, server, goOn } = await killed();
    const before = server.log.length;
    const run = await goOn();
    expect(run.code, run.stderr).toBe(0);
    expect(stage.read('sum.cjs')).toContain('a + b');
    const asked = server.log.slice(before).map(({ body }) => body);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((body) => body.includes('(Candidate 1 of 2:'))).toEqual([]);
  });

  it('leaves alone what was changed between kill -9 and going on', async () => {
    const { stage, goOn } = await killed();
    stage.write('sum.cjs', 'exports.add = (a, b) => a - b; // mine\n');
    const run = await goOn();
    expect(run.code, run.stderr).toBe(6);
    expect(run.stdout + run.stderr).toContain('no longer those the candidates began with');
    expect(stage.read('sum.cjs')).toBe('exports.add = (a, b) => a - b; // mine\n');
  });

  it('with auto starts candidates only where foresight says that they pay, and quotes them', async () => {
    const check = `node -e "process.exit(require('./sum.cjs').add(1, 2) === 3 ? 0 : 1)"`;
    const noteOf = async (settings: object, checks: readonly string[]) => {
      const stage = createStage();
      stage.write('sum.cjs', 'exports.add = () => 0;\n');
      stage.settings({ prices: { 'openai/scripted': { input: 1, output: 1 } }, ...settings });
      const others = [1, 2, 3].map((number) => candidate(number, 3, 'a + b'));
      await stage.serve(candidate(1, 1, 'a + b').turns, { others });
      const how = ['--strategy', 'auto', '--permission-mode', 'bypassPermissions'];
      const run = await stage.run([...scripted, '-p', '--output-format', 'stream-json', ...how, ...checks, 'fix add']);
      expect(run.code, run.stderr).toBe(checks.length === 0 ? 8 : 0);
      const lines = jsonLines<Line>(run.stdout);
      const started = ofType(lines, 'run.started')[0];
      return [started?.quote?.notes.join('\n'), ofType(lines, 'candidate.started').length] as const;
    };
    const [none, noneStarted] = await noteOf({}, []);
    expect(none).toContain('one attempt, no candidates: no check is known');
    expect(noneStarted).toBe(0);
    const [worthless, worthlessStarted] = await noteOf({ router: { valueUsd: 0.001 }, repairs: 0 }, ['--check', check]);
    expect(worthless).toMatch(/one attempt, no candidates: candidates are worth \$\d+\.\d+ less/);
    expect(worthlessStarted).toBe(0);
    const [pays, started] = await noteOf({ router: { valueUsd: 20 }, repairs: 0 }, ['--check', check]);
    expect(pays).toMatch(/3 candidates: .* % right for \$/);
    expect(started).toBe(3);
  });
});
