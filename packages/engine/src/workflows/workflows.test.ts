// Workflow files: expressions, texts, checks, drawings, and the TypeScript form.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue } from '@monkey-coder/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkWorkflow } from './check-workflow.ts';
import { defineWorkflow } from './define-workflow.ts';
import { drawMermaid } from './draw-mermaid.ts';
import { drawSvg } from './draw-svg.ts';
import { evaluate, parseExpression } from './expression.ts';
import { loadWorkflowModule } from './load-module.ts';
import { readWorkflow } from './read-workflow.ts';
import { fillText, parseTemplate } from './template.ts';
import type { Workflow } from './workflow.ts';

const scope = {
  steps: { a: { text: 'Hello world', changes: ['x.js', 'y.js'], data: { n: 3, list: [1, 2, 3] } } },
  inputs: { goal: 'win', empty: '' },
  board: {},
  round: 2,
};

function value(text: string): unknown {
  const parsed = parseExpression(text);
  return parsed.kind === 'valid' ? evaluate(parsed.expression, scope) : `! ${parsed.at} ${parsed.message}`;
}

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3 - 4 / 2', 5],
    ['(1 + 2) * 3', 9],
    ["'a' + 1", 'a1'],
    ['round == 2 && steps.a.data.n > 2', true],
    ['!(round < 2) || false', true],
    ['"x.js" in steps.a.changes', true],
    ['"z.js" in steps.a.changes', false],
    ["contains(steps.a.text, 'world')", true],
    ["contains(lower(steps.a.text), 'HELLO')", false],
    ['length(steps.a.data.list)', 3],
    ['steps.a.data.list[-1]', 3],
    ["steps['a'].data['n']", 3],
    ['number(" 12 ") >= 12', true],
    ['steps.a.data == steps.a.data', true],
    ["startsWith(steps.a.text, 'He') && endsWith(steps.a.text, 'ld')", true],
    ['board.missing + 1 || 1', 1],
    ['inputs.empty || "none"', 'none'],
    ['1 / 0', null],
    ['nothing.at.all', null],
    ["'it''s'", '! 4 "it" is too much'],
    ['-round + -(-1)', -1],
    ['length(lines("a\\nb"))', 2],
    ['trim("  x ") != null', true],
  ])('%s', (text, expected) => {
    const got = value(text);
    if (typeof expected === 'string' && expected.startsWith('!')) expect(String(got)).toMatch(/^!/);
    else expect(got).toEqual(expected);
  });

  it.each([
    ['1 +', '! 3 it ends too early'],
    ['a b', '! 2 "b" is too much'],
    ['(1', '! 2 ")" is missing'],
    ['a.1', '! 1 "0.1" cannot stand here'],
    ['frobnicate(1)', expect.stringContaining('! 0 there is no function frobnicate')],
    ['lower()', '! 0 lower takes 1 values, not 0'],
    ['a = 1', '! 2 "=" cannot stand here (== compares)'],
  ])('%s is refused at its place', (text, expected) => {
    if (text === 'a.1') expect(String(value(text))).toMatch(/^!/);
    else expect(value(text)).toEqual(expected);
  });

  it('reach nothing of the language they are written in', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(value(name)).toBe(null);
      expect(value(`steps.${name}`)).toBe(null);
      expect(value(`steps.a.text.${name}`)).toBe(null);
      expect(value(`steps['${name}']`)).toBe(null);
      expect(String(value(`${name}('x')`))).toContain('there is no function');
    }
  });

  it('that are nested or long without end are refused, not run', () => {
    expect(String(value('('.repeat(5000)))).toMatch(/^! /);
    expect(String(value(`${'!'.repeat(3000)}true`))).toMatch(/nested too deeply/);
    expect(String(value(`${'('.repeat(200)}1${')'.repeat(200)}`))).toMatch(/nested too deeply/);
  });
});

/** An expression in a text. */
const hole = (expression: string): string => `$${'{'}${expression}}`;

describe('texts', () => {
  it('that make a text longer and longer come to nothing in the end', () => {
    const parsed = parseExpression('x + x');
    if (parsed.kind === 'invalid') throw new Error(parsed.message);
    let x: JsonValue = 'text';
    for (let round = 0; round < 50; round += 1) x = x === null ? null : evaluate(parsed.expression, { x });
    expect(x).toBeNull();
  });

  it('are filled with values; a doubled sign stays as it is', () => {
    expect(
      fillText(
        `${hole('steps.a.text')}, ${hole('inputs.goal')}! ${hole('steps.a.changes')} $${hole('x')} ${hole('board.no')}.`,
        scope,
      ),
    ).toBe(`Hello world, win! ["x.js","y.js"] ${hole('x')} .`);
    expect(fillText(hole("'}' + '{'"), scope)).toBe('}{');
    expect(parseTemplate(`abc $${'{'}steps.a`)).toMatchObject({ kind: 'invalid', at: 4 });
    expect(parseTemplate(`abc ${hole('1 +')}`)).toMatchObject({ kind: 'invalid', at: 9 });
  });
});

