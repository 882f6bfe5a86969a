// `monkey analyse` and `monkey check` as they are installed, and what a run is told of an edit that breaks the syntax.
import { describe, expect, it } from 'vitest';
import { calls, createStage, says, scripted } from './support/stage.ts';

describe('checks', () => {
  it('analyse a project with places, as text and as JSON', async () => {
    const stage = createStage();
    const fields = ['"name": "cart"', '"scripts": { "test": "node --test" }', '"dependencies": { "left": "1.0.0" }'];
    stage.write('package.json', `{\n  ${fields.join(',\n  ')}\n}\n`);
    stage.write('a.js', 'export const a = 1;\n');
    const text = await stage.run(['analyse']);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/tests +npm test +package\.json:3/);
    const profile = JSON.parse((await stage.run(['analyse', '--json'])).stdout) as {
      dependencies: unknown[];
      languages: { name: string }[];
    };
    expect(profile.dependencies).toMatchObject([{ name: 'left', evidence: { file: 'package.json', line: 4 } }]);
    expect(profile.languages[0]?.name).toBe('JavaScript');
  });

  it('end with 6 and the place of what is wrong, else with 0', async () => {
    const stage = createStage();
    stage.write('a.js', "import './gone.js';\nlet = ;\n");
    stage.write('b.js', 'export {};\n');
    const bad = await stage.run(['check', '--only', 'syntax', '--only', 'imports']);
    expect(bad.code).toBe(6);
    expect(bad.stdout).toContain('a.js:2:');
    expect(bad.stdout).toMatch(/a\.js:1 error "\.\/gone\.js" leads to no file/);
    expect((await stage.run(['check', 'b.js', '--only', 'syntax'])).code).toBe(0);
    expect((await stage.run(['check', 'none.js'])).code).not.toBe(0);
  });
});

describe('an edit that breaks the syntax', () => {
  it('is told to the model at once, and not written', async () => {
    const stage = createStage();
    stage.write('a.js', 'export function a() {\n  return 1;\n}\n');
    const server = await stage.serve([
      calls('edit', { path: 'a.js', old_string: 'return 1;', new_string: 'return (1;' }),
      says('Done.'),
    ]);
    await stage.run([...scripted, '-p', '--permission-mode', 'acceptEdits', 'change it']);
    expect(JSON.stringify(server.log.at(-1))).toContain('it would break the syntax');
    expect(stage.read('a.js')).toContain('return 1;');
  });
});
