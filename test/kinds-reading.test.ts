// `monkey review`, `explain`, `plan` and `audit` with the real binary: they only read, and what they say is held against the files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  calls,
  commitAll,
  createStage,
  kindOf,
  type Stage,
  says,
  scripted,
  useFailingProject,
} from './support/stage.ts';

const fenced = (value: unknown): string => `Here it is.\n\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\`\n`;
const finding = (more: object = {}): object => ({
  file: 'src/sum.js',
  line: 1,
  severity: 'high',
  title: 'add subtracts',
  why: 'add(2, 3) is -1',
  ...more,
});
const modes = ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'] as const;

function useReviewed(stage: Stage): void {
  useFailingProject(stage);
  stage.write('src/sum.js', 'export const add = (a, b) => a - b; // changed\n');
}

describe('monkey review', () => {
  it('keeps findings that are there, drops and counts the others, and ends with 1', async () => {
    const stage = createStage();
    useReviewed(stage);
    const server = await stage.serve([
      says(
        fenced({
          findings: [finding(), finding({ line: 99 }), finding({ file: 'src/gone.js' }), { title: 'no place' }],
        }),
      ),
    ]);
    const run = await stage.run(['review', ...scripted, '--json', '--sarif', 'out.sarif']);
    const { kind, status } = kindOf(run);
    expect([run.code, status, kind.findings?.length, kind.dropped?.length, kind.failing], run.stdout).toEqual([
      1,
      'answered',
      1,
      3,
      1,
    ]);
    expect(kind.verdict).toBe('not-verified');
    expect(JSON.stringify(server.log[0])).toContain('a - b; // changed');
    const sarif = JSON.parse(stage.read('out.sarif'));
    expect([sarif.version, sarif.runs[0].results.length, sarif.runs[0].results[0].level]).toEqual([
      '2.1.0',
      1,
      'error',
    ]);
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.region.startLine).toBe(1);
  });

  it('ends with 0 without findings, or with none as bad as was asked about', async () => {
    const clean = createStage();
    useReviewed(clean);
    await clean.serve([says(fenced({ findings: [] }))]);
    const none = await clean.run(['review', ...scripted, '--json']);
    expect([none.code, kindOf(none).kind.verdict], none.stdout).toEqual([0, 'verified']);
    const mild = createStage();
    useReviewed(mild);
    await mild.serve([says(fenced({ findings: [finding({ severity: 'low' })] }))]);
    expect((await mild.run(['review', ...scripted, '--fail-on', 'high', '--json'])).code).toBe(0);
  });

  it('is not verified when nothing that was claimed is there, or no findings can be read', async () => {
    const stage = createStage();
    useReviewed(stage);
    await stage.serve([says(fenced({ findings: [finding({ line: 99 })] }))]);
    const run = await stage.run(['review', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([8, 'not-verified']);
    const vague = createStage();
    useReviewed(vague);
    vague.settings({ repairs: 0 });
    await vague.serve([says('Looks great to me!')]);
    const said = await vague.run(['review', ...scripted, '--json']);
    expect([said.code, kindOf(said).kind.verdict], said.stdout).toEqual([6, 'not-verified']);
  });

  it('runs an example in a copy: one fails as was claimed, one does not', async () => {
    const stage = createStage();
    useReviewed(stage);
    const example = (sum: number): object => ({
      path: 'test/shows.test.js',
      content: `import assert from 'node:assert';\nimport test from 'node:test';\nimport { add } from '../src/sum.js';\ntest('adds', () => assert.equal(add(2, 3), ${sum}));\n`,
    });
    await stage.serve([
      says(fenced({ findings: [finding({ example: example(5) }), finding({ example: example(-1) })] })),
    ]);
    const run = await stage.run(['review', ...scripted, '--json', '--run-examples']);
    expect(
      kindOf(run).kind.findings?.map(({ example: one }) => one?.result),
      run.stdout,
    ).toEqual(['fails', 'passes']);
    expect(existsSync(join(stage.project, 'test/shows.test.js'))).toBe(false);
  });

  it('reviews what differs from a base, and refuses one that is not there', async () => {
    const stage = createStage();
    useReviewed(stage);
    stage.git('commit', '-qam', 'Second');
    const server = await stage.serve([says(fenced({ findings: [] }))]);
    expect((await stage.run(['review', ...scripted, '--base', 'HEAD~1', '--json'])).code).toBe(0);
    expect(JSON.stringify(server.log[0])).toContain('// changed');
    expect((await stage.run(['review', ...scripted, '--base', 'nowhere'])).code).toBe(2);
    expect((await stage.run(['review', ...scripted, 'HEAD~1..', '--json'])).code).toBe(0);
    const ended = await stage.run(['review', ...scripted, 'HEAD..HEAD~1']);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('check out HEAD~1')]);
    expect((await stage.run(['review', ...scripted, 'nowhere'])).stderr).toContain('no file, folder or commit nowhere');
  });

  it.each(modes)('only reads in the mode %s', async (mode) => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([calls('write', { path: 'evil.js', content: 'x\n' }), says(fenced({ findings: [] }))]);
    const run = await stage.run(['review', ...scripted, '--permission-mode', mode, '--json']);
    expect(existsSync(join(stage.project, 'evil.js')), run.stdout).toBe(false);
    expect(stage.git('status', '--short')).toBe('');
  });
});

