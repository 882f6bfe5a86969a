// Policies through the real binary: what they forbid does not start, and who forbids it is said.
import { describe, expect, it } from 'vitest';
import { calls, createStage, says, scripted } from './support/stage.ts';

describe('policies', () => {
  it('refuse a model and a mode before anything is sent, and bound the money', async () => {
    const stage = createStage();
    const server = await stage.serve([says('Because.')]);
    stage.settings({ policy: { models: ['anthropic/*'] } });
    const model = await stage.run([...scripted, '-p', 'why?']);
    expect([model.code, server.log.length]).toEqual([3, 0]);
    expect(model.stderr).toMatch(/openai\/scripted is not among the models.*\n.*settings\.json says so/);
    stage.settings({ policy: { modes: ['plan'] } });
    expect((await stage.run([...scripted, '-p', '--yolo', 'why?'])).stderr).toContain(
      'bypassPermissions may not be used',
    );
    stage.settings({
      policy: { maxRunUsd: 0.000001 },
      limits: { maxBudgetUsd: 5 },
      prices: { 'openai/scripted': { input: 1, output: 10 } },
    });
    expect((await stage.run([...scripted, '-p', 'why?'])).code).toBe(4);
    expect(server.log.length).toBe(0);
  });

  it('are shown, explained and audited', async () => {
    const stage = createStage();
    stage.settings({
      permissions: { allow: ['Bash(npm test:*)'], deny: ['Read(secrets/**)'] },
      policy: { domains: ['example.com'] },
    });
    const shown = await stage.run(['policy']);
    expect(shown.stdout).toMatch(/deny .*Read\(secrets\/\*\*\) .*settings\.json/);
    expect(shown.stdout).toMatch(/policy domains +\["example\.com"\]/);
    const ask = async (what: string): Promise<{ kind: string; by: string; source: string | null }> =>
      JSON.parse((await stage.run(['policy', 'explain', what, '--json'])).stdout) as never;
    expect(await ask('Bash(npm test)')).toMatchObject({ kind: 'allow', by: 'rule' });
    expect((await ask('Bash(npm test)')).source).toContain('settings.json');
    expect(await ask('Bash(git reset --hard)')).toMatchObject({ kind: 'ask', by: 'guard' });
    expect(await ask('Read(secrets/key.pem)')).toMatchObject({ kind: 'deny', by: 'rule' });
    expect(await ask('Fetch(https://evil.test/x)')).toMatchObject({ kind: 'deny' });
    expect(await ask('Fetch(docs.example.com)')).toMatchObject({ kind: 'ask' });
    await stage.serve([calls('bash', { command: 'touch x' }), says('No.')]);
    await stage.run([...scripted, '-p', 'touch x']);
    const audit = JSON.parse((await stage.run(['policy', 'audit', '--json'])).stdout) as { decision: string }[];
    expect(audit).toMatchObject([{ decision: 'denied', by: 'headless' }]);
  });
});
