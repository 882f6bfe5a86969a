// The main job through the real binary: a task in, a verified change out, taken back and brought back.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import {
  acceptEdits,
  calls,
  createStage,
  fixesSum,
  type Stage,
  says,
  scripted,
  useExample,
  useFailingProject,
} from './support/stage.ts';

async function exampleTurns(name: string) {
  const { turns } = await readScenario(join(repositoryRoot, 'examples', 'scenarios', `${name}.yaml`));
  return turns.map(({ tokensPerSecond: _pace, ...turn }) => turn);
}

async function fixed(): Promise<Stage> {
  const stage = createStage();
  useFailingProject(stage);
  await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
  const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  return stage;
}

describe('the main job', () => {
  it('repairs what the tests caught, is verified, and shows its receipt, price and way back', async () => {
    const stage = createStage();
    useExample(stage, 'cart-js');
    const server = await stage.serve(await exampleTurns('fix-a-bug'));
    stage.settings({ prices: { 'openai/scripted': { input: 3, output: 15 } } });
    const run = await stage.run([...scripted, ...acceptEdits, 'The cart charges a cent too little. Fix it.']);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(server.log.filter((request) => request.mismatch)).toEqual([]);
    expect(run.stdout).toContain('✗ failed: npm test');
    expect(run.stdout).toMatch(/✓ verified: npm test passed on the final files \(tree [0-9a-f]{12}\)/);
    expect(run.stdout).toMatch(/cost +\$0\.\d+ of at most \$5\.00 · 6 calls/);
    expect(run.stdout).toContain('monkey undo');
    expect(stage.git('status', '--short')).toBe(' M src/cart.js\n M src/discount.js\n');
  });

  it('undo puts the files back, redo brings the change again, diff shows it', async () => {
    const stage = await fixed();
    const diff = await stage.run(['diff']);
    expect(diff.stdout).toContain('+export const add = (a, b) => a + b;');
    const undo = await stage.run(['undo']);
    expect(undo.code, undo.stderr).toBe(0);
    expect(stage.git('status', '--short')).toBe('');
    const again = await stage.run(['undo']);
    expect(again.stdout).toContain('nothing to undo');
    expect(again.code).toBe(0);
    const redo = await stage.run(['redo', '--json']);
    expect(redo.code).toBe(0);
    expect(JSON.parse(redo.stdout)).toMatchObject({ preview: false, kept: [] });
    expect(stage.read('src/sum.js')).toContain('a + b');
  });

  it('undo --preview changes nothing', async () => {
    const stage = await fixed();
    const preview = await stage.run(['undo', '--preview']);
    expect(preview.stdout).toContain('would undo: 1 step, 1 file');
    expect(stage.read('src/sum.js')).toContain('a + b');
  });

  it('undo keeps what the user changed since, and says so', async () => {
    const stage = await fixed();
    stage.write('src/sum.js', 'export const add = (a, b) => a + b; // mine\n');
    const undo = await stage.run(['undo']);
    expect(undo.code).toBe(1);
    expect(undo.stdout).toContain('kept');
    expect(stage.read('src/sum.js')).toContain('// mine');
  });

  it('adds a feature whose new tests are shown to fail without it', async () => {
    const stage = createStage();
    useExample(stage, 'ledger-py');
    const server = await stage.serve(await exampleTurns('add-a-feature'), { provider: 'anthropic' });
    const run = await stage.run(['-m', 'anthropic/scripted', ...acceptEdits, 'Add monthly_totals with tests.']);
    expect(server.log.filter((request) => request.mismatch)).toEqual([]);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain('the new tests fail without the change');
    expect(existsSync(join(stage.project, 'tests', 'test_monthly_totals.py'))).toBe(true);
  });

  it('refuses to destroy uncommitted work even with permissions bypassed', async () => {
    const stage = createStage();
    useExample(stage, 'notes-js');
    stage.write('drafts/idea.md', 'only here\n');
    await stage.serve(await exampleTurns('refuse-danger'));
    const run = await stage.run([...scripted, '--yolo', 'Clean up this folder.']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('denied');
    expect(stage.read('drafts/idea.md')).toBe('only here\n');
  });

  it('keeps the uncommitted changes of a dirty tree', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('notes.txt', 'mine, untracked\n');
    stage.write('test/sum.test.js', `${stage.read('test/sum.test.js')}// mine\n`);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
    expect(run.code, run.stdout).toBe(0);
    await stage.run(['undo']);
    expect(stage.read('src/sum.js')).toContain('a - b');
    expect(stage.read('test/sum.test.js')).toContain('// mine');
    expect(readFileSync(join(stage.project, 'notes.txt'), 'utf8')).toBe('mine, untracked\n');
  });

  it('undoes without git too', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    await stage.serve([
      calls('read', { path: 'a.txt' }),
      calls('edit', { path: 'a.txt', old_string: 'one', new_string: 'two' }),
      calls('write', { path: 'b.txt', content: 'new\n' }),
      says('Done.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'change a to two']);
    expect(run.code).toBe(8);
    expect(stage.read('a.txt')).toBe('two\n');
    const undo = await stage.run(['undo']);
    expect(undo.code, undo.stderr).toBe(0);
    expect(stage.read('a.txt')).toBe('one\n');
    expect(existsSync(join(stage.project, 'b.txt'))).toBe(false);
  });

  it('runs every demo to its right end', async () => {
    const stage = createStage();
    for (const name of ['fix-a-bug', 'add-a-feature', 'refuse-danger']) {
      const run = await stage.run(['demo', '--fast', name]);
      expect(run.code, run.stdout + run.stderr).toBe(0);
      expect(run.stdout).toContain('The model in this demo is scripted');
    }
    const paced = await stage.run(['demo']);
    expect(paced.stderr + paced.stdout).not.toContain('Warning');
    expect((await stage.run(['demo', '--list'])).stdout.trim().split('\n')).toHaveLength(3);
    expect((await stage.run(['demo', 'fix-a-bgu'])).stderr).toContain('did you mean "fix-a-bug"');
  });
});