describe('monkey explain', () => {
  it('is verified when every cited place is there', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([says('`add` subtracts (src/sum.js:1), which test/sum.test.js:4 notices.')]);
    const run = await stage.run(['explain', 'src/sum.js', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict, kindOf(run).kind.citations?.length], run.stdout).toEqual([
      0,
      'verified',
      2,
    ]);
  });

  it('is not verified with a wrong citation, and unproven with none', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([says('See src/sum.js:1 and src/other.js:7.')]);
    const wrong = await stage.run(['explain', 'how does add work', ...scripted, '--json']);
    expect([wrong.code, kindOf(wrong).kind.verdict], wrong.stdout).toEqual([8, 'not-verified']);
    expect(kindOf(wrong).kind.reasons.join()).toContain('src/other.js:7');
    const bare = createStage();
    useFailingProject(bare);
    await bare.serve([says('It adds.')]);
    const none = await bare.run(['explain', ...scripted, '--json']);
    expect([none.code, kindOf(none).kind.verdict]).toEqual([8, 'unproven']);
  });
});

describe('monkey plan', () => {
  const plan = (path: string): string =>
    fenced({
      goal: 'Add right',
      steps: [{ title: 'Turn the sign', files: [{ path, change: 'modify' }], check: 'npm test' }],
      risks: ['none'],
    });

  it('is verified when its files are there, is written down, and can be carried out', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([says(plan('src/sum.js'))]);
    const run = await stage.run(['plan', 'make add right', ...scripted, '--json', '--out', 'PLAN.md']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict, kind.plan?.steps.length, kind.plan?.estimate.files], run.stdout).toEqual([
      0,
      'verified',
      1,
      1,
    ]);
    expect(stage.read('PLAN.md')).toContain('1. Turn the sign');
    const server = await stage.serve(
      [
        calls('read', { path: 'src/sum.js' }),
        calls('edit', { path: 'src/sum.js', old_string: 'a - b', new_string: 'a + b' }),
        says('Done.'),
      ],
      { mode: 'sequence' },
    );
    const applied = await stage.run(['plan', '--apply', ...scripted, '--json']);
    expect(applied.code, applied.stdout).toBe(0);
    expect(JSON.stringify(server.log[0])).toContain('Carry out this plan');
  });

  it('is not verified when it names a file that is not there, and needs a plan to carry out', async () => {
    const stage = createStage();
    useFailingProject(stage);
    expect((await stage.run(['plan', '--apply', ...scripted])).code).toBe(2);
    await stage.serve([says(plan('src/missing.js'))]);
    const run = await stage.run(['plan', 'make add right', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([8, 'not-verified']);
  });
});

describe('monkey audit', () => {
  const secret = `AKIA${'ABCDEFGH'.repeat(2)}`;

  it('finds secrets and dangerous calls without a model, and never repeats a secret', async () => {
    const stage = createStage();
    stage.write('src/a.js', `const key = '${secret}';\neval(input);\n`);
    commitAll(stage);
    const run = await stage.run(['audit', '--no-model', '--json', '--sarif', 'a.sarif']);
    const { kind } = kindOf(run);
    expect([run.code, kind.findings?.map(({ rule, line }) => `${rule}:${line}`)], run.stdout).toEqual([
      1,
      ['monkey/secret:1', 'monkey/eval:2'],
    ]);
    expect(run.stdout + readFileSync(join(stage.project, 'a.sarif'), 'utf8')).not.toContain(secret);
  });

  it('adds what the model finds where it is there, and drops the rest; clean ends with 0', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([says(fenced({ findings: [finding(), finding({ line: 50 })] }))]);
    const run = await stage.run(['audit', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.findings?.length, kind.dropped?.length, kind.verdict], run.stdout).toEqual([
      1,
      1,
      1,
      'not-verified',
    ]);
    const clean = createStage();
    useFailingProject(clean);
    await clean.serve([says(fenced({ findings: [] }))]);
    expect((await clean.run(['audit', ...scripted, '--json'])).code).toBe(0);
  });
});
