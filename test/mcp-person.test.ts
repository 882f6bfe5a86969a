// MCP servers and the person at the terminal: trust is asked once, calls are asked about with their rule, servers may ask too.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './support/monkey.ts';
import { hasTerminal, sitDown } from './support/person.ts';
import { calls, createStage, says, scripted } from './support/stage.ts';

const program = join(repositoryRoot, 'test', 'support', 'mcp-server.mjs');
const use = (tool: string, args: object = {}) => calls('use_tool', { name: `mcp__notes__${tool}`, arguments: args });

describe.skipIf(!hasTerminal)('a person at the terminal', () => {
  it('sees what a folder would start, allows a tool for the session, and answers a server', async () => {
    const stage = createStage();
    stage.write('.mcp.json', JSON.stringify({ mcpServers: { notes: { command: process.execPath, args: [program] } } }));
    const model = await stage.serve([
      use('add', { a: 40, b: 2 }),
      use('add', { a: 1, b: 2 }),
      use('ask'),
      use('ask'),
      says('Done.'),
    ]);
    const person = sitDown(stage, [...scripted, 'work with the notes']);
    await person.sees(`MCP server notes: ${process.execPath} ${program}`);
    await person.sees('[y] once');
    person.types('y\n');
    await person.sees('allow mcp__notes__add?');
    await person.sees('mcp__notes__add {"a":40,"b":2}');
    await person.sees('always in this session: mcp__notes__add');
    person.types('a\n');
    await person.sees('allow mcp__notes__ask?');
    await person.sees('[n] no');
    person.types('a\n');
    await person.sees('the MCP server notes asks');
    await person.sees('Who are you?');
    person.types('y\n');
    await person.sees('name: a text, nothing for "Ann"');
    person.types('Bob\n');
    await person.sees('Who are you?');
    person.types('n\n');
    await person.leaves();
    const told = JSON.stringify(model.log.at(-1)?.request?.messages);
    expect(told).toContain('42');
    expect(told).toContain('accept');
    expect(told).toContain('Bob');
    expect(told).toContain('decline');
    expect((await stage.run(['trust', '--show'])).stdout).toContain('trusted until any of it changes');
  });
});
