// Workflows that call others, modules in TypeScript, and money over the whole, through the real binary.
import { describe, expect, it } from 'vitest';
import { calls, createStage, jsonLines, type Stage, says, scripted, useFailingProject } from './support/stage.ts';

interface Line {
  readonly type: string;
  readonly step?: string;
  readonly member?: string;
  readonly inputs?: unknown;
}

function events(stage: Stage, type: string): Line[] {
  return jsonLines<Line>(stage.sessionLogs()).filter((line) => line.type === type);
}

const outer = `workflow: outer
version: 1
agents: { ann: {} }
steps:
  - { id: mark, set: { secret: "'of the caller'" } }
  - { id: begin, agent: ann, prompt: begin it }
  - { id: check, workflow: parts/check.yaml, inputs: { what: steps.begin.text, times: 2 } }
  - { id: again, workflow: check-lib.yaml, when: "steps.check.text == 'A2'" }
output: "\${steps.check.text} \${steps.again.text} \${board.secret}"
`;
const inner = `workflow: check
version: 4
inputs: { what: null, times: 1 }
agents:
  ann: { instructions: You are another Ann., talks: true, receives: [board] }
steps:
  - { id: look, agent: ann, prompt: "look at \${inputs.what} \${inputs.times}" }
  - { id: end, agent: ann, prompt: end it }
output: \${steps.end.text}
`;

describe('a workflow that calls another', () => {
  it('gives it inputs and gets its output; its team is its own, and a kill within it is gone on from', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('flows/outer.yaml', outer);
    stage.write('flows/parts/check.yaml', inner);
    stage.write('.monkey/workflows/check-lib.yaml', inner.replace('what: null, ', '').replace('inputs.what', "'lib'"));
    const server = await stage.serve([says('?')], {
      others: [
        { when: 'begin it', turns: [says('A1')] },
        { when: 'look at A1 2', turns: [calls('team', { action: 'board' }), says('seen')] },
        { when: 'look at lib', turns: [says('seen')] },
        { when: 'end it', turns: [{ ...says('A2'), delayMs: 1500 }] },
      ],
    });
    const first = stage.start(['workflow', 'run', 'flows/outer.yaml', ...scripted]);
    await expect.poll(() => server.log.length, { timeout: 15_000 }).toBe(4);
    first.send('SIGKILL');
    await first.ended;
    // What was begun counts, not what the files say now.
    stage.write('flows/parts/check.yaml', 'gone');
    const ended = await stage.run(['workflow', 'resume', ...scripted], { timeoutMs: 60_000 });
    expect(ended).toMatchObject({ code: 0, stdout: 'A2 A2 of the caller\n' });
    expect(events(stage, 'step.finished').map(({ step }) => step)).toEqual([
      'begin',
      'check.look',
      'check.end',
      'again.look',
      'again.end',
    ]);
    expect(events(stage, 'workflow.called')).toMatchObject([
      { step: 'check', name: 'check', version: 4, inputs: { what: 'A1', times: 2 } },
      { step: 'again' },
    ]);
    const looked = JSON.stringify(
      server.log.find(({ request }) => JSON.stringify(request).includes('look at A1'))?.request,
    );
    expect(looked).toContain('You are another Ann.');
    expect(JSON.stringify(server.log.map(({ request }) => request))).not.toContain('of the caller');
  });

  it('is checked with all it calls: every mistake at the step that calls', async () => {
    const stage = createStage();
    stage.write('outside.yaml', inner);
    stage.write(
      'flows/loop.yaml',
      inner.replace('- { id: end, agent: ann, prompt: end it }', '- { id: end, workflow: back.yaml }'),
    );
    stage.write(
      'flows/back.yaml',
      'workflow: back\nversion: 1\nagents: { ann: {} }\nsteps:\n  - { id: b, workflow: loop.yaml, inputs: { what: "1" } }\n',
    );
    stage.write('flows/bad.yaml', inner.replace('agent: ann, prompt: end it', 'agent: anne, prompt: end it'));
    stage.write('flows/good.yaml', inner);
    stage.write(
      'flows/main.yaml',
      `workflow: main
version: 1
agents: { ann: {} }
steps:
  - { id: a, workflow: missing.yaml }
  - { id: b, workflow: ../outside.yaml }
  - { id: c, workflow: loop.yaml, inputs: { what: "1" } }
  - { id: d, workflow: bad.yaml, inputs: { what: "1" } }
  - { id: e, workflow: good.yaml, inputs: { wat: "1" } }
  - { id: f, workflow: good.yaml, inputs: { what: steps.z.text } }
  - { id: g, workflow: script.mjs }
  - { id: h, workflow: /etc/passwd.yaml }
`,
    );
    const { stdout, code } = await stage.run(['workflow', 'validate', 'flows/main.yaml']);
    expect(code).toBe(2);
    expect(stdout.trim().split('\n')).toEqual([
      'flows/main.yaml:5:24: steps[0].workflow: there is no file missing.yaml beside this one or in .monkey/workflows',
      'flows/main.yaml:6:24: steps[1].workflow: ../outside.yaml lies outside of the folder of the file that calls it',
      'flows/main.yaml:7:24: steps[2].workflow: loop.yaml:8:26: steps[1].workflow: back.yaml:5:24: steps[0].workflow: loop.yaml calls itself: main.yaml → loop.yaml → back.yaml → loop.yaml',
      'flows/main.yaml:8:24: steps[3].workflow: bad.yaml:8:23: steps[1].agent: there is no agent "anne"; did you mean ann?',
      'flows/main.yaml:9:24: steps[4].workflow: the input "what" of good.yaml must be given',
      'flows/main.yaml:9:45: steps[4].inputs.wat: good.yaml has no input "wat"; did you mean what?',
      'flows/main.yaml:10:51: steps[5].inputs.what: the step "z" does not exist; there are a, b, c, d, e',
      'flows/main.yaml:11:24: steps[6].workflow: only workflows in YAML can be called, and script.mjs is none',
      'flows/main.yaml:12:24: steps[7].workflow: /etc/passwd.yaml is named from the root: name it from the folder of the file that calls it',
    ]);
  });

  it('is refused where the files it calls call more and more', async () => {
    const stage = createStage();
    for (let file = 0; file < 7; file += 1) {
      const calls = Array.from(
        { length: 12 },
        (_, at) => `  - { id: s${at}, workflow: "${'./'.repeat(at)}f${file + 1}.yaml" }`,
      );
      const steps = file === 6 ? ['  - { id: x, agent: a, prompt: hi }'] : calls;
      stage.write(`f${file}.yaml`, `workflow: w\nversion: 1\nagents: { a: {} }\nsteps:\n${steps.join('\n')}\n`);
    }
    const { stdout, code } = await stage.run(['workflow', 'validate', 'f0.yaml']);
    expect(code).toBe(2);
    expect(stdout).toContain('more than 64 files are called, counting those that they call');
  });
});

