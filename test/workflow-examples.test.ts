// The examples of docs/workflows.md, run by the real binary against a scripted model.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import {
  acceptEdits,
  calls,
  createStage,
  fixesSum,
  jsonLines,
  says,
  scripted,
  useFailingProject,
} from './support/stage.ts';

const page = readFileSync(join(repositoryRoot, 'docs', 'workflows.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
const [ship = '', decide = '', together = ''] = blocks('yaml');
const readSum = calls('read', { path: 'src/sum.js' });
const json = (value: unknown) => says(JSON.stringify(value));

interface Line {
  readonly type: string;
  readonly decision?: string;
  readonly to?: string;
  readonly ledger?: string;
}

describe('the examples of the page', () => {
  it('ship: a plan of a shape, a person passed over, rounds until the reviewer accepts', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ prices: { 'openai/scripted': { input: 1, output: 5 } } });
    stage.write('ship.yaml', ship);
    await stage.serve([says('?')], {
      others: [
        { when: 'What must change for this: add works?', turns: [json({ risk: 'low', plan: 'turn the sign' })] },
        { when: 'Round 1. Do this: turn the sign', turns: [...fixesSum('b + a'), says('Done.')] },
        {
          when: 'Round 2.',
          turns: [
            readSum,
            calls('edit', { path: 'src/sum.js', old_string: 'b + a', new_string: 'a + b' }),
            says('Better.'),
          ],
        },
        { when: 'changed src/sum.js): Better.', turns: [json({ accepted: true, why: 'All is well.' })] },
        { when: 'You are a strict reviewer.', turns: [json({ accepted: false, why: 'The order is odd.' })] },
      ],
    });
    const args = ['workflow', 'run', 'ship.yaml', '--input', 'wish=add works', ...scripted, ...acceptEdits];
    const ended = await stage.run(args, { timeoutMs: 60_000 });
    expect(ended.stderr).toContain('✓ build[2].review');
    expect(ended).toMatchObject({ code: 0, stdout: 'All is well.\n' });
    expect(ended.stderr).not.toContain('sure (');
  });

  it('decide: a conversation, a vote, an auction, a handoff and a led team, all in the stream of events', async () => {
    const stage = createStage();
    stage.write('decide.yaml', decide);
    await stage.serve([says('?')], {
      others: [
        { when: { matches: 'You are (Ann|Bob)\\.[\\s\\S]*It is your turn' }, turns: [says('spaces, I say')] },
        { when: { matches: 'You are Cat\\.[\\s\\S]*The conversation is over' }, turns: [says('leaning to spaces')] },
        {
          when: { matches: 'You are Ann\\.[\\s\\S]*Vote on this' },
          turns: [json({ option: 'tabs', reason: 'habit' })],
        },
        { when: { matches: 'Vote on this: After this: leaning' }, turns: [json({ option: 'spaces', reason: 'even' })] },
        {
          when: { matches: 'You are Ann\\.[\\s\\S]*A task is offered' },
          turns: [json({ takes: true, bid: 9, plan: 'slow' })],
        },
        { when: { matches: 'A task is offered' }, turns: [json({ takes: true, bid: 2, plan: 'fast' })] },
        { when: { matches: 'You are Bob\\.[\\s\\S]*The task is yours' }, turns: [says('because')] },
        {
          when: { matches: 'You are Bob\\.[\\s\\S]*Polish it' },
          turns: [json({ result: 'half', state: { text: 'draft' }, to: 'cat' })],
        },
        {
          when: { matches: 'You are Cat\\.[\\s\\S]*Polish it[\\s\\S]*draft' },
          turns: [json({ result: 'whole', state: { text: 'final' } })],
        },
        { when: { matches: 'Answer with JSON: "facts"' }, turns: [json({ facts: [], plan: ['ann publishes'] })] },
        {
          when: { matches: 'ann \\(publish\\): published' },
          turns: [json({ done: true, progress: true, answer: 'it is out' })],
        },
        {
          when: { matches: 'Answer with JSON: "done"' },
          turns: [json({ done: false, progress: true, next: 'ann', instruction: 'publish' })],
        },
        { when: { matches: 'You are Ann\\.[\\s\\S]*Your part now: publish' }, turns: [says('published')] },
      ],
    });
    const ended = await stage.run(['workflow', 'run', 'decide.yaml', '--events', ...scripted], { timeoutMs: 60_000 });
    const lines = jsonLines<Line>(ended.stdout);
    const end = lines.findLast(({ type }) => type === 'workflow.finished');
    expect(end).toMatchObject({ status: 'done', output: 'spaces: because / final / it is out' });
    expect(lines.find(({ type }) => type === 'consensus.reached')?.decision).toBe('spaces');
    expect(lines.find(({ type }) => type === 'task.awarded')?.to).toBe('bob');
    expect(lines.filter(({ type }) => type === 'state.handed')).toHaveLength(1);
    expect(lines.filter(({ type }) => type === 'ledger.changed').map(({ ledger }) => ledger)).toEqual([
      'task',
      'progress',
      'progress',
    ]);
    expect(ended.code).toBe(0);
  });

  it('together: two write side by side in copies and meet at a barrier, and another workflow looks at it', async () => {
    const stage = createStage();
    stage.write('together.yaml', together);
    stage.write(
      'check.yaml',
      `workflow: check
version: 1
inputs: { what: null }
agents: { critic: {} }
steps: [{ id: look, agent: critic, prompt: "Check \${inputs.what}" }]
output: \${steps.look.text}
`,
    );
    const writes = (path: string) => [calls('write', { path, content: 'x\n' }), says('done')];
    await stage.serve([says('?')], {
      others: [
        { when: 'Write the interface.', turns: writes('src/api.txt') },
        { when: 'Outline the page.', turns: writes('page.txt') },
        { when: 'Now the rest.', turns: writes('src/rest.txt') },
        { when: 'Write the page.', turns: writes('page2.txt') },
        { when: 'Check ["page.txt","page2.txt","src/api.txt","src/rest.txt"]', turns: [says('all there')] },
      ],
    });
    const ended = await stage.run(['workflow', 'run', 'together.yaml', ...scripted, ...acceptEdits], {
      timeoutMs: 60_000,
    });
    expect(ended).toMatchObject({ code: 0, stdout: 'all there\n' });
    expect(stage.read('src/rest.txt')).toBe('x\n');
  });

  it('the module: valid as it stands', async () => {
    const stage = createStage();
    stage.write('small.mjs', blocks('js')[0] ?? '');
    const ended = await stage.run(['workflow', 'validate', 'small.mjs']);
    expect(ended).toMatchObject({ code: 0, stdout: 'small version 1: 1 agent, 1 step, nothing wrong\n' });
    expect(ended.stderr).toBe('');
  });
});