const defined = defineWorkflow(
  {
    workflow: 'typed',
    version: 1,
    agents: { dev: { mode: 'acceptEdits' }, critic: {} },
    workflows: {
      small: {
        workflow: 'small',
        version: 9,
        inputs: { what: null },
        agents: { a: {} },
        steps: [{ id: 's', agent: 'a', prompt: 'go' }],
      },
    },
  },
  (make) => [
    make.agent('plan', 'dev', 'Plan <it> & "go"'),
    make.repeat('loop', { until: "steps.vote.text == 'yes'", max: 3 }, [
      make.parallel('both', [make.agent('write', 'dev', 'write'), make.agent('read', 'critic', 'read')], {
        join: 'any',
      }),
      make.parallel(
        'meet',
        [
          make.group('here', [make.barrier('here-waits', 'sync', { quorum: 2 })], { copy: true }),
          make.group('there', [make.barrier('there-waits', 'sync')], { copy: true }),
        ],
        { onConflict: 'agent:dev' },
      ),
      make.vote('vote', { question: 'ok?', options: ['yes', 'no'], voters: ['dev', 'critic'], rule: 'unanimous' }),
    ]),
    make.ask('sure', 'sure?', { when: "steps.vote.text == 'yes'", fallback: 'no' }),
    make.say('tell', { from: 'dev', to: 'everybody', text: 'done' }),
    make.set('keep', { last: 'steps.sure.text' }),
    make.fact('know', { entity: 'a', relation: 'b', target: 'c', evidence: 'd' }, { by: 'dev' }),
    make.auction('sell', { task: 't', bidders: ['dev', 'critic'], unit: 'minutes' }),
    make.chat('talk', { subject: 's', members: ['dev', 'critic'], max: 4, moderator: 'dev' }),
    make.handoff('pass', { task: 't', start: 'dev', routes: { dev: ['critic'] }, state: {}, max: 3 }),
    make.workflow('call', 'small', { inputs: { what: "'x'" } }),
    make.group('end', [make.team('lead', { goal: 'g', manager: 'dev', members: ['critic'], maxRounds: 3 })]),
  ],
);

function checkedWorkflow(definition: unknown): Workflow {
  const checked = checkWorkflow(definition);
  if (checked.kind === 'valid') return checked.workflow;
  throw new Error(JSON.stringify(checked.problems));
}

describe('a workflow in TypeScript', () => {
  it('is the same definition as in YAML, with every kind of step', () => {
    expect(checkedWorkflow(defined).steps.map(({ kind }) => kind)).toEqual([
      'agent',
      'repeat',
      'ask',
      'say',
      'set',
      'fact',
      'auction',
      'chat',
      'handoff',
      'workflow',
      'steps',
    ]);
    const wrong = defineWorkflow({ workflow: 'x', version: 1, agents: { dev: {} } }, (make) => [
      // @ts-expect-error: there is no agent of that name
      make.agent('a', 'dew', 'x'),
    ]);
    expect(checkWorkflow(wrong)).toMatchObject({ kind: 'invalid' });
  });

  it('is loaded from a module, by value or by function', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'monkey-flow-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'flow.mjs');
    writeFileSync(
      file,
      "export default (define) => define({ workflow: 'made', version: 2, agents: { a: {} } }, (make) => [make.agent('one', 'a', 'go')]);\n",
    );
    expect(await loadWorkflowModule(file, folder)).toMatchObject({
      kind: 'valid',
      workflow: { workflow: 'made', version: 2 },
    });
    const broken = join(folder, 'broken.mjs');
    writeFileSync(
      broken,
      'export default { workflow: "x", version: 1, agents: {}, steps: [{ id: "a", agent: "b", prompt: "c" }] };\n',
    );
    expect(await loadWorkflowModule(broken, folder)).toMatchObject({
      kind: 'invalid',
      problems: [{ message: expect.stringContaining('steps[0].agent: there is no agent "b"') }],
    });
    await expect(loadWorkflowModule(join(folder, 'missing.mjs'), folder)).rejects.toThrow('does not give a workflow');
  });
});

describe('drawings', () => {
  it('show every step, in Mermaid and SVG, with nothing of a text taken as markup', () => {
    const workflow = checkedWorkflow(defined);
    const [mermaid, svg] = [drawMermaid(workflow), drawSvg(workflow)];
    for (const id of [
      'plan',
      'loop',
      'both',
      'meet',
      'here-waits',
      'there-waits',
      'call',
      'write',
      'read',
      'vote',
      'sure',
      'tell',
      'keep',
      'know',
      'sell',
      'talk',
      'pass',
      'lead',
    ]) {
      expect(mermaid).toContain(`s_${id.replace('-', '_')}`);
      expect(svg).toContain(`>${id}</text>`);
    }
    expect(mermaid).toContain('-.->|again| s_loop_in');
    expect(mermaid).toContain('-->|no|');
    expect(mermaid).toContain('s_here_waits <-.->|"sync"| s_there_waits');
    for (const words of ['runs small v9', 'waits at sync for 2', 'in a copy', 'conflicts: agent dev'])
      expect(svg).toContain(words);
    const nasty = { ...defined, steps: [{ id: 'x', ask: 'y', when: `'<script>"&' == 'b'` }] };
    const drawn = checkedWorkflow(nasty);
    expect(drawSvg(drawn)).not.toContain('<script>');
    expect(drawMermaid(drawn)).toContain('#60;script#62;#34;#38;');
  });
});

