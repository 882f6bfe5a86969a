// Every way a run can end, with its exit code: nothing ends as a silent success.
import { describe, expect, it } from 'vitest';
import {
  acceptEdits,
  calls,
  commitAll,
  createStage,
  fixesSum,
  jsonLines,
  says,
  scripted,
  useFailingProject,
} from './support/stage.ts';

describe('outcomes and exit codes', () => {
  it('ends with 7 when a change was wanted and nothing was done', async () => {
    const stage = createStage();
    await stage.serve([says('All done!')]);
    const run = await stage.run([...scripted, 'fix the bug']);
    expect(run.code).toBe(7);
    expect(run.stdout).toContain('nothing-done');
  });

  it('ends with 0 when a question was answered', async () => {
    const stage = createStage();
    await stage.serve([says('It adds numbers.')]);
    const run = await stage.run([...scripted, '-p', 'what does this do?']);
    expect(run.code).toBe(0);
    expect(run.stdout).toBe('It adds numbers.\n');
    expect(run.stderr).toContain('answered');
  });

  it('ends with 8 when nothing can prove the change', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x\n' }), says('Written.')]);
    const run = await stage.run([...scripted, ...acceptEdits, 'write a']);
    expect(run.code).toBe(8);
    expect(run.stdout).toContain('the project has no checks');
  });

  it('is verified by a check the user gives', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x\n' }), says('Written.')]);
    const run = await stage.run([...scripted, ...acceptEdits, '--check', 'grep -q x a.txt', 'write a']);
    expect(run.code, run.stdout).toBe(0);
    expect(run.stdout).toContain('grep -q x a.txt passed');
  });

  it('ends with 6 when success is claimed over failing tests, after the allowed repairs', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ repairs: 1 });
    const server = await stage.serve([
      ...fixesSum('a * b'),
      says('Fixed, all tests pass!'),
      says('Really, all tests pass!'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
    expect(run.code).toBe(6);
    expect(run.stdout).toContain('verification-failed: npm test failed (exit 1)');
    expect(server.log).toHaveLength(4);
    expect(stage.git('status', '--short')).toBe(' M src/sum.js\n');
  });

  it('does not blame the change for dependencies that were never installed', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.write('test/sum.test.js', "import 'left-out-of-the-install';\n");
    commitAll(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run([...scripted, ...acceptEdits, 'fix the sum']);
    expect(run.code, run.stdout).toBe(8);
    expect(run.stdout).toContain('npm test: could not run, left-out-of-the-install is not installed');
  });

  it('does not blame the change for tests that failed before it, and proves nothing by them', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([
      calls('write', { path: 'src/hello.js', content: 'export const hello = 1;\n' }),
      says('Written.'),
      says('The sum is not what I was asked for.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'write a greeting']);
    expect(run.code, run.stdout).toBe(8);
    expect(run.stdout).toContain(
      'unverified: npm test fails in the tests that failed before the change, too, and in no other',
    );
    expect(server.log).toHaveLength(3);
    expect(JSON.stringify(server.log[2])).toContain('If the task is about these tests, go on until they pass');
  });

  it('tells tests that the change broke from those that failed before', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ repairs: 0 });
    stage.write('src/hello.js', 'export const hello = 1;\n');
    stage.write(
      'test/hello.test.js',
      "import test from 'node:test';\nimport assert from 'node:assert';\nimport { hello } from '../src/hello.js';\ntest('says hello', () => assert.equal(hello, 1));\n",
    );
    commitAll(stage);
    await stage.serve([
      calls('read', { path: 'src/hello.js' }),
      calls('edit', { path: 'src/hello.js', old_string: '1', new_string: '2' }),
      says('Written.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'make the greeting longer']);
    expect(run.code, run.stdout).toBe(6);
    expect(run.stdout).toMatch(/npm test failed \(exit 1, newly: says hello\)/);
  });

  it('is not fooled by tests that are not run any more', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ repairs: 0 });
    stage.write(
      'test/hello.test.js',
      "import test from 'node:test';\ntest('says hello', () => undefined);\ntest('says bye', () => undefined);\n",
    );
    commitAll(stage);
    await stage.serve([
      calls('read', { path: 'test/hello.test.js' }),
      calls('write', {
        path: 'test/hello.test.js',
        content: "import test from 'node:test';\ntest('says hello', () => undefined);\n",
      }),
      calls('write', { path: 'src/hello.js', content: 'export const hello = 1;\n' }),
      says('Written.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'write a greeting']);
    expect(run.code, run.stdout).toBe(6);
    expect(run.stdout).toMatch(/npm test failed \(exit 1; only 1 pass, before the change it was 2\)/);
  });

  it('does not take tests for old failures that cannot pass in a copy of the files', async () => {
    const stage = createStage();
    useFailingProject(stage);
    stage.settings({ repairs: 0 });
    stage.write('.gitignore', 'local.json\n');
    stage.write('src/sum.js', 'export const add = (a, b) => a + b;\n');
    stage.write(
      'test/local.test.js',
      "import test from 'node:test';\nimport assert from 'node:assert';\nimport { existsSync } from 'node:fs';\nimport { add } from '../src/sum.js';\ntest('needs what git ignores', () => assert.ok(existsSync('local.json')));\ntest('adds with it', () => assert.ok(existsSync('local.json') && add(1, 1) === 2));\n",
    );
    commitAll(stage);
    stage.write('local.json', '{}');
    await stage.serve([
      calls('read', { path: 'src/sum.js' }),
      calls('edit', { path: 'src/sum.js', old_string: 'a + b', new_string: 'a + b - (a === 1 ? 1 : 0)' }),
      says('Written.'),
    ]);
    const run = await stage.run([...scripted, ...acceptEdits, 'make the sum smaller']);
    expect(run.code, run.stdout).toBe(6);
  });

  it('takes back what a check wrote, with the run', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const check = "echo made > by-check.txt && grep -q 'a + b' src/sum.js";
    const run = await stage.run([...scripted, ...acceptEdits, '--check', check, 'fix the sum']);
    expect(run.code, run.stdout).toBe(0);
    expect(stage.read('by-check.txt')).toBe('made\n');
    expect(run.stdout).not.toMatch(/created +by-check/);
    expect((await stage.run(['undo'])).code).toBe(0);
    expect(stage.git('status', '--short')).toBe('');
    expect(stage.sessionLogs()).toContain('"type":"undo.done","direction":"undo"');
  });

  it('ends with 4 when the next call could pass the budget', async () => {
    const stage = createStage();
    stage.settings({ prices: { 'openai/scripted': { input: 3, output: 15 } } });
    const server = await stage.serve([says('never')]);
    const run = await stage.run([...scripted, '--max-budget-usd', '0.001', 'fix it']);
    expect(run.code).toBe(4);
    expect(run.stdout).toContain('out-of-budget');
    expect(server.log).toHaveLength(0);
  });

  it('ends with 52 when a budget is given and the price is unknown, and names the way out', async () => {
    const stage = createStage();
    await stage.serve([says('never')]);
    const run = await stage.run([...scripted, '--max-budget-usd', '1', 'fix it']);
    expect(run.code).toBe(52);
    expect(run.stderr).toContain('the price of openai/scripted is unknown');
    expect(run.stderr).toContain('monkey config set prices');
  });

  it('keeps the budget of the day over several runs', async () => {
    const stage = createStage();
    stage.settings({
      prices: { 'openai/scripted': { input: 3, output: 15 } },
      budget: { dayUsd: 0.16 },
      limits: { maxOutputTokens: 20_000 },
    });
    await stage.serve([{ reply: { text: 'Because.', usage: { input: 20_000, output: 5_000 } } }]);
    expect((await stage.run([...scripted, '-p', 'why?'])).code).toBe(0);
    const second = await stage.run([...scripted, '-p', 'why?']);
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/day 20\d\d-.*raise the cap/);
  });

  it('ends with 5 at the limit of turns, and goes on where it stopped', async () => {
    const stage = createStage();
    useFailingProject(stage);
    const server = await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const run = await stage.run([...scripted, ...acceptEdits, '--max-turns', '1', 'fix the sum']);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain('--max-turns');
    const more = await stage.run([...scripted, ...acceptEdits, '--continue']);
    expect(more.code, more.stdout).toBe(0);
    expect(server.log).toHaveLength(3);
  });

  it('ends with 5 at the time limit while the model is silent', async () => {
    const stage = createStage();
    await stage.serve([{ delayMs: 20_000, reply: { text: 'late' } }]);
    const run = await stage.run([...scripted, '--max-minutes', '0.02', 'fix it']);
    expect(run.code).toBe(5);
    expect(run.durationMs).toBeLessThan(6000);
    expect(run.stdout).toContain('time limit');
  });

  it('ends with 3 when a permission would be needed and nobody can be asked', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('I could not.')]);
    const run = await stage.run([...scripted, '-p', 'write a']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('denied');
    expect(() => stage.read('a.txt')).toThrow();
  });

  it('allows by rule, and a denial by rule wins', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('Done.')]);
    const allowed = await stage.run([...scripted, '-p', '--allowed-tools', 'Write', 'write a']);
    expect(allowed.code).toBe(8);
    const denied = await stage.run([
      ...scripted,
      '-p',
      '--allowed-tools',
      'Write',
      '--disallowed-tools',
      'Write(a.txt)',
      'write a',
    ]);
    expect(denied.code).toBe(3);
  });

  it('changes nothing in plan mode', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('A plan.')]);
    const run = await stage.run([...scripted, '--permission-mode', 'plan', 'write a']);
    expect(run.code).toBe(3);
    expect(() => stage.read('a.txt')).toThrow();
  });

  it('ends in plan mode with the plan and the command that carries it out, which then works in the same session', async () => {
    const stage = createStage();
    const server = await stage.serve(
      [says('1. Write a.'), calls('write', { path: 'a.txt', content: 'x' }), says('Written.')],
      { mode: 'sequence' },
    );
    const plan = await stage.run([...scripted, '--permission-mode', 'plan', 'write a']);
    expect(plan.code).toBe(0);
    const command = /do it +monkey (--resume \S+ --permission-mode acceptEdits) "(.*)"/.exec(plan.stdout);
    const [, flags = '', words = ''] = command ?? [];
    const quiet = await stage.run(['-p', ...flags.split(' '), words]);
    expect(stage.read('a.txt')).toBe('x');
    expect(quiet.stderr).not.toContain('to carry it out');
    expect(JSON.stringify(server.log.at(-1))).toContain('Plan mode is over');
  });

  it('gives the same exit code in the result document as the process', async () => {
    const stage = createStage();
    await stage.serve([says('All done!')]);
    const run = await stage.run([...scripted, '--output-format', 'json', 'fix the bug']);
    const [result, ...more] = jsonLines(run.stdout);
    expect(more).toEqual([]);
    expect(result).toMatchObject({
      type: 'result',
      exit_code: 7,
      is_error: true,
      status: 'nothing-done',
      subtype: 'error_nothing_done',
    });
    expect(run.code).toBe(7);
  });
});
