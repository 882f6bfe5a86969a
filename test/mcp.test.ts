// MCP servers through the real binary: looked for, used by rule, asked about, bounded, ended with the run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScriptedServer } from '@monkey-coder/models';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import { calls, createStage, type Stage, says, scripted } from './support/stage.ts';

const program = join(repositoryRoot, 'test', 'support', 'mcp-server.mjs');
const logOf = (stage: Stage): string => join(stage.folder, 'server.log');
const server = (stage: Stage, kind = 'honest', more: object = {}) => ({
  command: process.execPath,
  args: [program, kind, logOf(stage)],
  ...more,
});
const use = (tool: string, args: object = {}) => calls('use_tool', { name: `mcp__${tool}`, arguments: args });
const allow = (...rules: readonly string[]) => ['--allowed-tools', rules.join(' ')];

function readLog(stage: Stage): string {
  try {
    return readFileSync(logOf(stage), 'utf8');
  } catch {
    return '';
  }
}

/** What the calls came to, as the model was last told. */
function resultsOf(model: ScriptedServer): string[] {
  const messages = model.log.at(-1)?.request?.messages ?? [];
  return messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === 'tool-result' ? [part.output] : [])),
  );
}

/** Whether a process of the server's log is still there. */
function isRunning(stage: Stage): boolean {
  return [...readLog(stage).matchAll(/started (\d+)/g)].some(([, pid]) => {
    try {
      process.kill(Number(pid), 0);
      return true;
    } catch {
      return false;
    }
  });
}

