// The registry: what a definition says, whose word counts, who is chosen and how surely.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readAgent } from './agent-definition.ts';
import { stricterMode } from './agent-stamp.ts';
import { agentThreshold, chooseAgent } from './choose-agent.ts';
import { agentsFor, findAgents } from './find-agents.ts';
import { builtinAgents } from './personas.ts';

const file = { name: 'x.md', path: '/x.md', scope: 'project' } as const;

describe('a definition', () => {
  it('is read from the established shape', () => {
    const text =
      '---\nname: db-expert\ndescription: Knows SQL\ntools: Read, Bash(psql:*), mcp__db\nmodel: inherit\npermissionMode: plan\nversion: 2.1\ncapabilities: [sql, schema]\n---\nYou know SQL.';
    expect(readAgent(text, file)).toMatchObject({
      name: 'db-expert',
      tools: ['read', 'bash', 'mcp__db'],
      model: undefined,
      permissionMode: 'plan',
      version: '2.1',
      capabilities: ['sql', 'schema'],
      prompt: 'You know SQL.',
    });
    expect(readAgent(`${text} Well.`, file)?.hash).not.toBe(readAgent(text, file)?.hash);
  });

  it('needs a description and a text', () => {
    expect(readAgent('---\nname: a\n---\ntext', file)).toBeUndefined();
    expect(readAgent('---\ndescription: a\n---\n', file)).toBeUndefined();
  });

  it('never widens a mode', () => {
    expect(stricterMode('default', 'bypassPermissions')).toBe('default');
    expect(stricterMode('bypassPermissions', 'plan')).toBe('plan');
    expect(stricterMode('acceptEdits', undefined)).toBe('acceptEdits');
  });
});

describe('the registry', () => {
  it('has eight roles, the user’s file before the project’s before the built-in one', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agents-')));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const places = { root: join(folder, 'p'), userFolder: join(folder, 'c'), home: '' };
    for (const [where, text] of [
      ['c/agents', 'mine'],
      ['p/.claude/agents', 'theirs'],
    ] as const) {
      mkdirSync(join(folder, where), { recursive: true });
      writeFileSync(join(folder, where, 'reviewer.md'), `---\ndescription: ${text}\n---\n${text}`);
    }
    const agents = await findAgents(places);
    expect(agents).toHaveLength(8);
    expect(agents.find(({ name }) => name === 'reviewer')).toMatchObject({ description: 'mine', scope: 'user' });
    expect(agentsFor('security', agents).map(({ name }) => name)).toEqual(['security-analyst']);
  });
});

describe('the choice', () => {
  it.each([
    ['fix the failing test', 'developer'],
    ['add a --json flag to the list command', 'developer'],
    ['why does this happen?', 'developer'],
    ['review src/cart.js', 'reviewer'],
    ['add tests for the parser', 'tester'],
    ['write unit tests that cover the edge cases', 'tester'],
    ['design the interface of the plugin system', 'architect'],
    ['look for security vulnerabilities in the upload handler', 'security-analyst'],
    ['document the public API in the README', 'technical-writer'],
    ['write a Dockerfile and deployment pipeline', 'devops'],
    ['speed up the slow search', 'performance'],
    ['as the security analyst, look at this', 'security-analyst'],
    ['@tester have a look', 'tester'],
    ['could you please write some tests for the parser?', 'tester'],
    ['In src/parser.ts, add tests for empty input', 'tester'],
    ['connect() should take once=True: called once, then gone. Add tests.', 'developer'],
    ['implement pagination and add tests', 'developer'],
    ['the pipeline drops the last item', 'developer'],
    ['users say that the docs page is slow to load, fix it', 'developer'],
    ['SQL injection in /search: parametrise the query', 'developer'],
    ['fix the security bug in the login', 'developer'],
    ['fix the docs page', 'developer'],
    ['add a flag that documents itself', 'developer'],
    ['why is the start so slow?', 'performance'],
  ])('of "%s" is %s', (task, name) => {
    const choice = chooseAgent(task, builtinAgents);
    expect(choice.name).toBe(name);
    expect(choice.confidence).toBeGreaterThanOrEqual(agentThreshold);
  });

  it('is unsure where two roles are called for alike', () => {
    expect(chooseAgent('write tests for the parser and fix what they find', builtinAgents).confidence).toBeLessThan(
      agentThreshold,
    );
    expect(chooseAgent('review and document it', builtinAgents).confidence).toBeLessThan(agentThreshold);
  });
});
