// Branches that write side by side in copies, through the real binary: what they did is merged as one undoable step, and nothing is lost.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptEdits, calls, commitAll, createStage, jsonLines, type Stage, says, scripted } from './support/stage.ts';

interface Line {
  readonly type: string;
  readonly step?: string;
  readonly files?: readonly { readonly path: string }[];
  readonly kept?: readonly { readonly branch: string; readonly folder: string }[];
  readonly copies?: readonly { readonly branch: string; readonly folder: string }[];
}

function events(stage: Stage, type: string): Line[] {
  return jsonLines<Line>(stage.sessionLogs()).filter((line) => line.type === type);
}

function copiesLeft(stage: Stage): string[] {
  const folder = join(stage.home, 'data', 'copies');
  return existsSync(folder) ? readdirSync(folder) : [];
}

const lines = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n6\n7\n8\n${last}\n`;

function useLines(stage: Stage): void {
  stage.write('a.txt', lines('one', 'nine'));
  stage.write('b.txt', 'b\n');
  commitAll(stage);
}

const flow = (more: string): string => `workflow: wide
version: 1
agents:
  left: { mode: acceptEdits }
  right: { mode: acceptEdits }
  referee: { mode: acceptEdits }
steps:
  - id: work
    ${more}
    parallel:
      - { id: left, agent: left, prompt: left works, copy: true }
      - { id: right, agent: right, prompt: right works, copy: true }
