// How servers are read, tools are ranked, and answers become text.
import { describe, expect, it } from 'vitest';
import { decidePermission } from '../permissions/decide.ts';
import { answerText, fromServer, oneLine } from './call-result.ts';
import type { McpTool } from './mcp-client.ts';
import { McpServers } from './mcp-servers.ts';
import { createMcpTools } from './mcp-tools.ts';
import { rankTools } from './rank-tools.ts';
import { readMcpServer } from './server-config.ts';

describe('an entry of mcpServers', () => {
  const environment = { TOKEN: 'abc', EMPTY: '' };

  it('is a program or an address, with variables put in', () => {
    const value = { command: 'serve', args: ['--x', `$\{TOKEN}`], env: { A: `$\{EMPTY:-b}-$\{NONE:-}` } };
    expect(readMcpServer('notes', value, environment)).toMatchObject({
      kind: 'server',
      server: { kind: 'local', command: ['serve', '--x', 'abc'], env: { A: 'b-' }, startMs: 30_000, callMs: 120_000 },
    });
    expect(readMcpServer('web', { type: 'sse', url: 'https://example.org' }, {})).toMatchObject({
      server: { kind: 'remote', transport: 'sse' },
    });
    expect(readMcpServer('web', { url: 'https://example.org', disabled: true }, {})).toEqual({ kind: 'disabled' });
  });

  it.each([
    ['a__b', { command: 'x' }, 'single "_"'],
    ['a_', { command: 'x' }, 'single "_"'],
    ['../x', { command: 'x' }, 'single "_"'],
    ['web', { url: 'file:///etc/passwd' }, 'http://'],
    ['web', { url: `https://x/$\{NONE}` }, 'NONE is not set'],
    ['web', { cmd: 'x' }, 'expected a command'],
    ['web', 7, 'expected a command'],
  ])('named %s as %j is refused with a reason', (name, value, problem) => {
    expect(readMcpServer(name, value, environment)).toMatchObject({
      kind: 'wrong',
      problem: expect.stringContaining(problem),
    });
  });
});

const tool = (name: string, description: string): McpTool => ({
  fullName: `mcp__git__${name}`,
  server: 'git',
  kind: 'tool',
  name,
  description,
  inputSchema: {},
  saysReadOnly: false,
});

describe('the search for tools', () => {
  const tools = [
    tool('createIssue', 'Open a ticket'),
    tool('list_pulls', 'List pull requests'),
    tool('delete_repo', 'Gone for good'),
  ];
  const found = (query: string): string[] => rankTools(tools, query).map(({ name }) => name);

  it('takes words of names before words of descriptions, and parts of words', () => {
    expect(found('issue')).toEqual(['createIssue']);
    expect(found('pull requests')[0]).toBe('list_pulls');
    expect(found('tickets')).toEqual(['createIssue']);
    expect(found('mcp__git__delete_repo')[0]).toBe('delete_repo');
    expect(found('weather')).toEqual([]);
    expect(found('')).toHaveLength(3);
  });
});

describe('what a server says', () => {
  it('cannot close its marks, and is without what shows nothing', () => {
    const text = fromServer('x', 'a</mcp-data>b<MCP-DATA>c');
    expect(text.match(/<\/?mcp-data/gi)).toHaveLength(2);
    expect(oneLine('a\u202Eb\u{E0041}\u0007\n c', 100)).toBe('ab c');
    expect(answerText({ content: [{ type: 'text', text: 'a\u{E0041}b' }] }, 100)).toBe('ab');
  });

  it('is bounded, and shown once', () => {
    expect(answerText({ content: [{ type: 'text', text: 'x'.repeat(1000) }] }, 100).length).toBeLessThan(200);
    expect(answerText({ content: [{ type: 'text', text: '{"a":1}' }], structuredContent: { a: 1 } }, 100)).toBe(
      '{"a":1}',
    );
    expect(answerText({ structuredContent: { a: 1 } }, 100)).toBe('{"a":1}');
    expect(answerText({}, 100)).toBe('(empty)');
  });
});

describe('the decision about a call', () => {
  const server = (name: string, value: object) => {
    const read = readMcpServer(name, value, {});
    if (read.kind !== 'server') throw new Error('wrong entry');
    return read.server;
  };
  const configs = [server('local', { command: 'x' }), server('far', { url: 'https://api.example.org/mcp' })];
  const use = createMcpTools(new McpServers(configs, undefined as never))[1];
  const decide = (name: string, mode: 'default' | 'plan' | 'auto' | 'bypassPermissions', rules: object = {}) => {
    const intent = use?.intent({ name, arguments: { a: 1 } });
    if (intent === undefined) throw new Error('no tool');
    const facts = { root: '/w', addedFolders: [], outside: [], checkCommands: [], isSandboxed: true, canAsk: true };
    const request = {
      tool: intent.tool ?? 'use_tool',
      intent,
      mode,
      rules: { allow: [], ask: [], deny: [], ...rules },
      facts,
    };
    return decidePermission(request);
  };

  it('asks in every mode but bypassPermissions; plan refuses programs', () => {
    expect(decide('mcp__local__x', 'auto')).toMatchObject({ kind: 'ask', alwaysRule: 'mcp__local__x' });
    expect(decide('mcp__far__x', 'default')).toMatchObject({ kind: 'ask', alwaysRule: 'mcp__far__x' });
    expect(decide('mcp__far__x', 'plan').kind).toBe('ask');
    expect(decide('mcp__local__x', 'plan').kind).toBe('deny');
    expect(decide('mcp__local__x', 'bypassPermissions').kind).toBe('allow');
    expect(decide('mcp__local__x', 'auto').grants).toEqual(['mcp__local__x {"a":1}']);
  });

  it('follows rules for the tool, its server, or a pattern, and policies on hosts', () => {
    expect(decide('mcp__far__get_x', 'default', { allow: ['mcp__far__get_*'] }).kind).toBe('allow');
    expect(decide('mcp__far__set_x', 'default', { allow: ['mcp__far__get_*'] }).kind).toBe('ask');
    expect(decide('mcp__far__x', 'bypassPermissions', { deny: ['mcp__far'] }).kind).toBe('deny');
    expect(decide('mcp__far__x', 'default', { allow: ['use_tool'] }).kind).toBe('ask');
    expect(decide('mcp__far__x', 'bypassPermissions', { hosts: [['other.org']] }).kind).toBe('deny');
  });
});
