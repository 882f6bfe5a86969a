// Imports from other agents: what is understood, what is held back, and that nothing is overwritten.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeerItems } from './load-peers.ts';
import type { PeerName } from './peer-items.ts';
import { applyImport, planImport } from './plan-import.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'import-')));
  mkdirSync(join(folder, 'project'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const targets = () => ({ config: join(folder, 'config'), root: join(folder, 'project') });
const places = () => ({
  home: join(folder, 'home'),
  root: join(folder, 'project'),
  configHome: join(folder, 'home/.config'),
});

function write(path: string, value: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof value === 'string' ? value : JSON.stringify(value));
}

async function plan(peer: PeerName, withGrants = false) {
  return planImport(await findPeerItems(peer, places()), targets(), withGrants);
}

const lines = (steps: Awaited<ReturnType<typeof plan>>) => steps.map(({ verdict, what }) => `${verdict}: ${what}`);

describe('an import', () => {
  it('of Claude Code takes what restricts, and holds back what allows or runs', async () => {
    write('home/.claude/settings.json', {
      model: 'claude-x-1',
      permissions: { allow: ['Bash(npm test:*)'], deny: ['Read(.env)'], defaultMode: 'bypassPermissions' },
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'say done' }] }] },
    });
    write('home/.claude.json', { mcpServers: { db: { command: 'db-mcp', env: { DB_TOKEN: 'tok-123', MODE: 'ro' } } } });
    expect(lines(await plan('claude'))).toEqual([
      'grants: allow Bash(npm test:*)',
      'take: deny Read(.env)',
      'grants: hook Stop {"hooks":[{"type":"command","command":"say done"}]}',
      'take: model anthropic/claude-x-1',
      'left: the permission mode (bypassPermissions)',
      'grants: MCP server db: db-mcp',
      'left: the keys of the server db',
    ]);
    expect(existsSync(join(folder, 'config'))).toBe(false);
    applyImport(await plan('claude'), targets());
    const settings = () => readFileSync(join(folder, 'config/settings.json'), 'utf8');
    expect(JSON.parse(settings())).toEqual({ permissions: { deny: ['Read(.env)'] }, model: 'anthropic/claude-x-1' });
    applyImport(await plan('claude', true), targets());
    expect(JSON.parse(settings())).toMatchObject({
      permissions: { allow: ['Bash(npm test:*)'] },
      mcpServers: {
        db: { command: 'db-mcp', env: { DB_TOKEN: expect.stringMatching(/^\$\{DB_TOKEN\}$/), MODE: 'ro' } },
      },
    });
    expect(settings()).not.toContain('tok-123');
    expect((await plan('claude', true)).filter(({ verdict }) => verdict === 'take')).toEqual([]);
  });

  it('never overwrites: what is there stays, and is said', async () => {
    write('home/.codex/prompts/review.md', 'theirs');
    write('config/commands/review.md', 'mine');
    write(
      'home/.codex/config.toml',
      'model = "gpt-x-1"\napproval_policy = "never"\n[mcp_servers.web]\ncommand = "npx"\nargs = ["-y", "web"]\n',
    );
    write('config/settings.json', { model: 'mine/own', sandbox: 'required' });
    const steps = await plan('codex', true);
    expect(lines(steps)).toEqual([
      'conflict: model openai/gpt-x-1',
      'take: MCP server web: npx -y web',
      'left: the permission mode (approval_policy = never)',
      'conflict: command review',
    ]);
    applyImport(steps, targets());
    expect(readFileSync(join(folder, 'config/commands/review.md'), 'utf8')).toBe('mine');
    expect(JSON.parse(readFileSync(join(folder, 'config/settings.json'), 'utf8'))).toMatchObject({
      model: 'mine/own',
      sandbox: 'required',
      mcpServers: { web: { command: 'npx', args: ['-y', 'web'] } },
    });
  });

  it('of Gemini turns commands and excluded tools into ours', async () => {
    write('home/.gemini/commands/git/sum.toml', 'description = "Sum up"\nprompt = """\nSum {{args}}\n"""\n');
    write('home/.gemini/settings.json', '{ // mine\n "tools": { "exclude": ["run_shell_command(rm)"], }, }');
    const steps = await plan('gemini');
    expect(lines(steps)).toEqual(['take: deny Bash(rm:*)', 'take: command git/sum']);
    applyImport(steps, targets());
    expect(readFileSync(join(folder, 'config/commands/git/sum.md'), 'utf8')).toBe(
      '---\ndescription: Sum up\n---\nSum $ARGUMENTS\n',
    );
  });

  it('of Cursor and OpenCode understands rules, servers, agents and permissions', async () => {
    write('project/.cursor/rules/api.mdc', '---\ndescription: How our API is built\nalwaysApply: false\n---\nUse v2.');
    write('project/.cursor/rules/style.mdc', '---\nalwaysApply: true\n---\nTabs.');
    expect(lines(await plan('cursor'))).toEqual(['take: skill api', 'left: the rule style']);
    write('home/.config/opencode/opencode.jsonc', {
      permission: { edit: 'ask', bash: { 'git push': 'deny', ls: 'allow' } },
      mcp: { x: { type: 'local', command: ['x', '--y'], environment: {} } },
    });
    write('project/.opencode/agent/sql.md', '---\ndescription: SQL\n---\nText');
    expect(lines(await plan('opencode'))).toEqual([
      'grants: MCP server x: x --y',
      'take: ask Edit',
      'take: deny Bash(git push)',
      'grants: allow Bash(ls)',
      'take: agent sql',
    ]);
  });

  it('does not follow names or links out of the project, and says what is broken', async () => {
    write('home/.claude/settings.json', '{ broken');
    expect((await plan('claude'))[0]?.why).toMatch(/cannot be read/);
    write('secret.md', 'secret');
    mkdirSync(join(folder, 'project/.cursor/commands'), { recursive: true });
    symlinkSync(join(folder, 'secret.md'), join(folder, 'project/.cursor/commands/leak.md'));
    expect(await plan('cursor')).toEqual([]);
    write('project/.cursor/commands/fine.md', 'fine');
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'project/.monkey'));
    const steps = await plan('cursor');
    expect(() => applyImport(steps, targets())).toThrow(/leads out of the project/);
  });
});
