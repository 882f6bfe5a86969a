// `monkey refactor`, `docs` and `upgrade` with the real binary: verified by what stayed the same, and by what changed.
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

function useGreen(stage: Stage): void {
  useFailingProject(stage);
  stage.write('src/sum.js', '// Adds.\nexport const add = (a, b) => a + b;\n');
  stage.write('README.md', '# Sum\n');
  commitAll(stage);
}

const rewrite = (path: string, content: string) => [
  calls('read', { path }),
  calls('write', { path, content }),
  says('Done.'),
];

describe('monkey refactor', () => {
  const inside = 'const plus = (x, y) => x + y;\nexport const add = (a, b) => plus(a, b);\n';

  it('is verified by the same tests before and after and the same interface', async () => {
    const stage = createStage();
    useGreen(stage);
    await stage.serve(rewrite('src/sum.js', inside));
    const run = await stage.run(['refactor', 'use a helper', ...scripted, '--json']);
    const { kind, receipts } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([0, 'verified']);
    expect(receipts.some(({ tree, passed }) => tree === 'before' && passed)).toBe(true);
  });

  it.each([
    ['another parameter', 'src/sum.js', 'export const add = (a, b, c) => a + b + (c ?? 0);\n', /add\(a,b\) became/],
    ['a name that is gone', 'src/sum.js', 'const add = (a, b) => a + b;\nexport { add as sum };\n', /add is gone/],
    [
      'a changed test',
      'test/sum.test.js',
      "import test from 'node:test';\ntest('x', () => undefined);\n",
      /test\/sum\.test\.js was/,
    ],
  ])('is not verified with %s', async (_what, path, content, reason) => {
    const stage = createStage();
    useGreen(stage);
    stage.settings({ repairs: 0 });
    await stage.serve(rewrite(path, content));
    const run = await stage.run(['refactor', 'tidy', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([6, 'not-verified']);
    expect(kind.reasons.join()).toMatch(reason);
  });

  it('lets a name that the request speaks of go, and tests follow it in that name alone', async () => {
    const stage = createStage();
    useGreen(stage);
    const path = 'test/sum.test.js';
    const follow = (text: string): string => text.replaceAll(/\badd\b/g, 'plus');
    const original = stage.read(path);
    stage.settings({ repairs: 0 });
    const renamed = rewrite('src/sum.js', 'export const plus = (a, b) => a + b;\n').slice(0, 2);
    await stage.serve([...renamed, ...rewrite(path, follow(original))]);
    const run = await stage.run(['refactor', 'rename add to plus', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([0, 'verified']);
    const other = createStage();
    useGreen(other);
    other.settings({ repairs: 0 });
    await other.serve([...renamed, ...rewrite(path, `${follow(original)}// one more\n`)]);
    const held = await other.run(['refactor', 'rename add to plus', ...scripted, '--json']);
    expect(kindOf(held).kind.reasons.join(), held.stdout).toMatch(/test\/sum\.test\.js was modified/);
  });

  it('is unproven where tests failed before, and may change the interface when asked', async () => {
    const red = createStage();
    useFailingProject(red);
    await red.serve(rewrite('src/sum.js', inside));
    const held = await red.run(['refactor', 'tidy', ...scripted, '--json']);
    expect([held.code, kindOf(held).kind.verdict], held.stdout).toEqual([8, 'unproven']);
    const asked = createStage();
    useGreen(asked);
    await asked.serve(rewrite('src/sum.js', 'export const add = (a, b, c = 0) => a + b + c;\n'));
    expect((await asked.run(['refactor', 'take three', ...scripted, '--interface', '--json'])).code).toBe(0);
  });
});

describe('monkey docs', () => {
  const page = (body: string): string => `# Sum\n\n\`\`\`js\n${body}\n\`\`\`\n`;

  it('is verified when only comments and documents changed and examples run', async () => {
    const stage = createStage();
    useGreen(stage);
    await stage.serve([
      calls('read', { path: 'src/sum.js' }),
      calls('write', {
        path: 'src/sum.js',
        content: '/** Adds two numbers. */\nexport const add = (a, b) => a + b; // sum\n',
      }),
      calls('read', { path: 'README.md' }),
      calls('write', {
        path: 'README.md',
        content: page("import { add } from './src/sum.js';\nif (add(2, 3) !== 5) throw new Error('wrong');"),
      }),
      says('Documented.'),
    ]);
    const run = await stage.run(['docs', ...scripted, '--run-examples', '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([0, 'verified']);
    expect(kindOf(run).kind.reasons.join()).toContain('1 example parsed, 1 run');
  });

  it('has the agent that the request calls for, not one that its own instructions name', async () => {
    const agentOf = async (request: string): Promise<boolean> => {
      const stage = createStage();
      useGreen(stage);
      await stage.serve([says('Nothing to do.')]);
      await stage.run(['docs', request, ...scripted, '--json']);
      return stage.sessionLogs().includes('"chosenBy":"task"');
    };
    expect([await agentOf('tidy it all up'), await agentOf('write the documentation of add')]).toEqual([false, true]);
  });

  it.each([
    [
      'code changed',
      'src/sum.js',
      '// Adds.\nexport const add = (a, b) => b + a;\n',
      /the code of src\/sum\.js changed/,
    ],
    ['an example does not parse', 'README.md', page('const = ;'), /README\.md:4 does not parse/],
    ['an example fails', 'README.md', page("throw new TypeError('no');"), /README\.md:4 fails when it is run/],
  ])('is not verified when %s', async (_what, path, content, reason) => {
    const stage = createStage();
    useGreen(stage);
    stage.settings({ repairs: 0 });
    await stage.serve(rewrite(path, content));
    const run = await stage.run(['docs', ...scripted, '--run-examples', '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([6, 'not-verified']);
    expect(kind.reasons.join()).toMatch(reason);
  });
});

describe('monkey upgrade', () => {
  const manifest = (left: string, other = '^1.0.0'): string =>
    `${JSON.stringify({ name: 'sum', type: 'module', scripts: { test: 'node --test' }, dependencies: { left, other } }, null, 2)}\n`;
  const lock = (left: string, other = '1.0.0'): string =>
    `${JSON.stringify({ name: 'sum', lockfileVersion: 3, packages: { '': {}, 'node_modules/left': { version: left }, 'node_modules/other': { version: other } } }, null, 2)}\n`;
  function useDependencies(stage: Stage): void {
    useGreen(stage);
    stage.write('package.json', manifest('^1.0.0'));
    stage.write('package-lock.json', lock('1.0.3'));
    stage.git('add', '-A');
    stage.git('commit', '-qm', 'Dependencies');
    stage.settings({ repairs: 0 });
  }
  const write = (first: string, second: string) => [
    calls('read', { path: 'package.json' }),
    calls('write', { path: 'package.json', content: first }),
    calls('read', { path: 'package-lock.json' }),
    calls('write', { path: 'package-lock.json', content: second }),
    says('Upgraded.'),
  ];

  it('is verified by manifest, lock file and tests', async () => {
    const stage = createStage();
    useDependencies(stage);
    await stage.serve(write(manifest('^2.0.0'), lock('2.1.0')));
    const run = await stage.run(['upgrade', 'left@2', ...scripted, '--json']);
    expect([run.code, kindOf(run).kind.verdict], run.stdout).toEqual([0, 'verified']);
  });

  it.each([
    ['the version is another', manifest('^1.9.0'), lock('1.9.0'), /left has the version/],
    ['the lock file was left behind', manifest('^2.0.0'), lock('1.0.3'), /left behind/],
    ['another dependency changed', manifest('^2.0.0', '^3.0.0'), lock('2.0.0', '3.0.0'), /other 1\.0\.0 → 3\.0\.0/],
  ])('is not verified when %s', async (_what, first, second, reason) => {
    const stage = createStage();
    useDependencies(stage);
    await stage.serve(write(first, second));
    const run = await stage.run(['upgrade', 'left@2', ...scripted, '--json']);
    const { kind } = kindOf(run);
    expect([run.code, kind.verdict], run.stdout).toEqual([6, 'not-verified']);
    expect(kind.reasons.join()).toMatch(reason);
  });
});
