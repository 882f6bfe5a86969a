// The router in real runs: a cheap model that fails its checks, a strong one that takes over, and what is learnt from it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acceptEdits,
  calls,
  createStage,
  fixesSum,
  jsonLines,
  type Stage,
  says,
  useFailingProject,
} from './support/stage.ts';

const prices = { 'openai/cheap': { input: 0.1, output: 0.4 }, 'openai/strong': { input: 5, output: 25 } };

/** Two models at one address, the cheap one tried first: nothing is left to chance. */
function withTwoModels(stage: Stage, more: object = {}): void {
  useFailingProject(stage);
  stage.settings({
    prices,
    router: { models: ['openai/strong', 'openai/cheap'], explore: false, valueUsd: 20 },
    ...more,
  });
}

const by = (model: string, turn: ReturnType<typeof says>): ReturnType<typeof says> => ({ expect: { model }, ...turn });

/** Cheap reads and edits wrongly, insists after one repair; strong puts it right. */
const escalation = [
  ...fixesSum('a * b').map((turn) => by('cheap', turn)),
  by('cheap', says('Fixed.')),
  by('cheap', says('It is right as it is.')),
  by('strong', calls('edit', { path: 'src/sum.js', old_string: 'a * b', new_string: 'a + b' })),
  by('strong', says('Now it adds.')),
];

/** The engine's events of a stream-json output. */
const eventsOf = (text: string): Record<string, unknown>[] =>
  jsonLines(text).flatMap((line) => (line['type'] === 'event' ? [line['event'] as Record<string, unknown>] : []));

const routerLog = (stage: Stage): Record<string, unknown>[] =>
  jsonLines(readFileSync(join(stage.home, 'state', 'router-log.jsonl'), 'utf8'));

/** The runs of the log were yesterday. */
function aDayPasses(stage: Stage): void {
  const path = join(stage.home, 'state', 'router-log.jsonl');
  const earlier = (_whole: string, time: string): string => `"time":${Number(time) - 86_400_000}`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"time":(\d+)/g, earlier));
}

