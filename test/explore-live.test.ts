// An exploration while it happens: who is behind is stopped, findings reach the others, what was cut off goes on, what has no room ends in one line.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { calls, createStage, jsonLines, type Stage, scripted } from './support/stage.ts';

type Turns = Scenario['turns'];

interface Line {
  readonly type: string;
  readonly event?: {
    readonly type: string;
    readonly candidate?: number;
    readonly round?: number;
    readonly approach?: string;
    readonly approaches?: readonly string[];
    readonly candidateSession?: string;
    readonly outcome?: { readonly status: string; readonly reason: string; readonly turns: number };
  };
}

const start = 'module.exports = (n) => 0;\n';
const rights = ['--permission-mode', 'bypassPermissions', '-p', '--output-format', 'stream-json'];
const check = `node -e "process.exit(require('./a.cjs')(4) === 4 ? 0 : 1)"`;

function writing(content: string, delayMs = 0): Turns {
  const turns = [calls('read', { path: 'a.cjs' }), calls('write', { path: 'a.cjs', content })];
  return [...turns, { reply: { text: 'Done.' } }].map((turn) => ({ ...turn, delayMs }));
}

const right = (comment = '') => `module.exports = (n) => n;${comment}\n`;

async function staged(candidates: readonly Turns[], turns: Turns = [{ reply: { text: '?' } }]) {
  const stage = createStage();
  stage.write('a.cjs', start);
  const others = candidates.map((own, at) => ({
    when: { contains: `(Candidate ${at + 1} of ${candidates.length}:` },
    turns: own,
  }));
  const server = await stage.serve(turns, { others });
  const words = (strategy: string) => [
    ...[...scripted, ...rights, '--strategy', strategy, '--candidates', String(candidates.length)],
    ...['--check', check, 'let a give back its argument'],
  ];
  const askedOf = (candidate: number) =>
    server.log.filter(({ body }) => body.includes(`(Candidate ${candidate} of ${candidates.length}:`));
  return { stage, server, words, askedOf };
}

const events = (lines: readonly Line[], type: string) =>
  lines.flatMap(({ event }) => (event?.type === type ? [event] : []));

describe('a round', () => {
  it('ends for who is still at work when two agree on a proven change, in the middle of a call', async () => {
    const slow = [...writing(right('// slow')).slice(0, 1), { reply: { text: 'Still thinking.' }, delayMs: 20_000 }];
    const { stage, words, askedOf } = await staged([writing(right()), writing(right()), slow]);
    const begun = Date.now();
    const run = await stage.run(words('explore'));
    expect(run.code, run.stderr).toBe(0);
    expect(Date.now() - begun).toBeLessThan(15_000);
    const third = events(jsonLines<Line>(run.stdout), 'candidate.scored').find((event) => event.candidate === 3);
    expect(third?.outcome?.reason).toBe('stopped early: two others agree on a proven change');
    expect(askedOf(3).length).toBeLessThanOrEqual(2);
  });

  it('tells what a check said to one to who is at work, before its next call', async () => {
    const slow = writing(right(), 700).map((turn, at) => (at === 0 ? { ...turn, delayMs: 1500 } : turn));
    const { stage, words, askedOf } = await staged([
      writing('module.exports = () => { throw new Error("odd"); };\n'),
      slow,
    ]);
    const run = await stage.run(words('explore'));
    expect(run.code, run.stderr).toBe(0);
    const told = askedOf(2).map(({ body }) => body.includes('Found by others who try the same in other ways'));
    expect(told).toEqual([false, true, true]);
    const lines = jsonLines<Line>(run.stdout);
    const types = lines.flatMap(({ event }) => (event === undefined ? [] : [event.type]));
    expect(types.indexOf('fact.asserted')).toBeLessThan(types.lastIndexOf('candidate.scored'));
  });
});

