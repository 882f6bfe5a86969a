// `monkey mcp-server` driven by the client of the official SDK: tasks, bounds, questions, cancelling, undo.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monkeyPath } from './support/monkey.ts';
import { calls, createStage, type Stage, says, scripted } from './support/stage.ts';

/** A client that is connected to the server of a stage; with `decide` it can ask its person. */
async function connect(
  stage: Stage,
  flags: readonly string[] = [],
  decide?: (message: string) => string,
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: decide === undefined ? {} : { elicitation: {} } },
  );
  if (decide !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
      action: 'accept',
      content: { decision: decide(params.message) },
    }));
  }
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [monkeyPath, 'mcp-server', ...scripted, ...flags],
    cwd: stage.project,
    env: stage.env,
    stderr: 'ignore',
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options: object = {},
): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: args }, undefined, options)) as CallToolResult;
}

const textOf = ({ content }: CallToolResult): string =>
  content.map((one) => (one.type === 'text' ? one.text : '')).join('\n');

describe('monkey mcp-server', () => {
  it('runs a task, tells of its steps, reports with a diff, and takes it back', async () => {
    const stage = createStage();
    stage.write('a.txt', 'old\n');
    await stage.serve([
      calls('read', { path: 'a.txt' }),
      calls('edit', { path: 'a.txt', old_string: 'old', new_string: 'new' }),
      says('Changed a.txt.'),
    ]);
    const client = await connect(stage, ['--permission-mode', 'acceptEdits']);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['run_task', 'search_code', 'map', 'sessions', 'undo']);
    const steps: string[] = [];
    const result = await call(
      client,
      'run_task',
      { task: 'change a.txt' },
      { onprogress: ({ message }: { message?: string }) => steps.push(message ?? '') },
    );
    expect(result.structuredContent).toMatchObject({ text: 'Changed a.txt.', changes: [{ path: 'a.txt' }], turns: 3 });
    expect(textOf(result)).toContain('+new');
    expect(steps).toContain('edit a.txt');
    expect(stage.read('a.txt')).toBe('new\n');
    expect(textOf(await call(client, 'sessions'))).toContain('change a.txt');
    expect(textOf(await call(client, 'undo'))).toBe('taken back: a.txt');
    expect(stage.read('a.txt')).toBe('old\n');
  });

  it('lets no client widen its mode or leave its folder', async () => {
    const stage = createStage();
    await stage.serve([calls('bash', { command: 'touch made' }), says('No.')]);
    const client = await connect(stage);
    const result = await call(client, 'run_task', { task: 'make a file', mode: 'bypassPermissions' });
    expect(result.structuredContent).toMatchObject({ denials: [{ tool: 'bash' }] });
    expect(existsSync(join(stage.project, 'made'))).toBe(false);
    expect(await call(client, 'run_task', { task: 'x y', cwd: '/' })).toMatchObject({ isError: true });
    expect(await call(client, 'sessions', { cwd: '..' })).toMatchObject({ isError: true });
    expect(textOf(await call(client, 'run_task', { task: 7 }))).toContain('wrong arguments');
    expect(textOf(await call(client, 'nothing'))).toContain('there is no tool nothing');
  });

  it('asks the person behind the client, and takes nothing but a yes for one', async () => {
    for (const [decision, isMade] of [
      ['Allow once', true],
      ['Deny', false],
      ['anything', false],
    ] as const) {
      const stage = createStage();
      await stage.serve([calls('bash', { command: 'touch made' }), says('Well.')]);
      let asked = '';
      const client = await connect(stage, [], (message) => {
        asked = message;
        return decision;
      });
      await call(client, 'run_task', { task: 'make a file' });
      expect(asked).toContain('touch made');
      expect(existsSync(join(stage.project, 'made'))).toBe(isMade);
    }
  });

  it('stops a run that is cancelled, and those at work when the client leaves', async () => {
    const stage = createStage();
    await stage.serve([calls('bash', { command: 'sleep 30; touch late' }), says('Done.')]);
    const client = await connect(stage, ['--permission-mode', 'bypassPermissions']);
    const cancel = new AbortController();
    const running = call(
      client,
      'run_task',
      { task: 'wait a while' },
      {
        signal: cancel.signal,
        onprogress: ({ message }: { message?: string }) => message?.startsWith('run sleep') && cancel.abort(),
      },
    );
    await expect(running).rejects.toThrow();
    await expect.poll(() => stage.sessionLogs(), { timeout: 10_000 }).toContain('"status":"interrupted"');
    const left = call(
      client,
      'run_task',
      { task: 'wait once more' },
      { onprogress: ({ message }: { message?: string }) => message?.startsWith('run sleep') && void client.close() },
    );
    await expect(left).rejects.toThrow();
    await expect
      .poll(() => stage.sessionLogs().split('"status":"interrupted"').length, { timeout: 10_000 })
      .toBeGreaterThan(2);
  });

  it('searches code without a model', async () => {
    const stage = createStage();
    stage.write('cart.js', 'export function totalOfCart(items) {\n  return items.length;\n}\n');
    const client = await connect(stage);
    expect(textOf(await call(client, 'search_code', { query: 'total of cart' }))).toContain('cart.js:1');
    expect(textOf(await call(client, 'map'))).toContain('totalOfCart');
  });
});
