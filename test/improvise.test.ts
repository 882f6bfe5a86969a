// What candidates make of each other, through the real binary: combination, refusal, tests they wrote, ideas and the last pass.
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { calls, createStage, jsonLines, type Stage, scripted } from './support/stage.ts';

type Files = Readonly<Record<string, string>>;
type Turns = NonNullable<Scenario['others']>[number]['turns'];

interface Line {
  readonly type: string;
  readonly event?: {
    readonly type: string;
    readonly candidate?: number;
    readonly round?: number;
    readonly approach?: string;
    readonly approaches?: readonly string[];
    readonly outcome?: { readonly status: string; readonly reason: string };
  };
}

/** Writes the files, in each of its turns the same, and says that all is well. */
function writing(files: Files): Turns {
  return Array.from({ length: 10 }, () => [
    ...Object.entries(files).flatMap(([path, content]) => [calls('read', { path }), calls('write', { path, content })]),
    { reply: { text: 'Done.' } },
  ]).flat();
}

interface Play {
  readonly start: Files;
  readonly candidates: readonly Turns[];
  readonly check: string;
  readonly more?: readonly string[];
  readonly turns?: Turns;
  readonly prompt?: string;
}

async function played(play: Play): Promise<{ stage: Stage; lines: Line[]; code: number | null; text: string }> {
  const stage = createStage();
  for (const [path, text] of Object.entries(play.start)) stage.write(path, text);
  const others = play.candidates.map((turns, at) => ({
    when: { contains: `(Candidate ${at + 1} of ${play.candidates.length}:` },
    turns,
  }));
  await stage.serve([...(play.turns ?? [{ reply: { text: 'not a candidate' } }])], { others });
  const how = ['--candidates', String(play.candidates.length), '--permission-mode', 'bypassPermissions'];
  const given = [...(play.more ?? ['--strategy', 'explore']), ...how, '--check', play.check];
  const output = ['-p', '--output-format', 'stream-json'];
  const run = await stage.run([...scripted, ...output, ...given, play.prompt ?? 'fix a.cjs and b.cjs']);
  return { stage, lines: jsonLines<Line>(run.stdout), code: run.code, text: run.stdout + run.stderr };
}

const events = (lines: readonly Line[], type: string) =>
  lines.flatMap(({ event }) => (event?.type === type ? [event] : []));

const both = `node -e "process.exit(require('./a.cjs')() === 1 && require('./b.cjs')() === 1 ? 0 : 1)"`;
const start = { 'a.cjs': 'module.exports = () => 0;\n', 'b.cjs': 'module.exports = () => 0;\n' };
const right = 'module.exports = () => 1;\n';

