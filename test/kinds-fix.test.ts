// `monkey fix` with the real binary: verified only when a check failed before the change and the change made it pass.
import { describe, expect, it } from 'vitest';
import { calls, createStage, fixesSum, kindOf, says, scripted, useFailingProject } from './support/stage.ts';

describe('monkey fix', () => {
  it('is verified by a check that failed before, and says so with both receipts', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run(['fix', ...scripted, '--json'], {
      input: 'AssertionError: -1 !== 5\n    at sum.test.js:4',
    });
    const { kind, receipts, status } = kindOf(run);
    expect([run.code, status, kind.name, kind.verdict], run.stdout).toEqual([0, 'verified', 'fix', 'verified']);
    expect(kind.reasons.join()).toMatch(/npm test failed before the change and passes with it/);
    expect(receipts.map(({ passed, tree }) => [tree, passed])).toEqual([
      [undefined, true],
      ['before', false],
      ['copy', true],
    ]);
    const first = JSON.stringify(server.log[0]);
    expect(first).toContain('AssertionError: -1 !== 5');
    expect(first).toContain('<kind name=');
  });

  it('is not verified when nothing failed before', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('src/sum.js', 'export const add = (a, b) => a + b;\n');
    await stage.serve([
      calls('read', { path: 'src/sum.js' }),
      calls('edit', { path: 'src/sum.js', old_string: 'a + b', new_string: 'b + a' }),
      says('Fixed the bug.'),
    ]);
    const run = await stage.run(['fix', ...scripted, '--json', 'add is wrong']);
    const { kind, status } = kindOf(run);
    expect([run.code, status, kind.verdict], run.stdout).toEqual([8, 'unverified', 'not-verified']);
    expect(kind.reasons.join()).toContain('no check failed on the files as they were');
  });

  it('is not verified when the failing test was made weaker, or taken away, instead', async () => {
    for (const turn of [
      calls('edit', { path: 'test/sum.test.js', old_string: 'add(2, 3), 5', new_string: 'add(2, 3), -1' }),
      calls('bash', { command: 'printf \'import "node:test";\' > test/sum.test.js' }),
    ]) {
      const stage = createStage();
      useFailingProject(stage);
      await stage.serve([calls('read', { path: 'test/sum.test.js' }), turn, says('All tests pass now!')]);
      const run = await stage.run(['fix', ...scripted, '--permission-mode', 'bypassPermissions', '--json']);
      const { kind } = kindOf(run);
      expect([run.code, kind.verdict], run.stdout).toEqual([8, 'not-verified']);
    }
  });

  it('is not verified when the check was redefined', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([
      calls('read', { path: 'package.json' }),
      calls('edit', { path: 'package.json', old_string: 'node --test', new_string: 'true' }),
      says('All tests pass now!'),
    ]);
    const run = await stage.run(['fix', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([8, 'not-verified']);
    expect(kind.reasons.join()).toContain('redefined');
  });

  it('is verified by a new test that fails on the old source', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('test/sum.test.js', "import test from 'node:test';\ntest('nothing', () => undefined);\n");
    await stage.serve([
      ...fixesSum('a + b'),
      calls('write', {
        path: 'test/adds.test.js',
        content:
          "import assert from 'node:assert';\nimport test from 'node:test';\nimport { add } from '../src/sum.js';\ntest('adds', () => assert.equal(add(2, 2), 4));\n",
      }),
      says('Fixed, with a test.'),
    ]);
    const run = await stage.run(['fix', ...scripted, '--json', 'add(2, 2) gives 0']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([0, 'verified']);
  });

  it('ends with 6 when the checks fail after it, and 7 when nothing was changed', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ repairs: 0 });
    await stage.serve([...fixesSum('a * b'), says('Fixed.')]);
    const wrong = await stage.run(['fix', ...scripted, '--json']);
    expect([wrong.code, kindOf(wrong).kind.verdict], wrong.stdout).toEqual([6, 'not-verified']);
    const idle = createStage();
    useFailingProject(idle);
    await idle.serve([says('It is fixed already.')]);
    const none = await idle.run(['fix', ...scripted, '--json']);
    expect([none.code, kindOf(none).kind.verdict], none.stdout).toEqual([7, 'not-verified']);
  });

  it.each([
    ['plan', 3],
    ['dontAsk', 3],
    ['default', 3],
    ['acceptEdits', 0],
    ['auto', 0],
    ['bypassPermissions', 0],
  ])('keeps to the permission mode %s', async (mode, code) => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run(['fix', ...scripted, '--json', '--permission-mode', mode]);
    expect(run.code, run.stdout).toBe(code);
    expect(kindOf(run).kind.verdict).toBe(code === 0 ? 'verified' : 'not-verified');
  });
});
