// `monkey watch --check` as it is installed: the project's checks again whenever a file changes, until it is interrupted.
import { describe, expect, it } from 'vitest';
import { createStage, useFailingProject } from './support/stage.ts';

const right = 'export const add = (a, b) => a + b;\n';

describe('watch --check', () => {
  for (const how of [[], ['--sweep']]) {
    it(`runs the checks again after a change, and ends with the result of the last run ${how.join('')}`, async () => {
      const stage = createStage();
      useFailingProject(stage);
      const watching = stage.start(['watch', '--check', ...how]);
      await watching.seen('failed (1)');
      stage.write('src/sum.js', right);
      await watching.seen('changed: src/sum.js');
      await watching.seen('passed in');
      watching.send('SIGINT');
      expect((await watching.ended).code).toBe(0);
      expect((await watching.ended).stdout.match(/^\$ npm test/gm)).toHaveLength(2);
    });
  }

  it('says in one line when the project has no checks', async () => {
    const stage = createStage();
    const { code, stderr } = await stage.run(['watch', '--check']);
    expect(code).toBe(2);
    expect(stderr).toContain('no checks are known for this project');
  });
});