describe('candidates together', () => {
  it('combines two that are right in part', async () => {
    const { stage, lines, code, text } = await played({
      start,
      candidates: [writing({ 'a.cjs': right }), writing({ 'b.cjs': right })],
      check: both,
    });
    expect(code, text).toBe(0);
    expect(stage.read('a.cjs') + stage.read('b.cjs')).toBe(right + right);
    expect(events(lines, 'candidate.chosen')[0]?.candidate).toBe(3);
    expect(events(lines, 'candidate.started').every((event) => event.round === 1)).toBe(true);
  });

  it('combines nothing where changes conflict, and claims nothing', async () => {
    const { stage, code } = await played({
      start,
      candidates: [writing({ 'a.cjs': right, 'b.cjs': '//\n' }), writing({ 'a.cjs': '//\n', 'b.cjs': right })],
      check: both,
    });
    expect(code).toBe(6);
    expect(stage.read('a.cjs')).toBe(start['a.cjs']);
  });

  const testStart = {
    ...start,
    'a.test.cjs': `require('node:test')('a', () => { if (require('./a.cjs')() !== 1) throw new Error('a'); });\n`,
  };
  const goalMoved = { 'a.cjs': 'module.exports = () => 2;\n', 'a.test.cjs': '// nothing to see\n' };

  it('lets tests be added to files that are there', async () => {
    const added = `require('node:test')('adds', () => { if (require('./a.cjs')(5) !== 5) throw new Error('five'); });\n`;
    const change = { 'a.cjs': 'module.exports = (n = 1) => n;\n', 'a.test.cjs': `${testStart['a.test.cjs']}${added}` };
    const { code, text, stage } = await played({
      start: testStart,
      candidates: [writing(change), writing(change)],
      check: 'node --test',
    });
    expect(code, text).toBe(0);
    expect(text).toContain('old tests of candidate 1, round 1');
    expect(stage.read('a.test.cjs')).toContain("'adds'");
  });

  it('refuses one with which the tests as they were do not hold, unless the request asks for it', async () => {
    const play = { start: testStart, candidates: [writing(goalMoved), writing(goalMoved)], check: 'node --test' };
    const refused = await played(play);
    expect(refused.code, refused.text).toBe(6);
    expect(refused.text).toContain('it changed a.test.cjs, and the tests as they were do not hold with its change: a');
    expect(refused.stage.read('a.test.cjs')).toBe(testStart['a.test.cjs']);
    const asked = await played({ ...play, prompt: 'let a be 2 and update its tests' });
    expect(asked.code, asked.text).toBe(0);
  });

  it('takes who passes the tests that others wrote', async () => {
    const project = { ...testStart, 'package.json': '{"scripts":{"test":"node --test"}}\n' };
    const narrow = 'module.exports = (n) => (n === undefined ? 1 : 0);\n';
    const wide = 'module.exports = (n = 1) => n;\n';
    const wrote = `require('node:test')('given', () => { if (require('./a.cjs')(5) !== 5) throw new Error('five'); });\n`;
    const { lines, code, text } = await played({
      start: project,
      candidates: [
        writing({ 'a.cjs': narrow }),
        writing({ 'a.cjs': `${wide}// written at length\n// over several lines\n`, 'given.test.cjs': wrote }),
        writing({ 'a.cjs': `${wide}// as well\n// here\n` }),
      ],
      check: 'node --test',
      prompt: 'let a give back its argument, 1 by default',
    });
    expect(code, text).toBe(0);
    expect(events(lines, 'candidate.chosen')[0]?.candidate).not.toBe(1);
    expect(text).toMatch(/candidate +model .*checks +.*new tests/);
    expect(text).toMatch(/\\n1 [^\\]* passed +.*0 of 1/);
    expect(text).toMatch(/\\n3 [^\\]* passed +.*1 of 1/);
    expect(text).toMatch(/is taken: [^.]*before 1, as it passes more of the tests written for the request/);
  });
});

describe('candidates that nothing tells apart', () => {
  it('are mutated and reviewed', async () => {
    const given = `const a = require('./a.cjs');\nrequire('node:test')('a', () => {\n  const got = a(4);\n  if (got !== 4) throw new Error('got ' + got);\n});\n`;
    const { stage, text, code } = await played({
      start: { ...start, 'a.test.cjs': given },
      candidates: [
        writing({ 'a.cjs': 'module.exports = (n) => {\n  if (n > 0) return 4;\n  return 0;\n};\n' }),
        writing({ 'a.cjs': 'module.exports = (n) => {\n  const least = 0;\n  // as given\n  return n + least;\n};\n' }),
      ],
      check: 'node --test',
      turns: [{ reply: { text: '2 | 1\n9 | 2' } }],
    });
    expect(code, text).toBe(0);
    expect(text).toMatch(/candidate +model .*mutants +reviewer +lines/);
    expect(text).toMatch(/\\n1 [^\\]* passed +[^\\]*\d+ % +2 of 10/);
    expect(text).toMatch(/\\n2 \(taken\) [^\\]* passed +[^\\]*\d+ % +9 of 10/);
    expect(stage.read('a.cjs')).toContain('as given');
  });
});