describe('the router', () => {
  it('notices on the next day that work was edited by hand, or taken back', async () => {
    for (const [written, signal] of [
      ['export const add = (a, b) => b + a;\n', 'edited'],
      ['export const add = (a, b) => a - b;\n', 'reverted'],
    ] as const) {
      const stage = createStage();
      withTwoModels(stage);
      await stage.serve([...escalation, says('It is a sum.')]);
      await stage.run([...acceptEdits, '-p', 'fix the sum']);
      stage.write('src/sum.js', written);
      aDayPasses(stage);
      await stage.run(['-p', 'what does src/sum.js do?']);
      const [record] = routerLog(stage);
      expect(record?.['files']).toMatchObject([{ path: 'src/sum.js' }]);
      expect(routerLog(stage)).toContainEqual(expect.objectContaining({ type: 'signal', id: record?.['id'], signal }));
    }
  });

  it('hands a rejected change to the next model of the chain, and learns from both', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve(escalation);
    const run = await stage.run([...acceptEdits, '--output-format', 'stream-json', '-p', 'fix the sum']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(stage.read('src/sum.js')).toContain('a + b');
    const events = eventsOf(run.stdout);
    const route = events.find((event) => event['type'] === 'route.decided');
    expect(route).toMatchObject({
      chain: ['openai/cheap', 'openai/strong'],
      work: 'bugfix',
      propensity: 1,
      hasChecks: true,
    });
    expect(events.find((event) => event['type'] === 'route.escalated')).toMatchObject({
      from: 'openai/cheap',
      to: 'openai/strong',
      verdict: 'rejected',
      forecast: { success: { mean: expect.any(Number) } },
    });
    const [record] = routerLog(stage);
    expect(record).toMatchObject({
      type: 'run',
      status: 'verified',
      stages: [
        { model: 'openai/cheap', verdict: 'rejected' },
        { model: 'openai/strong', verdict: 'accepted' },
      ],
    });
    const stats = JSON.parse((await stage.run(['stats', '--json'])).stdout) as {
      byModel: Record<string, { costMicroUsd: number }>;
    };
    expect(stats.byModel['openai/cheap']?.costMicroUsd).toBeGreaterThan(0);
    expect(stats.byModel['openai/strong']?.costMicroUsd).toBeGreaterThan(0);
  });

  it('ends with the cheap model when its change passes', async () => {
    const stage = createStage();
    withTwoModels(stage);
    const server = await stage.serve([...fixesSum('a + b'), says('Fixed.')].map((turn) => by('cheap', turn)));
    const run = await stage.run([...acceptEdits, '-p', 'fix the sum']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(server.log).toHaveLength(3);
  });

  it('keeps to a model that is named', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')].map((turn) => by('strong', turn)));
    const run = await stage.run([
      '-m',
      'openai/strong',
      ...acceptEdits,
      '--output-format',
      'stream-json',
      '-p',
      'fix the sum',
    ]);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(eventsOf(run.stdout).find((event) => event['type'] === 'route.decided')).toMatchObject({ policy: 'fixed' });
  });

  it('goes on with the model of the chain where a crash left it', async () => {
    const stage = createStage();
    withTwoModels(stage);
    const slow = escalation.map((turn, index) => (index === 5 ? { ...turn, delayMs: 4000 } : turn));
    await stage.serve(slow);
    const running = stage.start([...acceptEdits, '--output-format', 'stream-json', '-p', 'fix the sum']);
    await running.seen('"to":"openai/strong"');
    running.send('SIGKILL');
    await running.ended.catch(() => undefined);
    await stage.serve(escalation);
    const run = await stage.run(['--continue', ...acceptEdits, '-p']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(stage.read('src/sum.js')).toContain('a + b');
    expect(stage.sessionLogs().match(/"type":"route.escalated"/g)).toHaveLength(1);
  });

  it('takes an undo as a judgement', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    await stage.run([...acceptEdits, '-p', 'fix the sum']);
    await stage.run(['undo']);
    expect(routerLog(stage).map((line) => line['signal'] ?? line['type'])).toEqual(['run', 'undone']);
  });

  it('writes nothing for a run that is not to be kept', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    await stage.run([...acceptEdits, '--ephemeral', '-p', 'fix the sum']);
    expect(existsSync(join(stage.home, 'state', 'router-log.jsonl'))).toBe(false);
  });

  it('explains a decision without running it, as text, as JSON and as a picture', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve([]);
    const text = await stage.run(['route', 'fix the sum', '--plot', '--svg', 'route.svg']);
    expect(text.code, text.stderr).toBe(0);
    for (const wanted of ['openai/cheap → openai/strong', 'not chosen', 'if a solved task were worth', 'X: chosen'])
      expect(text.stdout).toContain(wanted);
    expect(stage.read('route.svg')).toContain('</svg>');
    const json = JSON.parse((await stage.run(['route', 'fix the sum', '--json'])).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({
      work: 'bugfix',
      hasChecks: true,
      chosen: { chain: ['openai/cheap', 'openai/strong'] },
    });
    expect(stage.sessionLogs()).toBe('');
  });

  it('scores its forecasts, and takes a thumb as a judgement', async () => {
    const stage = createStage();
    withTwoModels(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    await stage.run([...acceptEdits, '-p', 'fix the sum']);
    const score = async () =>
      JSON.parse((await stage.run(['stats', '--calibration', '--json'])).stdout) as {
        calibration: { runs: number; brier: number };
      };
    const before = await score();
    expect(before.calibration.runs).toBe(1);
    expect(before.calibration.brier).toBeLessThan(0.25);
    expect((await stage.run(['feedback', 'down'])).code).toBe(0);
    expect((await score()).calibration.brier).toBeGreaterThan(0.25);
    expect((await stage.run(['feedback', 'sideways'])).code).toBe(2);
    await stage.run(['route', '--export', 'runs.jsonl']);
    expect(jsonLines(stage.read('runs.jsonl'))).toMatchObject([{ type: 'run', signals: ['down'] }]);
    expect(stage.read('runs.jsonl')).not.toContain('sum.js');
    expect((await stage.run(['route', '--import', 'runs.jsonl'])).stdout).toContain('0 runs added');
    stage.write('other.jsonl', stage.read('runs.jsonl').replaceAll('run_', 'run_x'));
    expect((await stage.run(['route', '--import', 'other.jsonl'])).stdout).toContain('1 runs added');
    expect((await score()).calibration.runs).toBe(2);
  });

  it('says what is wrong where there is nothing to choose', async () => {
    const stage = createStage();
    const run = await stage.run(['route', 'fix it']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('monkey login');
  });
});
