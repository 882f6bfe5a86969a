// Barriers through the real binary: branches that wait for each other, one that never comes, a kill while one waits, mistakes with lines.
import { describe, expect, it } from 'vitest';
import { createStage, jsonLines, type Stage, says, scripted, useFailingProject } from './support/stage.ts';

interface Line {
  readonly type: string;
  readonly step?: string;
  readonly party?: string;
  readonly generation?: number;
  readonly arrived?: readonly string[];
}

function events(stage: Stage, type: string): Line[] {
  return jsonLines<Line>(stage.sessionLogs()).filter((line) => line.type === type);
}

const meeting = `workflow: meeting
version: 1
agents: { ann: {}, bob: {} }
steps:
  - id: work
    parallel:
      - id: ann
        steps:
          - { id: ann-first, agent: ann, prompt: ann begins }
          - { id: ann-waits, barrier: ready }
          - { id: ann-then, agent: ann, prompt: ann goes on }
      - id: bob
        steps:
          - { id: bob-first, agent: bob, prompt: bob begins }
          - { id: bob-waits, barrier: ready }
          - { id: bob-then, agent: bob, prompt: bob goes on }
output: "\${steps.ann-waits.data.arrived} \${steps.ann-then.text} \${steps.bob-then.text}"
`
  .replaceAll('steps.ann-waits.data', "steps['ann-waits'].data")
  .replaceAll('steps.ann-then.text', "steps['ann-then'].text")
  .replaceAll('steps.bob-then.text', "steps['bob-then'].text");

const others = (bobTakesMs: number) => [
  { when: 'ann begins', turns: [says('A1')] },
  { when: 'bob begins', turns: [{ ...says('B1'), delayMs: bobTakesMs }] },
  { when: 'ann goes on', turns: [says('A2')] },
  { when: 'bob goes on', turns: [says('B2')] },
];