describe('a workflow in TypeScript', () => {
  it('runs on this Node, with its types and the modules beside it', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('names.ts', "export enum Who { Ann = 'ann' }\nexport type Text = string;\n");
    stage.write(
      'flow.ts',
      `import { join } from 'node:path';
import { Who, type Text } from './names.ts';
interface Made { readonly id: string }
export default (define: any): unknown => {
  const prompt: Text = join('work', 'now');
  return define({ workflow: 'typed', version: 2, agents: { [Who.Ann]: {} } }, (make: any): Made[] => [make.agent('a', Who.Ann, prompt)]);
};
`,
    );
    await stage.serve([says('?')], { others: [{ when: 'work/now', turns: [says('typed words')] }] });
    const ended = await stage.run(['workflow', 'run', 'flow.ts', ...scripted]);
    expect(ended).toMatchObject({ code: 0, stdout: 'typed words\n' });
    expect(ended.stderr).not.toContain('Warning');
  });

  it('says where it breaks, with its own line', async () => {
    const stage = createStage();
    stage.write('syntax.ts', 'const a: number = 1;\n\nexport default { workflow: : }\n');
    stage.write(
      'throws.ts',
      "interface A {\n  readonly a: string;\n}\nconst none: A | undefined = undefined;\nthrow new Error('not today');\n",
    );
    const syntax = await stage.run(['workflow', 'validate', 'syntax.ts']);
    expect(syntax).toMatchObject({ code: 2 });
    expect(syntax.stderr).toMatch(/syntax\.ts:3:\d+ does not give a workflow/);
    const throws = await stage.run(['workflow', 'validate', 'throws.ts']);
    expect(throws.stderr).toMatch(/throws\.ts:5(:\d+)? does not give a workflow: not today/);
  });
});

describe('the default cap', () => {
  it('holds over readers side by side, and is dropped where a price is unknown', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const many = ['a', 'b', 'c', 'd', 'e', 'f'];
    stage.write(
      'flow.yaml',
      `workflow: dear
version: 1
agents: { one: {} }
steps:
  - id: all
    parallel:
${many.map((name) => `      - { id: ${name}, agent: one, prompt: question ${name} }`).join('\n')}
output: done
`,
    );
    const usage = { input: 10, output: 9000 };
    const server = await stage.serve([says('?')], {
      others: many.map((name) => ({
        when: `question ${name}`,
        turns: [{ delayMs: 300, reply: { text: name, usage } }],
      })),
    });
    const free = await stage.run(['workflow', 'run', 'flow.yaml', ...scripted]);
    expect(free).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(server.log).toHaveLength(6);
    // Each call may cost a dollar and costs ninety cents: five fit into the five dollars of the default.
    stage.settings({ prices: { 'openai/scripted': { input: 1, output: 100 } }, limits: { maxOutputTokens: 10_000 } });
    const capped = await stage.run(['workflow', 'run', 'flow.yaml', ...scripted, '--json'], { timeoutMs: 60_000 });
    expect(capped.code).toBe(4);
    const { costMicroUsd } = JSON.parse(capped.stdout) as { costMicroUsd: number };
    expect(costMicroUsd).toBeLessThanOrEqual(5_000_000);
    expect(server.log.length).toBeLessThanOrEqual(11);
    expect(server.log.length).toBeGreaterThan(8);
  });
});
