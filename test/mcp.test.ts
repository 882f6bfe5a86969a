// MCP servers through the real binary: looked for, used by rule, asked about, bounded, ended with the run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
      await stage.run([...scripted, '--permission-mode', mode, '-p', 'add']);
      expect(JSON.stringify(model.log.at(-1))).toContain('Denied');
      expect(readLog(stage)).toBe('');
    }
  });
});
