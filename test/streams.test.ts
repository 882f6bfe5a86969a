// What goes in by standard input and comes out by standard output: prompts, JSON, colours.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { monkeyPath } from './support/monkey.ts';
import {
  acceptEdits,
  calls,
  createStage,
  fixesSum,
  jsonLines,
  type Stage,
  says,
  scripted,
  useFailingProject,
} from './support/stage.ts';

const lastText = (body: string): string =>
  JSON.stringify((JSON.parse(body) as { messages: unknown[] }).messages.at(-1));

describe('the prompt', () => {
  it('comes from standard input alone', async () => {
    const stage = createStage();
    const server = await stage.serve([says('Because.')]);
    const run = await stage.run([...scripted, '-p'], { input: 'why is the sky blue?\n' });
    expect(run.code, run.stderr).toBe(0);
    expect(lastText(server.log[0]?.body ?? '')).toContain('why is the sky blue?');
  });

  it('takes standard input as an addition', async () => {
    const stage = createStage();
    const server = await stage.serve([says('A diff.')]);
    const run = await stage.run([...scripted, '-p', 'what is this?'], { input: '+ one\n' });
    expect(run.code).toBe(0);
    expect(lastText(server.log[0]?.body ?? '')).toMatch(/what is this\?.*<input>.*\+ one/);
  });

  it('does not wait for an input that has no end when there is a prompt', async () => {
    const stage = createStage();
    await stage.serve([says('Because.')]);
    const run = await stage.run([...scripted, '-p', 'why?'], { input: 'open' });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('</dev/null');
    expect(run.durationMs).toBeLessThan(4000);
  });

  it('goes on with what came when an input with a prompt falls silent', async () => {
    const stage = createStage();
    const server = await stage.serve([says('Because.')]);
    const running = stage.start([...scripted, '-p', 'why?'], { input: 'open' });
    running.write('some lines\n');
    const run = await running.ended;
    expect(run.code).toBe(0);
    expect(lastText(server.log[0]?.body ?? '')).toContain('some lines');
    expect(run.stderr).toContain('stays open');
  });

  it('says that it waits when the input is the prompt and has no end', async () => {
    const stage = createStage();
    const running = stage.start([...scripted, '-p'], { input: 'open' });
    await running.seen('waiting for the prompt on standard input');
    running.send('SIGINT');
    expect((await running.ended).signal ?? 'SIGINT').toBe('SIGINT');
  });

  it('ends with 2 without any prompt, and with an input that is too large', async () => {
    const stage = createStage();
    await stage.serve([says('never')]);
    const none = await stage.run([...scripted]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('no prompt');
    const large = await stage.run([...scripted, '-p', 'why?'], { input: 'x'.repeat(5 * 1024 * 1024) });
    expect(large.code).toBe(2);
    expect(large.stderr).toContain('4 MiB');
  });
});

describe('stream-json', () => {
  it('is one JSON object a line, from system/init to a result with the exit code of the process', async () => {
    const stage = createStage();
    useFailingProject(stage);
    await stage.serve([...fixesSum('a + b'), says('Fixed – schön, 🐒.')]);
    const run = await stage.run([...scripted, ...acceptEdits, '--output-format', 'stream-json', 'fix the sum']);
    const lines = jsonLines(run.stdout);
    expect(run.stderr).toBe('');
    expect(lines[0]).toMatchObject({
      type: 'system',
      subtype: 'init',
      model: 'openai/scripted',
      cwd: stage.project,
      schema_version: 1,
    });
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      subtype: 'success',
      is_error: false,
      exit_code: 0,
      num_turns: 3,
      result: 'Fixed – schön, 🐒.',
      modelUsage: { 'openai/scripted': { outputTokens: expect.any(Number) } },
    });
    expect(run.code).toBe(0);
    expect(lines.filter((line) => line['type'] === 'result')).toHaveLength(1);
    expect(lines.filter((line) => line['subtype'] === 'init')).toHaveLength(1);
    for (const line of lines.slice(0, -1)) expect(line['session_id'], JSON.stringify(line)).toMatch(/^ses_/);
    const assistant = lines.filter((line) => line['type'] === 'assistant');
    expect(assistant).toHaveLength(3);
    expect(JSON.stringify(assistant[0])).toContain('"tool_use"');
    const partial = lines.flatMap(
      (line) => (line['event'] as { delta?: { text?: string } } | undefined)?.delta?.text ?? [],
    );
    expect(partial.join('')).toBe('Fixed – schön, 🐒.');
  });

  it('tells a failure before the start in the same shape', async () => {
    const stage = createStage();
    const run = await stage.run(['-m', 'anthropic/claude-sonnet-5', '--output-format', 'stream-json', 'why?']);
    const lines = jsonLines(run.stdout);
    expect(lines[0]).toMatchObject({ type: 'system', subtype: 'init' });
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      is_error: true,
      exit_code: 41,
      error_code: 'auth.missing-key',
    });
    expect(run.code).toBe(41);
  });

  it('tells even a wrong flag in that shape', async () => {
    const stage = createStage();
    const run = await stage.run(['--output-format', 'stream-json', '--modle', 'x', 'why?']);
    expect(run.code).toBe(2);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ type: 'result', exit_code: 2 });
  });

  it('lists denials in the result', async () => {
    const stage = createStage();
    await stage.serve([calls('write', { path: 'a.txt', content: 'x' }), says('No.')]);
    const run = await stage.run([...scripted, '--output-format', 'stream-json', 'write a']);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ exit_code: 3, permission_denials: [{ tool_name: 'write' }] });
  });

  it('ends quietly when its reader goes away', async () => {
    const stage = createStage();
    await stage.serve([{ tokensPerSecond: 200, reply: { text: 'word '.repeat(60) } }]);
    const line = '"$0" "$1" -m openai/scripted --output-format stream-json "why?" </dev/null | head -1';
    const output = execFileSync(
      'bash',
      ['-c', `set -o pipefail; ${line} 2>&1; echo "ends with $?"`, process.execPath, monkeyPath],
      {
        cwd: stage.project,
        env: stage.env,
        encoding: 'utf8',
      },
    );
    expect(output).toMatch(/^\{"type":"system".*\}\nends with 1\n$/);
  });
});