describe('branches at a barrier', () => {
  it('go on together when all have arrived', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('flow.yaml', meeting);
    const server = await stage.serve([says('?')], { others: others(700) });
    const ended = await stage.run(['workflow', 'run', 'flow.yaml', ...scripted]);
    expect(ended).toMatchObject({ code: 0, stdout: '["ann","bob"] A2 B2\n' });
    const asked = server.log.map(({ request }) => /(ann|bob) (begins|goes on)/.exec(JSON.stringify(request))?.[0]);
    expect(new Set(asked.slice(0, 2))).toEqual(new Set(['ann begins', 'bob begins']));
    expect(ended.stderr).toContain('ready: ann, bob arrived');
  });

  it('still wait after a kill -9, and nothing is asked twice', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('flow.yaml', meeting);
    const server = await stage.serve([says('?')], { others: others(2500) });
    const first = stage.start(['workflow', 'run', 'flow.yaml', ...scripted]);
    await expect.poll(() => events(stage, 'barrier.arrived').length, { timeout: 15_000 }).toBe(1);
    first.send('SIGKILL');
    await first.ended;
    expect(events(stage, 'barrier.passed')).toHaveLength(0);
    const ended = await stage.run(['workflow', 'resume', ...scripted]);
    expect(ended).toMatchObject({ code: 0, stdout: '["ann","bob"] A2 B2\n' });
    const asked = server.log.map(
      ({ request }) => /(ann|bob) (begins|goes on)/.exec(JSON.stringify(request))?.[0] ?? '',
    );
    expect(asked.filter((words) => words === 'ann begins')).toHaveLength(1);
    expect(events(stage, 'barrier.arrived').map(({ party }) => party)).toEqual(['ann', 'bob']);
  });

  it('do not wait for one that has no money left: all stop, and meet when it goes on', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ prices: { 'openai/scripted': { input: 1, output: 100 } }, limits: { maxOutputTokens: 10_000 } });
    stage.write(
      'flow.yaml',
      meeting.replace('agents: { ann: {}, bob: {} }', 'budget: { usd: 1.15 }\nagents: { ann: {}, bob: {} }'),
    );
    const usage = { input: 10, output: 9000 };
    const server = await stage.serve([says('?')], {
      others: [
        { when: 'ann begins', turns: [{ reply: { text: 'A1', usage } }] },
        { when: 'bob begins', turns: [{ reply: { text: 'B1', usage } }] },
        { when: 'ann goes on', turns: [{ reply: { text: 'A2', usage } }] },
        { when: 'bob goes on', turns: [{ reply: { text: 'B2', usage } }] },
      ],
    });
    const first = await stage.run(['workflow', 'run', 'flow.yaml', ...scripted], { timeoutMs: 20_000 });
    expect(first.code).toBe(4);
    expect(server.log).toHaveLength(1);
    expect(events(stage, 'barrier.broken')).toHaveLength(0);
    const more = await stage.run(['workflow', 'resume', ...scripted, '--max-budget-usd', '9'], { timeoutMs: 20_000 });
    expect(more).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\["(ann","bob|bob","ann)"\] A2 B2\n$/) });
    expect(server.log).toHaveLength(4);
  });

  it('are told when somebody can never come, and meet anew in each round', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write(
      'flow.yaml',
      `workflow: rounds
version: 1
agents: { ann: {} }
steps:
  - id: work
    join: 2
    parallel:
      - id: left
        repeat: { until: "round >= 3", max: 3 }
        steps:
          - { id: left-waits, barrier: tick, broken: continue }
          - { id: left-counts, set: { seen: steps['left-waits'].text }, merge: append }
      - id: right
        repeat: { until: "round >= 2", max: 3 }
        steps:
          - { id: right-waits, barrier: tick, quorum: 2 }
      - id: third
        steps:
          - { id: fails, agent: ann, prompt: fail now }
          - { id: never, barrier: tick }
output: \${board.seen} \${steps.work.reason}
`
        .replace('set: { seen: steps', 'set: { seen: "steps')
        .replace('.text }, merge', '.text" }, merge'),
    );
    await stage.serve([says('?')], {
      others: [{ when: 'fail now', turns: [{ error: { status: 400, message: 'no' }, times: 9, reply: { text: '' } }] }],
    });
    const ended = await stage.run(['workflow', 'run', 'flow.yaml', ...scripted]);
    expect(ended.stdout).toBe('["passed","passed","broken"] 2 of 3 branches succeeded\n');
    expect(events(stage, 'barrier.passed').map(({ generation }) => generation)).toEqual([1, 2, undefined]);
    expect(events(stage, 'barrier.broken').map(({ generation }) => generation)).toEqual([3]);
    expect(ended.stderr).toContain('tick is broken: 1 of 3 arrived, 2 must');
  });

  it('that can never be passed are a mistake of the file, with its line', async () => {
    const stage = createStage();
    stage.write(
      'flow.yaml',
      `workflow: stuck
version: 1
agents: { ann: {} }
steps:
  - { id: alone, barrier: nowhere }
  - id: crossed
    parallel:
      - id: a
        steps:
          - { id: ax, barrier: x }
          - { id: ay, barrier: y }
      - id: b
        steps:
          - { id: by, barrier: y }
          - { id: bx, barrier: x }
  - id: uneven
    parallel:
      - id: c
        steps:
          - { id: c1, barrier: z }
          - { id: c2, barrier: z }
      - { id: d, barrier: z, parties: [c, e] }
  - id: few
    parallel:
      - { id: f, barrier: w, quorum: 3 }
      - { id: g, barrier: w, quorum: 2 }
      - { id: h, barrier: only }
`,
    );
    const { stdout, code } = await stage.run(['workflow', 'validate', 'flow.yaml']);
    expect(code).toBe(2);
    expect(stdout.trim().split('\n')).toEqual([
      'flow.yaml:5:27: steps[0].barrier: nobody else can come to "nowhere": it stands in no branch of a parallel step',
      expect.stringMatching(/^flow.yaml:1[45]:\d+: .*it can never be passed: "a" waits at "x" first, "b" at "y"/),
      'flow.yaml:21:32: steps[2].parallel[0].steps[1].barrier: it can never be passed: only 1 of 2 branches come to "z" 2 times',
      'flow.yaml:22:39: steps[2].parallel[1].parties: "e" never arrives; there are c, d',
      'flow.yaml:22:39: steps[2].parallel[1].parties: the branch "d" comes to "z" too and is not named',
      'flow.yaml:25:38: steps[3].parallel[0].quorum: 3 must arrive, but only 2 branches come here',
      'flow.yaml:26:38: steps[3].parallel[1].quorum: another "w" says otherwise',
      'flow.yaml:27:27: steps[3].parallel[2].barrier: only the branch "h" comes to "only": there is nobody to wait for',
    ]);
  });
});
