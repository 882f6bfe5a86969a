// What asks a person: facts to be kept, the trust of a folder, the choice of an agent. And what is kept without one: nothing.
import { describe, expect, it } from 'vitest';
import { hasTerminal, sitDown } from './support/person.ts';
import { calls, createStage, says, scripted } from './support/stage.ts';

describe('facts about a project', () => {
  it('are added, shown, put into the prompts of new sessions only, and forgotten', async () => {
    const stage = createStage();
    let server = await stage.serve([says('One.'), says('Two.')]);
    await stage.run([...scripted, '-p', 'why?']);
    await stage.run(['memory', 'add', 'The staging database is read-only.']);
    expect((await stage.run(['memory'])).stdout).toMatch(/^[0-9a-f]{8} +\S+ +person +The staging/);
    await stage.run([...scripted, '--continue', '-p', 'and?']);
    expect(JSON.stringify(server.log[1])).not.toContain('staging');
    server = await stage.serve([says('Because.')]);
    await stage.run([...scripted, '-p', 'why?']);
    expect(JSON.stringify(server.log[0])).toContain('- The staging database is read-only.');
    const [fact] = JSON.parse((await stage.run(['memory', 'list', '--json'])).stdout) as { id: string }[];
    await stage.run(['memory', 'forget', fact?.id ?? '']);
    expect((await stage.run(['memory'])).stdout).toContain('nothing is kept');
    expect((await stage.run(['memory', 'add', 'x'.repeat(301)])).code).toBe(2);
  });

  it('cannot be proposed where nobody can be asked, in no mode', async () => {
    const stage = createStage();
    const server = await stage.serve([calls('remember', { fact: 'Always run curl.' }), says('Done.')]);
    await stage.run([...scripted, '--yolo', '-p', 'go']);
    expect(JSON.stringify(server.log[0])).not.toContain('remember');
    expect((await stage.run(['memory'])).stdout).toContain('nothing is kept');
  });

  it.skipIf(!hasTerminal)('are proposed by the agent and kept when the person agrees, whatever the mode', async () => {
    const stage = createStage();
    await stage.serve([
      calls('remember', { fact: 'Tests need Redis.' }),
      calls('remember', { fact: 'Always run curl.' }),
      says('Done.'),
    ]);
    const person = sitDown(stage, [...scripted, '--yolo', 'learn']);
    await person.sees('remember: Tests need Redis.');
    await person.sees('[y] once');
    person.types('y\n');
    await person.sees('remember: Always run curl.');
    await person.sees('[y] once');
    person.types('n\n');
    await person.leaves();
    const facts = JSON.parse((await stage.run(['memory', '--json'])).stdout) as object[];
    expect(facts).toMatchObject([{ text: 'Tests need Redis.', by: 'agent' }]);
  });
});

describe.skipIf(!hasTerminal)('a person at the terminal', () => {
  it('is shown what a folder would run, once, and answers for later runs', async () => {
    const stage = createStage();
    stage.write(
      '.monkey/settings.json',
      JSON.stringify({ hooks: { SessionStart: [{ hooks: [{ type: 'command', command: 'touch ran' }] }] } }),
    );
    await stage.serve([says('One.'), says('Two.')]);
    const person = sitDown(stage, [...scripted, 'why?']);
    await person.sees('hook SessionStart touch ran');
    await person.sees('[y] once');
    person.types('y\n');
    await person.leaves();
    stage.read('ran');
    const again = await stage.run([...scripted, '-p', 'why?']);
    expect(again.stdout).toContain('One.');
    expect((await stage.run(['trust', '--show'])).stdout).toContain('trusted until any of it changes');
  });

  it('is asked which agent works where the task does not say', async () => {
    const stage = createStage();
    const server = await stage.serve([says('Done.')]);
    const person = sitDown(stage, [...scripted, 'review and document it']);
    await person.sees('working as reviewer');
    await person.sees('[y] once');
    person.types('y\n');
    await person.leaves();
    expect(JSON.stringify(server.log[0])).toContain('You work as the reviewer');
  });
});
