// Sub-agents through the real binary: reports come back, rights and money are bounded, a crash costs nothing twice.
import type { Scenario, ScenarioTurn } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { calls, createStage, jsonLines, says, scripted } from './support/stage.ts';

interface Line {
  readonly type: string;
  readonly parent_tool_use_id?: string | null;
  readonly event?: {
    readonly type: string;
    readonly name?: string;
    readonly output?: string;
    readonly status?: string;
  };
  readonly total_cost_usd?: number;
}

const delegate = (task: string, writes = false) => ({
  name: 'delegate',
  arguments: { task, ...(writes ? { writes } : {}) },
});
const asks = (...tasks: ReturnType<typeof delegate>[]): ScenarioTurn => ({ reply: { toolCalls: tasks } });
const other = (when: string, ...turns: ScenarioTurn[]): NonNullable<Scenario['others']>[number] => ({ when, turns });
const usage = { input: 1000, output: 100 };
const priced = { prices: { 'openai/scripted': { input: 1, output: 10 } } };

describe('sub-agents', () => {
  it('work side by side and only their reports come back, with what is on record', async () => {
    const stage = createStage();
    stage.write('a.txt', 'alpha\n');
    stage.write('b.txt', 'beta\n');
    stage.settings(priced);
    const server = await stage.serve(
      [
        asks(delegate('Count the lines of a.txt'), delegate('Count the lines of b.txt')),
        { expect: { tool: 'delegate', toolResult: '[on record: 2 turns' }, reply: { text: 'One line each.', usage } },
      ],
      {
        others: [
          other('lines of a.txt', calls('read', { path: 'a.txt' }), { reply: { text: 'a.txt has 1 line', usage } }),
          other('lines of b.txt', calls('read', { path: 'b.txt' }), { reply: { text: 'b.txt has 1 line', usage } }),
        ],
      },
    );
    const run = await stage.run([...scripted, '-p', '--output-format', 'stream-json', 'how many lines do they have?']);
    expect(run.code, run.stdout).toBe(0);
    const lines = jsonLines<Line>(run.stdout);
    const reports = lines.flatMap(({ event }) =>
      event?.type === 'tool.ended' && event.name === 'delegate' ? [event.output ?? ''] : [],
    );
    expect(reports.map((text) => text.split('\n')[0]).sort()).toEqual(['a.txt has 1 line', 'b.txt has 1 line']);
    const inner = lines.filter((line) => line.type === 'event' && line.parent_tool_use_id);
    expect(inner.some(({ event }) => event?.type === 'tool.ended' && event.output?.includes('alpha'))).toBe(true);
    // The caller never saw what they read, and its prompt begins like theirs: one cache serves all.
    const last = server.log.at(-1)?.body ?? '';
    expect(last).not.toContain('alpha');
    const heads = server.log.map(({ body }) => JSON.stringify((JSON.parse(body) as { tools: unknown }).tools));
    expect(new Set(heads).size).toBe(1);
    const stats = JSON.parse((await stage.run(['stats', '--json'])).stdout) as { byCause?: Record<string, unknown> };
    expect(JSON.stringify(stats)).toContain('sub-agent');
  });

  it('only read unless they are given leave to write, and then by the same rules', async () => {
    const stage = createStage();
    const write = calls('write', { path: 'new.txt', content: 'x\n' });
    await stage.serve([asks(delegate('Make new.txt')), asks(delegate('Really make new.txt', true)), says('Made.')], {
      others: [
        other('Really make new.txt', write, says('made')),
        other('Make new.txt', write, says('it was not allowed')),
      ],
    });
    const run = await stage.run([
      ...scripted,
      '-p',
      '--permission-mode',
      'acceptEdits',
      '--output-format',
      'stream-json',
      'make new.txt',
    ]);
    const denied = jsonLines<Line>(run.stdout).filter(
      ({ event }) => event?.type === 'tool.ended' && event.status === 'denied',
    );
    expect(denied).toHaveLength(1);
    expect(stage.read('new.txt')).toBe('x\n');
    const undo = await stage.run(['undo']);
    expect(undo.code).toBe(0);
    expect(() => stage.read('new.txt')).toThrow();
  });

  it('cannot delegate further, and above the free number nobody starts unasked', async () => {
    const stage = createStage();
    stage.settings({ limits: { subAgents: 1 } });
    await stage.serve([asks(delegate('first task')), asks(delegate('second task')), says('Enough.')], {
      others: [other('first task', asks(delegate('deeper')), says('could not'))],
    });
    const run = await stage.run([...scripted, '-p', '--output-format', 'stream-json', 'what is what?']);
    const ended = jsonLines<Line>(run.stdout).flatMap(({ event }) =>
      event?.type === 'tool.ended' && event.name === 'delegate' ? [event] : [],
    );
    expect(ended.map((event) => event.status)).toEqual(['failed', 'ok', 'denied']);
    expect(ended[0]?.output).toContain('cannot delegate');
    expect(ended[2]?.output).toContain('sub-agent 2 of the run');
  });

  it('share the money of the run', async () => {
    const stage = createStage();
    stage.settings(priced);
    const dear: ScenarioTurn = {
      reply: { toolCalls: [{ name: 'list', arguments: {} }], usage: { input: 1000, output: 9000 } },
    };
    await stage.serve([asks(delegate('spend it all')), says('Stopped.')], {
      others: [other('spend it all', dear, dear, dear, dear, says('spent'))],
    });
    const run = await stage.run([
      ...scripted,
      ...['-p', '--max-budget-usd', '0.6', '--output-format', 'stream-json', 'how much?'],
    ]);
    const report = jsonLines<Line>(run.stdout).find(
      ({ event }) => event?.type === 'tool.ended' && event.name === 'delegate',
    );
    expect(report?.event?.output).toContain('budget');
    expect(run.code, run.stdout.slice(-500)).toBe(0);
  });

  it('work with the model of their agent, at its price and within the same money; one that cannot be called is a line for the caller', async () => {
    const stage = createStage();
    stage.settings({
      prices: { ...priced.prices, 'openai/dear': { input: 1, output: 100 } },
      policy: { models: ['openai/scripted', 'openai/dear'] },
    });
    const agent = (name: string, model: string): void =>
      stage.write(`.monkey/agents/${name}.md`, `---\ndescription: ${name}\nmodel: ${model}\n---\nYou are ${name}.`);
    agent('deep', 'openai/dear');
    agent('lost', 'openai/forbidden');
    const as = (name: string) => ({ name: 'delegate', arguments: { task: `Think as ${name}`, agent: name } });
    const server = await stage.serve([asks(as('deep'), as('lost')), { reply: { text: 'Done.', usage } }], {
      others: [other('Think as deep', { reply: { text: 'thought', usage } })],
    });
    const run = await stage.run([...scripted, '-p', '--output-format', 'stream-json', 'what do they think?']);
    expect(run.code, run.stdout).toBe(0);
    const outputs = jsonLines<Line>(run.stdout).flatMap(({ event }) =>
      event?.type === 'tool.ended' && event.name === 'delegate' ? [event.output ?? ''] : [],
    );
    outputs.sort((a, b) => (a < b ? 1 : -1));
    expect(outputs[0]).toMatch(/^thought\n\n\[on record: 1 turns; \$0\.011/);
    expect(outputs[1]).toMatch(/^The agent lost cannot work: its model openai\/forbidden cannot be called: [^\n]*$/);
    const models = server.log.map(({ body }) => (JSON.parse(body) as { model: string }).model);
    expect(models).toEqual(['scripted', 'dear', 'scripted']);
  });

  it('go on after kill -9 where they were, and pay for no answer twice', async () => {
    const stage = createStage();
    stage.write('a.txt', 'alpha\n');
    const slow: ScenarioTurn = { delayMs: 1500, reply: { text: 'a.txt says alpha' } };
    const server = await stage.serve([asks(delegate('What says a.txt?')), says('It says alpha.')], {
      others: [other('What says a.txt?', calls('read', { path: 'a.txt' }), slow)],
    });
    const running = stage.start([...scripted, '-p', '--output-format', 'stream-json', 'what does it say?']);
    await running.seen('"type":"tool.ended"');
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.send('SIGKILL');
    await running.ended;
    const before = server.log.length;
    const run = await stage.run(['-p', '--continue']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('It says alpha.');
    // Asked again: the answer that the crash cut off, and the caller's last; not what was answered and recorded.
    expect(server.log.length - before).toBe(2);
  });
});