describe('checking', () => {
  it('lets a branch look at nothing that is at work beside it, and at all that is done', () => {
    const branches = (prompt: string): unknown => ({
      workflow: 'x',
      version: 1,
      agents: { a: {} },
      steps: [
        { id: 'before', agent: 'a', prompt: 'go' },
        {
          id: 'p',
          parallel: [
            { id: 'one', agent: 'a', prompt: 'go' },
            { id: 'two', agent: 'a', prompt },
          ],
        },
        { id: 'after', agent: 'a', prompt: hole('steps.one.text + steps.two.text') },
      ],
    });
    expect(checkWorkflow(branches(hole('steps.before.text')))).toMatchObject({ kind: 'valid' });
    expect(checkWorkflow(branches(hole('steps.one.text')))).toMatchObject({
      kind: 'invalid',
      problems: [{ message: expect.stringContaining('at work beside it') }],
    });
  });
});

describe('calling', () => {
  it('finds mistakes of a definition in the same file at their own place', async () => {
    const text = `workflow: main
version: 1
agents: { a: {} }
workflows:
  part:
    workflow: part
    version: 1
    inputs: { x: null }
    agents: { b: {} }
    steps:
      - { id: s, agent: bb, prompt: go }
steps:
  - { id: one, workflow: part, inputs: { x: 1 } }
  - { id: two, workflow: prat }
`;
    expect(await readWorkflow(text)).toMatchObject({
      kind: 'invalid',
      problems: [
        { line: 11, column: 25, message: expect.stringContaining('there is no agent "bb"') },
        { line: 14, column: 26, message: expect.stringContaining('there is no workflow "prat"; did you mean part?') },
      ],
    });
    expect(await readWorkflow(text.replace('bb', 'b').replace('prat', 'part'))).toMatchObject({
      kind: 'invalid',
      problems: [{ message: expect.stringContaining('the input "x" of part must be given') }],
    });
  });
});

describe('mistakes people make', () => {
  const messagesOf = async (text: string): Promise<string> => {
    const read = await readWorkflow(text);
    return read.kind === 'valid' ? 'valid' : read.problems.map(({ message }) => message).join('\n');
  };

  it('are all said at once, those of the head and those of the steps', async () => {
    const said = await messagesOf(`workflow: x
agents: { dev: { recieves: [previous] } }
steps:
  - { id: a, agent: devv, prompt: hi }
  - { id: b, agents: dev, prompt: hi }
  - { id: c, agent: dev, prompt: "\${steps.b.text}", repeat: 1 }
`);
    expect(said).toContain('version: it is missing (expected a number)');
    expect(said).toContain('there is no "recieves" here; did you mean receives?');
    expect(said).toContain('there is no agent "devv"; did you mean dev?');
    expect(said).toContain('a step needs one of: agent, ');
    expect(said).toContain('did you mean agent?');
    expect(said, 'a step with a mistake of its own is there all the same').not.toContain('step "b" does not exist');
  });

  it('are told from what was meant', async () => {
    const said = await messagesOf(`workflow: x
version: 1
agents: { dev: {} }
steps:
  - { id: a, agent: dev, prompt: hi, when: inputs = 1 }
  - { id: b, repeat: { until: contains(steps.c.text, ACCEPT), max: 2 }, steps: [{ id: c, agent: dev, prompt: hi }] }
  - { id: d, vote: { question: q, options: [x], voters: [dev], rule: majority } }
output: steps.a.text
`);
    expect(said).toContain('"=" cannot stand here (== compares)');
    expect(said).toContain('there is no "ACCEPT)" here; a text with commas or braces needs quotes');
    expect(said).toContain('at least 2 are needed');
    expect(
      await messagesOf(
        'workflow: x\nversion: 1\nagents: { d: {} }\nsteps: [{ id: a, agent: d, prompt: b }]\noutput: steps.a.text',
      ),
    ).toMatch(/^output: this is plain text; to look it up, write \$\{steps\.a\.text\}$/);
  });
});

describe('reading', () => {
  it('refuses what has itself within it', async () => {
    const text = 'workflow: c\nversion: 1\nagents: { a: {} }\nsteps: &s\n  - { id: x, parallel: *s }\n';
    expect(await readWorkflow(text)).toMatchObject({
      problems: [{ line: 1, message: expect.stringContaining('in itself') }],
    });
  });

  it('refuses what is no workflow without running or expanding it', async () => {
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
      .split('')
      .map((key, index) => `${key}: &${key} [${`*${'abcdefg'[index]},`.repeat(9)}]`)
      .join('\n')}`;
    for (const text of ['', '- 1', 'workflow: [', bomb, 'x: !!js/function "function () {}"', ' '.repeat(600_000)]) {
      expect(await readWorkflow(text)).toMatchObject({ kind: 'invalid' });
    }
  });
});
