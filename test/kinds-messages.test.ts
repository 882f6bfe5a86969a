// `monkey commit` and `pr` with a model: its message is taken when it has the form of one, and nothing is committed when not.
import { describe, expect, it } from 'vitest';
import { createStage, type Stage, says, useFailingProject } from './support/stage.ts';

const model = ['--model', 'openai/scripted'] as const;

function useChange(stage: Stage): void {
  useFailingProject(stage);
  stage.write('src/sum.js', 'export const add = (a, b) => a + b;\n');
}

describe('messages by a model', () => {
  it('are committed, made from the diff', async () => {
    const stage = createStage();
    useChange(stage);
    const server = await stage.serve([says('Add instead of subtracting\n\nThe sum was a difference.')]);
    const run = await stage.run(['commit', ...model]);
    expect(run.code, run.stderr).toBe(0);
    expect(stage.git('log', '-1', '--format=%B')).toContain('Add instead of subtracting\n\nThe sum was a difference.');
    expect(JSON.stringify(server.log[0])).toContain('+export const add = (a, b) => a + b;');
  });

  it('commit nothing when they are none', async () => {
    const stage = createStage();
    useChange(stage);
    await stage.serve([says(`I looked at the change and ${'think '.repeat(20)}it is fine.`)]);
    const run = await stage.run(['commit', ...model]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('wrote no commit message');
    expect(stage.git('log', '--format=%s')).toBe('Start\n');
  });

  it('stand above what the commits of a pull request say', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.git('checkout', '-qb', 'work');
    stage.write('src/sum.js', 'export const add = (a, b) => a + b;\n');
    stage.git('commit', '-qam', 'wip');
    await stage.serve([says('Add right\n\nBecause it was wrong.')]);
    const run = await stage.run(['pr', ...model, '--base', 'main']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^Add right\n\nBecause it was wrong\.\n\n[\s\S]*## Changes/);
  });
});
