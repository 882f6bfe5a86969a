// What goes wrong between here and the model: keys, names, networks, servers that misbehave.
import { describe, expect, it } from 'vitest';
import { answerJson, closedPort, serveRough } from './support/rough-server.ts';
import { createStage, jsonLines, pointAt, says, scripted } from './support/stage.ts';

const openaiRefusal = {
  error: {
    message:
      'Incorrect API key provided: test-key. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
};
const anthropicRefusal = {
  type: 'error',
  error: { type: 'authentication_error', message: 'invalid x-api-key' },
  request_id: 'req_1',
};

describe('keys and names', () => {
  it.each([
    ['openai', openaiRefusal],
    ['anthropic', anthropicRefusal],
  ] as const)('ends with 41 on the 401 of %s, without retry and without the key', async (provider, body) => {
    const stage = createStage();
    let requests = 0;
    const url = await serveRough((request, response) => {
      requests += 1;
      answerJson(401, body)(request, response);
    });
    pointAt(stage.env, provider, url);
    const run = await stage.run(['-m', `${provider}/some-model`, 'fix it']);
    expect(run.code).toBe(41);
    expect(requests).toBe(1);
    expect(run.stdout).toContain('monkey login');
    expect(run.stdout + run.stderr + stage.sessionLogs()).not.toContain('test-key');
  });

  it('ends with 41 and advice when there is no key at all', async () => {
    const stage = createStage();
    const run = await stage.run(['fix it']);
    expect(run.code).toBe(41);
    expect(run.stderr).toContain('ANTHROPIC_API_KEY');
    expect(run.stderr).toContain('monkey demo');
    expect((await stage.run(['sessions', 'list', '--all'])).stdout).toContain('no sessions');
  });

  it.each([
    [['-m', 'anthropic/claude-sonet-5', 'x y'], 2, 'claude-sonnet-5'],
    [['--modle', 'x', 'do it'], 2, '--model'],
    [['udno'], 2, 'undo'],
    [['--output-format', 'jsn', 'x y'], 2, 'json'],
    [['--permission-mode', 'acceptedits', 'x y'], 2, 'acceptEdits'],
    [['undo', '--preveiw'], 2, '--preview'],
    [['sessions', 'lst'], 2, 'list'],
    [['login', 'antropic'], 2, 'anthropic'],
    [['--max-turns', 'many', 'x y'], 2, 'number'],
    [['--max-turns'], 2, 'needs a value'],
    [['--max-turns', '1.5', 'x y'], 2, 'whole number above 0'],
    [['--max-minutes', '0', 'x y'], 2, 'number above 0'],
    [['--cwd', '/no/such/folder', 'x y'], 2, 'there is no folder /no/such/folder'],
    [['--settings', 'missing.json', 'x y'], 52, 'missing.json'],
  ])('%j names the nearest right word', async (args, code, near) => {
    const stage = createStage();
    stage.env['ANTHROPIC_API_KEY'] = 'test-key';
    const run = await stage.run(args);
    expect(run.code, run.stderr).toBe(code);
    expect(run.stderr).toContain(near);
  });

  it('takes any model name at a base URL of the user, and says that its price is unknown', async () => {
    const stage = createStage();
    await stage.serve([says('It is so.')]);
    const run = await stage.run(['-m', 'my-own-model', 'why is it so?']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('the price of my-own-model');
  });
});

describe('networks and servers', () => {
  it('says what was refused when nobody listens', async () => {
    const stage = createStage();
    pointAt(stage.env, 'openai', `http://127.0.0.1:${await closedPort()}`);
    const run = await stage.run([...scripted, 'fix it']);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/failed: cannot talk to 127\.0\.0\.1:\d+: nothing listens there/);
    expect(run.stdout).toContain('monkey --resume');
  });

  it('says which host was not found without a network', async () => {
    const stage = createStage();
    pointAt(stage.env, 'openai', 'http://no-such-host.invalid');
    const run = await stage.run([...scripted, 'fix it']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('no-such-host.invalid');
  });

  it.each([
    ['cut', { cut: 2 }],
    ['garbage', { garbage: 1 }],
    ['an end without finish reason', { endWithoutFinish: true }],
    ['an overloaded server', { error: { status: 529 } }],
    ['429 with a short Retry-After', { error: { status: 429, retryAfter: 0.2 } }],
  ])('gets over %s by asking again', async (_name, trouble) => {
    const stage = createStage();
    const server = await stage.serve([
      { ...trouble, times: 1, reply: { text: 'It is because of the weather, mostly.' } },
    ]);
    const run = await stage.run([...scripted, '--output-format', 'stream-json', 'why?']);
    expect(run.code, run.stdout).toBe(0);
    expect(server.log).toHaveLength(2);
    expect(jsonLines(run.stdout).at(-1)).toMatchObject({ result: 'It is because of the weather, mostly.' });
  });

  it('gives up on a server that stalls, after the set time', async () => {
    const stage = createStage();
    stage.settings({ timeouts: { firstTokenSeconds: 0.3, idleSeconds: 0.3 } });
    await stage.serve([{ stall: 1, reply: { text: 'Once upon a time there was a very long story' } }]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('stalled: nothing came for 0.3 s');
  });

  it('gives up on a server that never begins', async () => {
    const stage = createStage();
    stage.settings({ timeouts: { firstTokenSeconds: 0.3 } });
    await stage.serve([{ delayMs: 30_000, reply: { text: 'late' } }]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('no first token within');
  });

  it('ends clearly when garbage never ends', async () => {
    const stage = createStage();
    await stage.serve([{ garbage: 0, reply: { text: 'never' } }]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('given up after 4 attempts');
  });

  it('waits a Retry-After in full, or says at once that it is past the time limit', async () => {
    const stage = createStage();
    const server = await stage.serve([{ error: { status: 429, retryAfter: 120 } }]);
    const run = await stage.run([...scripted, '--max-minutes', '1', 'why?']);
    expect(run.code).toBe(1);
    expect(server.log).toHaveLength(1);
    expect(run.durationMs).toBeLessThan(5000);
    expect(run.stdout).toMatch(/next try would be in 1[23]\d s/);
  });

  it('succeeds after a Retry-After of a second', async () => {
    const stage = createStage();
    await stage.serve([{ error: { status: 429, retryAfter: 1 }, times: 1, reply: { text: 'Because.' } }]);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(0);
    expect(run.durationMs).toBeGreaterThan(1000);
    expect(run.stdout).toContain('trying again in');
  });

  it('tells the status of a page that is no answer of a provider', async () => {
    const stage = createStage();
    const url = await serveRough((request, response) => {
      request.resume();
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end('<html><body><h1>404 Not Found</h1></body></html>');
    });
    pointAt(stage.env, 'openai', url);
    const run = await stage.run([...scripted, 'why?']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('404');
  });
});
