// `monkey test` with the real binary: new tests have to pass on the source and fail on wrong versions of it.
import { describe, expect, it } from 'vitest';
import { calls, commitAll, createStage, kindOf, type Stage, says, scripted } from './support/stage.ts';

function useShop(stage: Stage, tests = 'node --test'): void {
  stage.write('package.json', JSON.stringify({ name: 'shop', type: 'module', scripts: { test: tests } }));
  stage.write(
    'src/price.js',
    'export function discount(total) {\n  if (total >= 100) return total * 0.9;\n  return total;\n}\n',
  );
  stage.write(
    'test/old.test.js',
    "import assert from 'node:assert';\nimport test from 'node:test';\nimport { discount } from '../src/price.js';\ntest('old', () => { assert.equal(discount(100), 90); assert.equal(discount(99), 99); assert.equal(discount(101), 90.9); });\n",
  );
  commitAll(stage);
}

const testOf = (body: string): string =>
  `import assert from 'node:assert';\nimport test from 'node:test';\nimport { discount } from '../src/price.js';\ntest('discount', () => { ${body} });\n`;
const sharp = testOf(
  'assert.equal(discount(100), 90); assert.equal(discount(99), 99); assert.equal(discount(101), 90.9);',
);

describe('monkey test', () => {
  it('is verified by tests that notice every wrong version', async () => {
    const stage = createStage();
    useShop(stage);
    await stage.serve([calls('write', { path: 'test/price.test.js', content: sharp }), says('Tests written.')]);
    const run = await stage.run(['test', 'src/price.js', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([0, 'verified']);
    expect(kind.evidence.map(({ detail }) => detail).join()).toContain('lines by names and coverage (node)');
    expect(kind.mutants?.length).toBeGreaterThan(1);
    expect(kind.mutants?.every(({ outcome }) => outcome === 'killed')).toBe(true);
  });

  it('is not verified by tests that assert nothing, old tests or not, and says what survived', async () => {
    const stage = createStage();
    useShop(stage);
    stage.settings({ repairs: 0 });
    await stage.serve([
      calls('write', { path: 'test/price.test.js', content: testOf('assert.ok(discount(100));') }),
      says('Full coverage!'),
    ]);
    const run = await stage.run(['test', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([6, 'not-verified']);
    expect(kind.reasons.join()).toMatch(/survived: src\/price\.js:2 >= became >/);
  });

  it('gives the survivors back to the model, which may do better', async () => {
    const stage = createStage();
    useShop(stage);
    const server = await stage.serve([
      calls('write', { path: 'test/price.test.js', content: testOf('assert.ok(discount(100));') }),
      says('Done.'),
      calls('read', { path: 'test/price.test.js' }),
      calls('write', { path: 'test/price.test.js', content: sharp }),
      says('Now they notice.'),
    ]);
    const run = await stage.run(['test', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([0, 'verified']);
    expect(JSON.stringify(server.log[2])).toContain('would not notice these faults');
  });

  it('is not verified by a test that is never run', async () => {
    const stage = createStage();
    useShop(stage, 'node --test test/old.test.js');
    stage.settings({ repairs: 0 });
    await stage.serve([calls('write', { path: 'test/price.test.js', content: sharp }), says('Done.')]);
    const run = await stage.run(['test', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([6, 'not-verified']);
    expect(kind.reasons.join()).toContain('does not run test/price.test.js');
  });

  it('is not verified when the source was changed instead, or a new test fails', async () => {
    const bent = createStage();
    useShop(bent);
    bent.settings({ repairs: 0 });
    await bent.serve([
      calls('write', { path: 'test/price.test.js', content: sharp }),
      calls('read', { path: 'src/price.js' }),
      calls('edit', { path: 'src/price.js', old_string: '0.9', new_string: '0.90' }),
      says('Done.'),
    ]);
    const changed = await bent.run(['test', ...scripted, '--json']);
    expect(changed.code, changed.stdout).toBe(6);
    expect(kindOf(changed).kind.reasons.join()).toContain('also src/price.js');
    const red = createStage();
    useShop(red);
    red.settings({ repairs: 0 });
    await red.serve([
      calls('write', { path: 'test/price.test.js', content: testOf('assert.equal(discount(1), 2);') }),
      says('Done.'),
    ]);
    const failing = await red.run(['test', ...scripted, '--json']);
    expect([failing.code, kindOf(failing).kind.verdict]).toEqual([6, 'not-verified']);
  });
});