describe('what was cut off', () => {
  const ideas: Turns = [
    { reply: { text: '6 | patch the first case\n9 | write it anew\n5 | try a table\n2 | give up' } },
  ];
  const goOn = (stage: Stage) => stage.run([...scripted, ...rights, '--continue', '--check', check]);
  const slow = writing(right()).map((turn, at) => (at === 2 ? { ...turn, delayMs: 3000 } : turn));

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'goes on after %s: who was at work in its session, the ideas in their order',
    async (signal) => {
      const { stage, server, words, askedOf } = await staged([writing('//\n'), slow], ideas);
      const running = stage.start(words('improvise'));
      await running.seen('"type":"candidate.scored"');
      await expect.poll(() => askedOf(2).length).toBe(3);
      running.send(signal);
      const cut = await running.ended;
      const before = server.log.length;
      const asked = askedOf(2).length;
      const run = await goOn(stage);
      expect(run.code, run.stderr).toBe(0);
      expect(stage.read('a.cjs')).toBe(right());
      // One call was on its way when the process went; its answer and the last pass are all that is asked for.
      expect(askedOf(2).length - asked).toBe(2);
      const anew = server.log.slice(before).filter(({ body }) => !body.includes('(Candidate 2 of 2:'));
      expect(anew).toEqual([]);
      const log = stage
        .sessionLogs()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as NonNullable<Line['event']>);
      expect(log.filter(({ type }) => type === 'approaches.drawn')).toHaveLength(1);
      const begun = log.filter(({ type }) => type === 'candidate.started');
      expect(begun.map(({ candidate }) => candidate)).toEqual([1, 2]);
      expect(begun[0]?.approach).toContain('write it anew');
      expect(cut.stdout).toContain('approaches.drawn');
    },
  );

  it('a run that ended without a proven change gets one more round', async () => {
    const wrong = writing('module.exports = () => 1;\n');
    const late = [...wrong, ...wrong, ...writing(right())];
    const { stage, words } = await staged([late, late]);
    const first = await stage.run(words('explore'));
    expect(first.code, first.stderr).toBe(6);
    const second = await goOn(stage);
    expect(events(jsonLines<Line>(second.stdout), 'candidate.started').map((event) => event.round)).toEqual([3]);
    expect(second.code, second.stdout).toBe(0);
    expect(stage.read('a.cjs')).toBe(right());
  });
});

describe('a combination', () => {
  const part = (name: string, value: number) => `exports.${name} = ${value};\n`;
  const fixing = (...names: readonly string[]): Turns => [
    ...names.flatMap((name) => [
      calls('read', { path: `${name}.cjs` }),
      calls('write', { path: `${name}.cjs`, content: part(name, 1) }),
    ]),
    { reply: { text: 'Done.' } },
  ];

  it('that fails less than its parts goes on as a candidate', async () => {
    const stage = createStage();
    for (const name of ['a', 'b', 'c']) stage.write(`${name}.cjs`, part(name, 0));
    const tests = ['a', 'b', 'c'].map(
      (name) => `test('${name}', () => { if (require('./${name}.cjs').${name} !== 1) throw new Error('${name}'); });`,
    );
    stage.write('all.test.cjs', `const test = require('node:test');\n${tests.join('\n')}\n`);
    const others = [
      { when: { contains: '(Candidate 1 of 2:' }, turns: fixing('a') },
      { when: { contains: '(Candidate 2 of 2:' }, turns: fixing('b') },
      { when: { contains: '(Candidate 3 of 2:' }, turns: fixing('c') },
    ];
    await stage.serve([{ reply: { text: '?' } }], { others });
    const how = ['--strategy', 'explore', '--candidates', '2', '--check', 'node --test'];
    const run = await stage.run([...scripted, ...rights, ...how, 'let a, b and c be 1']);
    expect(run.code, run.stdout).toBe(0);
    expect(['a', 'b', 'c'].map((name) => stage.read(`${name}.cjs`))).toEqual(
      ['a', 'b', 'c'].map((name) => part(name, 1)),
    );
    const lines = jsonLines<Line>(run.stdout);
    expect(events(lines, 'candidate.chosen')[0]?.candidate).toBe(3);
    expect(events(lines, 'candidate.started').map(({ candidate, round }) => [candidate, round])).toContainEqual([3, 2]);
  });
});

describe('where the files of candidates have no room', () => {
  it('nothing is begun, and one line says why', async () => {
    const { stage, server, words } = await staged([writing(right()), writing(right())]);
    mkdirSync(join(stage.home, 'data'), { recursive: true });
    writeFileSync(join(stage.home, 'data', 'candidates'), 'in the way');
    const run = await stage.run(
      words('explore').filter((word) => word !== '--output-format' && word !== 'stream-json'),
    );
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain('there is no room for the files of candidates');
    expect(run.stderr).not.toContain('    at ');
    expect(server.log).toEqual([]);
    expect(stage.read('a.cjs')).toBe(start);
    expect(readdirSync(stage.project)).toEqual(['a.cjs']);
  });
});
