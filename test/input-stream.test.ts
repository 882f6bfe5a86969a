// Prompts as lines of JSON on standard input: one session, one result each.
import type { ScenarioTurn } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { calls, createStage, jsonLines, says, scripted } from './support/stage.ts';

const message = (content: unknown) => `${JSON.stringify({ type: 'user', message: { role: 'user', content } })}\n`;
const streams = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', ...scripted];

describe('--input-format stream-json', () => {
  it('takes prompts one after another as they come, in one session', async () => {
    const stage = createStage();
    const server = await stage.serve([says('One.'), says('Two.')]);
    const running = stage.start(streams, { input: 'open' });
    running.write(message('what is first?'));
    await running.seen('"result":"One."');
    running.write(`\n${message([{ type: 'text', text: 'and second?' }])}`);
    await running.seen('"result":"Two."');
    const results = jsonLines<{ type: string; session_id: string }>(running.output()).filter(
      ({ type }) => type === 'result',
    );
    expect(results).toHaveLength(2);
    expect(results[1]?.session_id).toBe(results[0]?.session_id);
    expect(server.log[1]?.body).toContain('what is first?');
    running.send('SIGKILL');
  });

  it('gives a message that comes while a run works to that run, before its next step; a later one waits', async () => {
    const stage = createStage();
    const look: ScenarioTurn = { ...calls('list', {}), delayMs: 1500 };
    const server = await stage.serve([look, says('One, in French.'), says('Two.')], { mode: 'sequence' });
    const running = stage.start(streams, { input: 'open' });
    running.write(message('what is first?'));
    await running.seen('"model.started"');
    running.write(`${JSON.stringify({ ...JSON.parse(message('and second?')), priority: 'later' })}\n`);
    running.write(message('in French, please'));
    await running.seen('"result":"Two."');
    expect(JSON.stringify(server.log[1]?.request)).toContain('in French, please');
    expect(JSON.stringify(server.log[1]?.request)).not.toContain('and second?');
    expect(JSON.stringify(server.log[2]?.request)).toContain('and second?');
    expect(jsonLines(running.output()).filter(({ type }) => type === 'result')).toHaveLength(2);
    running.send('SIGKILL');
  });

  it('ends with the last exit code when the input ends', async () => {
    const stage = createStage();
    await stage.serve([says('One.'), says('Two.')]);
    const { code, stdout } = await stage.run(streams, { input: message('first?') + message('second?') });
    expect(code).toBe(0);
    expect(stdout).toContain('"result":"Two."');
  });

  it('says which line is none, and keeps what was done', async () => {
    const stage = createStage();
    await stage.serve([says('One.')]);
    const { code, stdout } = await stage.run(streams, { input: `${message('first?')}{"type":"hello"}\n` });
    expect(code).toBe(2);
    expect(stdout).toContain('"result":"One."');
    expect(stdout).toContain('standard input, line 2');
    expect((await stage.run(streams, { input: '' })).code).toBe(2);
    expect((await stage.run([...streams, 'words'], { input: message('x') })).code).toBe(2);
  });
});
