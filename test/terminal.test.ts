// A person at a terminal that only prints lines (screen reader, or a prompt given), played over a pseudo-terminal.
import { describe, expect, it } from 'vitest';
import { hasTerminal, sitDown } from './support/person.ts';
import { calls, createStage, fixesSum, says, scripted, useFailingProject } from './support/stage.ts';

describe.skipIf(!hasTerminal)('a person at the terminal (needs `script` of util-linux)', () => {
  it('is asked with exactly what would be granted, allows once, and ends with Ctrl-D', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed.')]);
    const person = sitDown(stage, [...scripted, '--screen-reader']);
    await person.sees('› ');
    person.types('fix the sum\n');
    await person.sees('edit src/sum.js');
    await person.sees('+a + b');
    await person.sees('[y] once');
    person.types('y\n');
    await person.sees('allow check?');
    await person.sees('npm test');
    await person.sees('[n] no');
    person.types('y\n');
    await person.sees('verified');
    await person.sees('› ');
    person.types('\u0004');
    const { code } = await person.leaves();
    expect(code).toBe(0);
    expect(stage.read('src/sum.js')).toContain('a + b');
  });

  it('says no in words that reach the model', async () => {
    const stage = createStage();
    const server = await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('I see.')]);
    const person = sitDown(stage, [...scripted, 'write a']);
    await person.sees('[n] no, or say');
    person.types('call it b.txt\n');
    const { code } = await person.leaves();
    expect(code).toBe(3);
    expect(JSON.stringify(server.log[1]?.request.messages.at(-1))).toContain('call it b.txt');
  });

  it('allows for the session', async () => {
    const stage = createStage();
    await stage.serve([
      calls('write', { path: 'docs/a.txt', content: 'x' }),
      calls('write', { path: 'docs/b.txt', content: 'x' }),
      says('Written.'),
    ]);
    const person = sitDown(stage, [...scripted, 'write both']);
    await person.sees('[a] always in this session');
    await person.sees('[n] no');
    person.types('a\n');
    const { screen, code } = await person.leaves();
    expect(code).toBe(8);
    expect(screen.match(/allow write\?/g)).toHaveLength(1);
    expect(stage.read('docs/b.txt')).toBe('x');
  });

  it('steers while the model works', async () => {
    const stage = createStage();
    stage.write('a.txt', 'one\n');
    const server = await stage.serve([
      { ...calls('read', { path: 'a.txt' }, 'I look.'), delayMs: 800 },
      says('One, briefly.'),
    ]);
    const person = sitDown(stage, [...scripted, 'what is in a?']);
    await person.sees('quote');
    person.types('be brief\n');
    await person.sees('» told the model: be brief');
    expect((await person.leaves()).code).toBe(0);
    expect(JSON.stringify(server.log[1]?.request.messages.at(-1))).toContain('be brief');
  });

  it('goes on with a session, and asks what to do next', async () => {
    const stage = createStage();
    await stage.serve([says('Because.'), says('Since then.')]);
    await stage.run([...scripted, '-p', 'why?']);
    const person = sitDown(stage, [...scripted, '--screen-reader', '--continue']);
    await person.sees('› ');
    person.types('since when?\n');
    await person.sees('Since then.');
    await person.sees('› ');
    person.types('\u0004');
    expect((await person.leaves()).code).toBe(0);
  });

  it('stops at Ctrl-C, takes the next task, and leaves the terminal as it was', async () => {
    const stage = createStage();
    await stage.serve([{ tokensPerSecond: 20, reply: { text: 'word '.repeat(200) } }]);
    const person = sitDown(stage, [...scripted, '--screen-reader']);
    await person.sees('› ');
    person.types('why?\n');
    await person.sees('word word');
    person.types('\u0003');
    await person.sees('interrupted');
    await person.sees('› ');
    person.types('\u0004');
    const { code, screen } = await person.leaves();
    expect(code).toBe(130);
    expect(screen).not.toContain('\u001b[?');
  });
});
