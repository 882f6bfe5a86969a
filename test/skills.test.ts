// Skills and custom commands through the real binary.
import { describe, expect, it } from 'vitest';
import { calls, createStage, says, scripted } from './support/stage.ts';

const skill = (name: string, body: string) => `---\nname: ${name}\ndescription: How to ${name}\n---\n${body}`;

describe('skills', () => {
  it('stand in the prompt by name, are read when needed, and cost nothing where there are none', async () => {
    const stage = createStage();
    let server = await stage.serve([says('Because.')]);
    await stage.run([...scripted, '-p', 'why?']);
    expect(JSON.stringify(server.log[0])).not.toContain('skill');
    stage.write('.claude/skills/deploy/SKILL.md', skill('deploy', 'Step 1: ask Ada.'));
    stage.write('.claude/skills/deploy/run.sh', 'echo run');
    server = await stage.serve([calls('skill', { name: 'deploy' }), calls('skill', { name: 'deploi' }), says('Done.')]);
    await stage.run([...scripted, '-p', 'how do we deploy?']);
    const [first, second, third] = server.log.map((entry) => JSON.stringify(entry));
    expect(first).toContain('deploy: How to deploy');
    expect(first).not.toContain('ask Ada');
    expect(second).toMatch(/ask Ada[\s\S]*run\.sh/);
    expect(third).toContain('Did you mean deploy?');
  });

  it('do not change how the prompts of a session begin when they change', async () => {
    const stage = createStage();
    stage.write('.claude/skills/deploy/SKILL.md', skill('deploy', 'Step 1'));
    await stage.serve([says('One.')]);
    await stage.run([...scripted, '-p', 'why?']);
    stage.write('.claude/skills/test/SKILL.md', skill('test', 'Step 1'));
    await stage.serve([says('One.'), says('Two.')]);
    await stage.run([...scripted, '--continue', '-p', 'and why else?']);
    const heads = [...stage.sessionLogs().matchAll(/"headHash":"(\w+)"/g)].map((match) => match[1]);
    expect(heads).toHaveLength(2);
    expect(heads[0]).toBe(heads[1]);
  });
});

describe('custom commands', () => {
  it('run by name and by slash; a repository’s grants nothing', async () => {
    const stage = createStage();
    stage.write('.claude/commands/sweep.md', '---\nallowed-tools: Bash\n---\nSweep $ARGUMENTS now.');
    let server = await stage.serve([calls('bash', { command: 'touch swept' }), says('Done.')]);
    const ended = await stage.run(['run-command', 'sweep', 'the floor', ...scripted, '-p']);
    expect(JSON.stringify(server.log[0])).toContain('Sweep \\"the floor\\" now.');
    expect(() => stage.read('swept')).toThrow();
    expect(ended.code).toBe(3);
    server = await stage.serve([says('Yes.')]);
    await stage.run([...scripted, '-p', '/sweep it']);
    expect(JSON.stringify(server.log[0])).toContain('Sweep it now.');
    server = await stage.serve([says('Yes.')]);
    await stage.run([...scripted, '-p', 'run-command', 'sweep', 'it']);
    expect(JSON.stringify(server.log[0])).toContain('Sweep it now.');
    const wrong = await stage.run(['run-command', 'sweeep', ...scripted, '-p']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean sweep?')]);
    expect((await stage.run(['commands'])).stdout).toMatch(/\/sweep +command +project/);
  });
});