describe('what cannot be written or found', () => {
  const inShell = async (stage: Stage, command: string): Promise<string> => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command}; echo "ends with $?"`], {
      cwd: stage.project,
      env: { ...stage.env, MONKEY: `${process.execPath} ${monkeyPath} -m openai/scripted -p why?` },
      timeout: 20_000,
    });
    return stdout;
  };

  it.runIf(process.platform === 'linux')('is no success when standard output is full', async () => {
    const stage = createStage();
    await stage.serve([says('Because.')]);
    const output = await inShell(stage, '$MONKEY </dev/null 2>&1 >/dev/full');
    expect(output).toContain('ends with 1');
  });

  it('ends clearly when the current folder is gone', async () => {
    const stage = createStage();
    const output = await inShell(stage, 'mkdir gone; cd gone; rmdir ../gone; $MONKEY </dev/null 2>&1');
    expect(output).toContain('the current folder does not exist any more');
    expect(output).toContain('ends with 2');
  });

  it('ends clearly when its own folders cannot be made', async () => {
    const stage = createStage();
    stage.env['OPENAI_API_KEY'] = 'any';
    const run = await stage.run([...scripted, '-p', 'why?'], { env: { MONKEY_HOME: '/dev/null/x' } });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('/dev/null/x');
    expect(run.stderr).not.toContain('unexpected');
  });
});

describe('json-schema', () => {
  const schema =
    '{"type":"object","required":["count"],"properties":{"count":{"type":"integer"}},"additionalProperties":false}';
  const asked = [...scripted, '--output-format', 'json', '--json-schema', schema, 'how many files?'];

  it('gives a valid answer as structured output, also out of a fence', async () => {
    const stage = createStage();
    await stage.serve([says('```json\n{"count": 3}\n```')]);
    const run = await stage.run(asked);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ structured_output: { count: 3 } });
  });

  it('hands an invalid answer back until it is valid', async () => {
    const stage = createStage();
    const server = await stage.serve([says('three'), says('{"count": "three"}'), says('{"count": 3}')]);
    const run = await stage.run(asked);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ structured_output: { count: 3 }, num_turns: 3 });
    expect(lastText(server.log[2]?.body ?? '')).toContain('count');
  });

  it('ends with 6 when the answer never fits, and gives no structured output', async () => {
    const stage = createStage();
    await stage.serve(Array.from({ length: 4 }, () => says('{"count": "three"}')));
    const run = await stage.run(asked);
    expect(run.code).toBe(6);
    const result = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(result['terminal_reason']).toContain('count');
    expect(result).not.toHaveProperty('structured_output');
  });

  it.each([
    ['{"type": ', 2],
    ['no-such-file.json', 2],
    ['{"type":"object","properties":{"a":{"$ref":"http://elsewhere/x"}}}', 2],
  ])('refuses the schema %s before anything is asked', async (wrong, code) => {
    const stage = createStage();
    const server = await stage.serve([says('{}')]);
    const run = await stage.run([...scripted, '-p', '--json-schema', wrong, 'how many?']);
    expect(run.code, run.stderr).toBe(code);
    expect(server.log).toHaveLength(0);
  });
});

describe('colours', () => {
  const escapeCode = '\u001b[';

  it.each([
    [{}, [], false],
    [{ FORCE_COLOR: '1' }, [], true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
    [{ FORCE_COLOR: '1' }, ['--no-color'], false],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, [], true],
  ])('with %j %j: %s', async (env, flags, colored) => {
    const stage = createStage();
    await stage.serve([says('Because.')]);
    const run = await stage.run([...scripted, ...flags, 'why?'], { env });
    expect(run.stdout.includes(escapeCode)).toBe(colored);
  });

  it('shows control characters of a model instead of obeying them', async () => {
    const stage = createStage();
    await stage.serve([says('a\u001b]0;owned\u0007\u001b[2Jb')]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.stdout).not.toContain('\u001b');
    expect(run.stdout).toContain('a\\x1b]0;owned\\x07\\x1b[2Jb');
  });
});