describe('MCP servers', () => {
  it('cost two tools, are started when first used, found by words, used by rule, and end with the run', async () => {
    const stage = createStage();
    stage.settings({ mcpServers: { notes: server(stage) } });
    const model = await stage.serve([
      calls('find_tools', { query: 'add numbers' }),
      use('notes__add', { a: 40, b: 2 }),
      says('42.'),
    ]);
    const ended = await stage.run([...scripted, ...allow('mcp__notes__add'), '-p', 'what is 40 + 2?']);
    expect(ended).toMatchObject({ code: 0 });
    const [first] = model.log;
    expect(JSON.stringify(first)).toContain('find_tools');
    expect(JSON.stringify(first)).not.toContain('Add two numbers');
    expect(JSON.stringify(model.log[1])).toContain('mcp__notes__add: Add two numbers');
    expect(JSON.stringify(model.log[2])).toContain('<mcp-data server=\\\\\\"notes\\\\\\">\\\\n42');
    expect(isRunning(stage)).toBe(false);
  });

  it('are not started by a run that does not use them', async () => {
    const stage = createStage();
    stage.settings({ mcpServers: { notes: server(stage) } });
    await stage.serve([says('Hello.')]);
    await stage.run([...scripted, '-p', 'hello']);
    expect(readLog(stage)).toBe('');
  });

  it('are not used headless without a rule, in any mode but bypassPermissions', async () => {
    for (const mode of ['default', 'acceptEdits', 'auto', 'plan', 'dontAsk']) {
      const stage = createStage();
      stage.settings({ mcpServers: { notes: server(stage) } });
      const model = await stage.serve([use('notes__add', { a: 1, b: 2 }), says('No.')]);
      await stage.run([...scripted, '--permission-mode', mode, '-p', 'add these numbers']);
      expect(JSON.stringify(model.log.at(-1))).toContain('Denied');
      expect(readLog(stage)).toBe('');
    }
  });

  it('of a folder stay off until it is trusted, then run; a change asks again', async () => {
    const stage = createStage();
    stage.write('.mcp.json', JSON.stringify({ mcpServers: { notes: server(stage) } }));
    const model = await stage.serve([calls('find_tools', { query: 'add' }), says('Done.')]);
    const untrusted = await stage.run([...scripted, '-p', 'add these numbers', '--verbose']);
    expect(JSON.stringify(model.log.at(-1))).toContain('There is no tool');
    expect(untrusted.stderr + stage.sessionLogs()).toContain('1 MCP server of this folder stays off');
    expect(readLog(stage)).toBe('');
    await stage.run(['trust', '--yes']);
    await stage.run([...scripted, '-p', 'add these numbers']);
    expect(JSON.stringify(model.log.at(-1))).toContain('mcp__notes__add');
    stage.write('.mcp.json', JSON.stringify({ mcpServers: { notes: server(stage, 'poison') } }));
    await stage.run([...scripted, '-p', 'add these numbers']);
    expect(JSON.stringify(model.log.at(-1))).toContain('There is no tool');
  });

  it('of the settings of a folder are off until it is trusted, too', async () => {
    const stage = createStage();
    stage.write('.monkey/settings.json', JSON.stringify({ mcpServers: { notes: server(stage) } }));
    const model = await stage.serve([calls('find_tools', { query: 'add' }), says('Done.')]);
    await stage.run([...scripted, '-p', 'add these numbers']);
    expect(resultsOf(model)[0]).toContain('There is no tool');
    expect(stage.sessionLogs()).toContain('1 MCP server of this folder stays off');
    await stage.run(['trust', '--yes']);
    await stage.run([...scripted, '-p', 'add these numbers']);
    expect(resultsOf(model)[0]).toContain('mcp__notes__add');
  });

  it('are given by flag, as a file or as text, and strictly only those', async () => {
    const stage = createStage();
    stage.settings({ mcpServers: { other: server(stage) } });
    stage.write('servers.json', JSON.stringify({ mcpServers: { notes: server(stage) } }));
    const model = await stage.serve([calls('find_tools', { query: 'add' }), says('Done.')]);
    await stage.run([...scripted, '--mcp-config', 'servers.json', '--strict-mcp-config', '-p', 'add these numbers']);
    expect(JSON.stringify(model.log[1])).toContain('mcp__notes__add');
    expect(JSON.stringify(model.log[1])).not.toContain('mcp__other__');
    await stage.run([
      ...scripted,
      '--mcp-config',
      '{"mcpServers":{}}',
      '--strict-mcp-config',
      '-p',
      'add these numbers',
    ]);
    expect(resultsOf(model)[0]).toContain('There is no tool');
    expect(await stage.run([...scripted, '--mcp-config', '{"servers":{}}', '-p', 'add these numbers'])).toMatchObject({
      code: 2,
    });
  });

  it('get variables that their entry names, no others that are secret; what they give away is hidden', async () => {
    const stage = createStage();
    const secret = 'sk-notes-0123456789abcdef';
    Object.assign(stage.env, { GITHUB_TOKEN: 'ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaa', NOTES: secret });
    stage.settings({
      mcpServers: { notes: server(stage, 'honest', { env: { NOTES_TOKEN: `$\{NOTES}`, MODE: `$\{MODE:-plain}` } }) },
    });
    const model = await stage.serve([use('notes__environment'), says('Done.')]);
    await stage.run([...scripted, ...allow('mcp__notes'), '-p', 'look around here']);
    const told = JSON.stringify(model.log.at(-1));
    expect(told).toContain('NOTES_TOKEN');
    expect(told).toContain('plain');
    expect(told).not.toContain('GITHUB_TOKEN');
    expect(told).not.toContain('OPENAI_API_KEY');
    expect(told + stage.sessionLogs()).not.toContain(secret);
  });

  it('that change files are undone; that crash are started once more; that hang are cut off', async () => {
    const stage = createStage();
    stage.write('a.txt', 'before\n');
    stage.settings({ mcpServers: { notes: server(stage, 'honest', { callSeconds: 1 }) } });
    const model = await stage.serve([
      use('notes__write_note', { path: 'a.txt', text: 'after\n' }),
      use('notes__crash'),
      use('notes__add', { a: 1, b: 2 }),
      use('notes__hang'),
      use('notes__add', { a: 1, b: 'x' }),
      use('notes__fail'),
      use('notes__many'),
      use('notes__read_resource', { uri: 'note://1' }),
      says('Done.'),
    ]);
    await stage.run([...scripted, ...allow('mcp__notes'), '-p', 'do the work']);

    const texts = resultsOf(model);
    expect(texts[0]).toContain('written');
    expect(texts[1]).toContain('notes: ');
    expect(texts[2]).toContain('3');
    expect(texts[3]).toContain('timed out');
    expect(texts[4]).toContain('Invalid arguments for mcp__notes__add');
    expect(texts[5]).toContain('it went wrong');
    expect(texts[6]).toContain('[image, image/png, 3 bytes: not shown]');
    expect(texts[6]).toContain('{"answer":42}');
    expect(texts[7]).toContain('the text of note://1');
    expect(stage.read('a.txt')).toBe('after\n');
    await stage.run(['undo']);
    expect(stage.read('a.txt')).toBe('before\n');
    expect(isRunning(stage)).toBe(false);
  });

  it('ask nobody headless, and sampling is refused', async () => {
    const stage = createStage();
    stage.settings({ mcpServers: { notes: server(stage) } });
    const model = await stage.serve([use('notes__ask'), use('notes__sample'), says('Done.')]);
    await stage.run([...scripted, ...allow('mcp__notes'), '-p', 'ask me something']);
    const told = JSON.stringify(model.log.at(-1));
    expect(told).toContain('decline');
    expect(told).toContain('-32601');
  });

  it('are managed by monkey mcp: add, list, tools, remove', async () => {
    const stage = createStage();
    const add = await stage.run([
      'mcp',
      'add',
      'notes',
      '--env',
      'MODE=x',
      '--',
      process.execPath,
      program,
      'honest',
      logOf(stage),
    ]);
    expect(add).toMatchObject({ code: 0 });
    expect((await stage.run(['mcp', 'list'])).stdout).toMatch(/notes +user +on/);
    const tools = await stage.run(['mcp', 'tools', 'notes']);
    expect(tools.stdout).toContain('mcp__notes__add  Add two numbers');
    expect(tools.stdout).toMatch(/would take \d+ tokens/);
    expect(isRunning(stage)).toBe(false);
    await stage.run(['mcp', 'add', 'web', 'https://example.invalid/mcp', '--header', `X-Key: $\{WEB_KEY}`]);
    expect((await stage.run(['mcp', 'list'])).stdout).toContain('WEB_KEY is not set');
    await stage.run(['mcp', 'remove', 'notes']);
    expect((await stage.run(['mcp', 'list'])).stdout).not.toContain('notes');
    expect(await stage.run(['mcp', 'add', 'a__b', 'x'])).toMatchObject({ code: 2 });
  });
});