output: \${steps.work.reason} \${steps.work.changes}
`;

const edit = (path: string, before: string, after: string, delayMs = 0) => [
  calls('read', { path }),
  { ...calls('edit', { path, old_string: before, new_string: after }), delayMs },
];

const run = (stage: Stage, ...more: string[]) =>
  stage.run(['workflow', 'run', 'flow.yaml', ...scripted, ...acceptEdits, ...more], { timeoutMs: 60_000 });

describe('branches in copies', () => {
  it('work at the same time in the same file, and their changes come together as one step that undo takes back', async () => {
    const stage = createStage();
    useLines(stage);
    stage.write('flow.yaml', flow('join: all'));
    const server = await stage.serve([says('?')], {
      others: [
        {
          when: 'left works',
          turns: [
            ...edit('a.txt', 'one', 'ONE', 400),
            calls('write', { path: 'new/c.txt', content: 'c\n' }),
            { ...says('left done'), delayMs: 400 },
          ],
        },
        {
          when: 'right works',
          turns: [...edit('a.txt', 'nine', 'NINE', 400), { ...says('right done'), delayMs: 400 }],
        },
      ],
    });
    const ended = await run(stage);
    expect(ended.stdout).toBe('2 of 2 branches succeeded; 2 files of the copies were merged ["a.txt","new/c.txt"]\n');
    expect(stage.read('a.txt')).toBe(lines('ONE', 'NINE'));
    expect(stage.read('new/c.txt')).toBe('c\n');
    // Each was asked before the other had ended: they did not take turns.
    const who = server.log.map(({ request }) => (JSON.stringify(request).includes('left works') ? 'left' : 'right'));
    expect(who.indexOf('right')).toBeLessThan(who.lastIndexOf('left'));
    expect(who.indexOf('left')).toBeLessThan(who.lastIndexOf('right'));
    expect(copiesLeft(stage)).toEqual([]);
    const undone = await stage.run(['undo']);
    expect(undone.code).toBe(0);
    expect(stage.read('a.txt')).toBe(lines('one', 'nine'));
    expect(existsSync(join(stage.project, 'new/c.txt'))).toBe(false);
  });

  const conflict = [
    { when: 'left works', turns: [...edit('a.txt', 'one', 'LEFT'), says('left done')] },
    {
      when: 'right works',
      turns: [...edit('a.txt', 'one', 'RIGHT'), ...edit('b.txt', 'b', 'B'), says('right done')],
    },
  ];

  it('that changed the same lines fail by default: nothing is merged and both copies stay', async () => {
    const stage = createStage();
    useLines(stage);
    stage.write('flow.yaml', flow('join: all'));
    await stage.serve([says('?')], { others: conflict });
    const ended = await run(stage);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('right changed the same lines as another: a.txt (left); nothing was merged');
    expect(stage.read('a.txt')).toBe(lines('one', 'nine'));
    expect(stage.read('b.txt')).toBe('b\n');
    const [made] = events(stage, 'copies.made');
    for (const { branch, folder } of made?.copies ?? []) {
      expect(ended.stderr).toContain(folder);
      expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe(lines(branch.toUpperCase(), 'nine'));
    }
    expect(copiesLeft(stage)).toHaveLength(2);
    const cleaned = await stage.run(['workflow', 'clean']);
    expect(cleaned.stdout).toMatch(/^removed 0 of 2\nkept .*: what was done in it was not taken/);
    expect((await stage.run(['workflow', 'clean', '--force'])).stdout).toBe('removed 2 of 2\n');
    expect(copiesLeft(stage)).toEqual([]);
  });

  it('first: who comes first in the file wins, the other copy stays and is named', async () => {
    const stage = createStage();
    useLines(stage);
    stage.write('flow.yaml', flow('onConflict: first'));
    await stage.serve([says('?')], { others: conflict });
    const ended = await run(stage);
    expect(ended.code).toBe(0);
    expect([stage.read('a.txt'), stage.read('b.txt')]).toEqual([lines('LEFT', 'nine'), 'B\n']);
    const folder = events(stage, 'copies.joined')[0]?.kept?.[0]?.folder ?? '?';
    expect(ended.stdout).toContain(`a.txt of right was not taken, and stays in ${folder}`);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe(lines('RIGHT', 'nine'));
    expect((await stage.run(['workflow', 'clean'])).stdout).toContain('a.txt in it was not taken');
  });

  it('ask: a person decides, now or when it goes on', async () => {
    const stage = createStage();
    useLines(stage);
    stage.write('flow.yaml', flow('onConflict: ask'));
    await stage.serve([says('?')], { others: conflict });
    const first = await run(stage);
    expect(first.code).toBe(3);
    expect(first.stderr).toContain('right changed what another changed too: a.txt (left)');
    expect(stage.read('a.txt')).toBe(lines('one', 'nine'));
    const second = await stage.run(['workflow', 'resume', ...scripted, ...acceptEdits, '--answer', 'work~right=yes'], {
      timeoutMs: 60_000,
    });
    expect(second.code).toBe(0);
    expect([stage.read('a.txt'), stage.read('b.txt')]).toEqual([lines('RIGHT', 'nine'), 'B\n']);
  });

  it('agent: a member brings both together, and a mark that is left is no answer', async () => {
    const merged = async (after: string) => {
      const stage = createStage();
      useLines(stage);
      stage.write('flow.yaml', flow('onConflict: agent:referee'));
      await stage.serve([says('?')], {
        others: [
          ...conflict,
          {
            when: 'Two changes of the same lines must become one',
            turns: [
              calls('read', { path: 'a.txt' }),
              calls('edit', {
                path: 'a.txt',
                old_string: '<<<<<<< ours\nLEFT\n=======\nRIGHT\n>>>>>>> theirs\n',
                new_string: after,
              }),
              says('merged'),
            ],
          },
        ],
      });
      return { stage, ended: await run(stage) };
    };
    const good = await merged('LEFT and RIGHT\n');
    expect(good.ended.code).toBe(0);
    expect(good.stage.read('a.txt')).toBe(lines('LEFT and RIGHT', 'nine'));
    expect(copiesLeft(good.stage)).toEqual([]);
    const bad = await merged('<<<<<<< ours\nLEFT\n');
    expect(bad.ended.code).toBe(1);
    expect(bad.ended.stderr).toContain('marks are left in a.txt; nothing was merged');
    expect(bad.stage.read('a.txt')).toBe(lines('one', 'nine'));
  });

  it('that were killed in the middle go on in the same copies, and are merged once', async () => {
    const stage = createStage();
    useLines(stage);
    stage.write('flow.yaml', flow('join: all'));
    const server = await stage.serve([says('?')], {
      others: [
        { when: 'left works', turns: [...edit('a.txt', 'one', 'ONE'), { ...says('left done'), delayMs: 2500 }] },
        { when: 'right works', turns: [...edit('a.txt', 'nine', 'NINE'), says('right done')] },
      ],
    });
    const first = stage.start(['workflow', 'run', 'flow.yaml', ...scripted, ...acceptEdits]);
    await expect.poll(() => server.log.length, { timeout: 15_000 }).toBe(6);
    await expect.poll(() => events(stage, 'step.finished').length, { timeout: 15_000 }).toBe(1);
    first.send('SIGKILL');
    await first.ended;
    expect(stage.read('a.txt')).toBe(lines('one', 'nine'));
    const ended = await stage.run(['workflow', 'resume', ...scripted, ...acceptEdits], { timeoutMs: 60_000 });
    expect(ended.code).toBe(0);
    expect(stage.read('a.txt')).toBe(lines('ONE', 'NINE'));
    for (const type of ['copies.made', 'copies.joined', 'copies.applied']) expect(events(stage, type)).toHaveLength(1);
    expect(events(stage, 'run.started')).toHaveLength(2);
  });
});