describe('improvisation', () => {
  const ideas: Turns = [
    {
      reply: {
        text: 'So:\n6 | patch the first function only\n9 | rewrite both functions from the text\n5 | try a table\n2 | give up',
      },
    },
  ];

  it('draws approaches first, far from each other and plausible, and looks at the winner once more', async () => {
    const lastly = { ...start, 'a.cjs': `${right}// tidy\n` };
    const { stage, lines, code, text } = await played({
      start,
      candidates: [
        [...writing({ 'a.cjs': right, 'b.cjs': right }).slice(0, 5), ...writing({ 'a.cjs': lastly['a.cjs'] })],
        writing({ 'a.cjs': 'broken(' }),
      ],
      check: both,
      more: ['--strategy', 'jazz'],
      turns: ideas,
    });
    expect(code, text).toBe(0);
    const [drawn] = events(lines, 'approaches.drawn');
    expect(drawn?.approaches?.[0]).toContain('rewrite both functions');
    expect(drawn?.approaches).toHaveLength(4);
    expect(events(lines, 'candidate.started')[0]?.approach).toContain('What must hold whatever you do');
    expect(stage.read('a.cjs')).toBe(lastly['a.cjs']);
  });

  it('keeps what was proven where the last pass breaks it', async () => {
    const { stage, code, text } = await played({
      start,
      candidates: [
        [...writing({ 'a.cjs': right, 'b.cjs': right }).slice(0, 5), ...writing({ 'a.cjs': 'broken(' })],
        writing({ 'a.cjs': 'broken(' }),
      ],
      check: both,
      more: ['--strategy', 'improvise'],
      turns: ideas,
    });
    expect(code, text).toBe(0);
    expect(stage.read('a.cjs')).toBe(right);
  });

  it('leaves an approach that gets nowhere for the next idea', async () => {
    const { lines, code } = await played({
      start,
      candidates: [writing({ 'a.cjs': 'module.exports = () => 7;\n' }), writing({ 'a.cjs': 'broken(' })],
      check: both,
      more: ['--strategy', 'improvise'],
      turns: ideas,
    });
    expect(code).toBe(6);
    const third = events(lines, 'candidate.started').filter((event) => event.round === 3);
    expect(third.map((event) => event.approach)).toEqual([events(lines, 'approaches.drawn')[0]?.approaches?.[2]]);
  });

  it('names the folders of all candidates below the data folder', async () => {
    const { stage } = await played({ start, candidates: [writing({}), writing({})], check: both, turns: ideas });
    const kept = join(stage.home, 'data', 'candidates');
    expect(existsSync(kept) ? readdirSync(kept).length : 0).toBe(2);
  });
});

describe('what explorations leave', () => {
  const explored = () =>
    played({ start, candidates: [writing({ 'a.cjs': right }), writing({ 'a.cjs': '//\n' })], check: both });

  it('is listed, shown and cleaned; a folder that somebody worked in is kept', async () => {
    const { stage } = await explored();
    const listed = await stage.run(['explore', 'list']);
    expect(listed.stdout).toMatch(/candidate 1 .*verification-failed[\s\S]*candidate 2 .*verification-failed/);
    const [first = '', second = ''] = readdirSync(join(stage.home, 'data', 'candidates'));
    const number = first.endsWith('-1') ? [first, second] : [second, first];
    const shown = await stage.run(['explore', 'show', number[0] ?? '']);
    expect(shown.stdout).toContain('+module.exports = () => 1;');
    const mine = join(stage.home, 'data', 'candidates', number[1] ?? '', 'mine.txt');
    writeFileSync(mine, 'mine');
    utimesSync(mine, new Date(), new Date(Date.now() + 60_000));
    const cleaned = await stage.run(['explore', 'clean']);
    expect(cleaned.stdout).toContain('removed 1 of 2');
    expect(cleaned.stdout).toContain('mine.txt was changed after the run');
    expect(existsSync(mine)).toBe(true);
    expect((await stage.run(['explore', 'clean', '--force'])).stdout).toContain('removed 1 of 1');
    expect(existsSync(mine)).toBe(false);
  });

  it('is nothing where the run was ephemeral', async () => {
    const { stage, code } = await played({
      start,
      candidates: [writing({ 'a.cjs': right, 'b.cjs': right }), writing({ 'a.cjs': '//\n' })],
      check: both,
      more: ['--strategy', 'explore', '--ephemeral'],
    });
    expect(code).toBe(0);
    expect(stage.read('a.cjs')).toBe(right);
    expect(readdirSync(join(stage.home, 'data', 'candidates'))).toEqual([]);
    expect(stage.sessionLogs()).toBe('');
    expect(existsSync(join(stage.home, 'state', 'router-log.jsonl'))).toBe(false);
  });
});
