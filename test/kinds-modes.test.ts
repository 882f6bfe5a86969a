// Every kind of work in every permission mode: what reads never writes, and what changes is not verified where it may not.
import { describe, expect, it } from 'vitest';
import { calls, createStage, kindOf, says, scripted, useFailingProject } from './support/stage.ts';

const modes = ['default', 'acceptEdits', 'plan', 'auto', 'dontAsk', 'bypassPermissions'] as const;
const words: Readonly<Record<string, readonly string[]>> = {
  review: [],
  explain: [],
  audit: [],
  plan: ['make it right'],
  fix: [],
  test: [],
  docs: [],
  refactor: ['tidy'],
  upgrade: ['left@2'],
};
const answer = says('src/sum.js:1\n\n```json\n{"findings":[],"steps":[{"title":"x","files":["src/sum.js"]}]}\n```\n');

describe('permission modes', () => {
  it.each(['review', 'explain', 'plan', 'audit'])('%s only reads in all of them', async (kind) => {
    for (const mode of modes) {
      const stage = createStage();
      useFailingProject(stage);
      await stage.serve([calls('write', { path: 'evil.js', content: 'x\n' }), answer]);
      const run = await stage.run([kind, ...(words[kind] ?? []), ...scripted, '--permission-mode', mode, '--json']);
      expect([mode, run.code, stage.git('status', '--short')], run.stdout).toEqual([mode, 0, '']);
    }
  });

  it.each(['fix', 'test', 'refactor', 'docs', 'upgrade'])(
    '%s changes nothing and is not verified where it may not edit',
    async (kind) => {
      for (const mode of ['default', 'plan', 'dontAsk']) {
        const stage = createStage();
        useFailingProject(stage);
        await stage.serve([
          calls('write', { path: 'test/new.test.js', content: 'x\n' }),
          says('All done and verified!'),
        ]);
        const run = await stage.run([kind, ...(words[kind] ?? []), ...scripted, '--permission-mode', mode, '--json']);
        expect([mode, run.code, kindOf(run).kind.verdict, stage.git('status', '--short')], run.stdout).toEqual([
          mode,
          3,
          'not-verified',
          '',
        ]);
      }
    },
  );

  it.each(['fix', 'test', 'refactor', 'docs', 'upgrade'])(
    '%s is not verified by words where it may do all',
    async (kind) => {
      for (const mode of ['acceptEdits', 'auto', 'bypassPermissions']) {
        const stage = createStage();
        useFailingProject(stage);
        stage.settings({ repairs: 0 });
        await stage.serve([calls('write', { path: 'notes.dat', content: 'done\n' }), says('All done and verified!')]);
        const run = await stage.run([kind, ...(words[kind] ?? []), ...scripted, '--permission-mode', mode, '--json']);
        expect([mode, kindOf(run).kind.verdict === 'verified', run.code === 0], run.stdout).toEqual([
          mode,
          false,
          false,
        ]);
      }
    },
  );
});
