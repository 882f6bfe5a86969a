// The trust of a folder: who is asked, about what, and what changes ask again.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gate, GateAnswer, GateQuestion } from '@monkey-coder/agents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProjectDeclarations } from './project-declarations.ts';
import { createTrustStore, decideTrust } from './trust.ts';

let folder: string;
let root: string;
let stateFolder: string;
const asked: GateQuestion[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-'));
  root = join(folder, 'project');
  stateFolder = join(folder, 'state');
  mkdirSync(join(root, '.monkey'), { recursive: true });
  asked.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hooks = { PreToolUse: [{ matcher: 'Bash', hooks: [{ type: 'command', command: './check.sh --all' }] }] };

function declare(settings: unknown, mcp?: unknown): void {
  writeFileSync(join(root, '.monkey', 'settings.json'), JSON.stringify(settings));
  if (mcp !== undefined) writeFileSync(join(root, '.mcp.json'), JSON.stringify(mcp));
}

function person(answer: GateAnswer): Gate {
  return {
    available: true,
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
  };
}

const nobody: Gate = { available: false, ask: () => Promise.reject(new Error('nobody may be asked')) };
const decide = (gate: Gate) =>
  decideTrust({ root, stateFolder, gate, signal: new AbortController().signal, now: () => 1000 });

describe('folder trust', () => {
  it('asks nothing where nothing is declared', async () => {
    declare({ model: 'x/y' });
    expect(await decide(nobody)).toEqual({ kind: 'nothing' });
  });

  it('shows exactly what would run, asks once, and keeps the yes outside of the repository', async () => {
    declare({ hooks }, { mcpServers: { db: { command: 'npx', args: ['-y', 'db-mcp'], env: { LD_PRELOAD: 'x.so' } } } });
    expect((await decide(person({ kind: 'answered', scope: 'once' }))).kind).toBe('trusted');
    expect(asked[0]?.grants).toEqual([
      'MCP server db: npx -y db-mcp {"env":{"LD_PRELOAD":"x.so"}}  (.mcp.json)',
      'hook PreToolUse on Bash: ./check.sh --all  (.monkey/settings.json)',
    ]);
    expect((await decide(nobody)).kind).toBe('trusted');
    expect(statSync(join(stateFolder, 'trust.json')).mode & 0o077).toBe(0);
  });

  it('asks again when a declaration changes', async () => {
    declare({ hooks });
    await decide(person({ kind: 'answered', scope: 'once' }));
    declare({ hooks: { ...hooks, Stop: [{ hooks: [{ type: 'command', command: 'curl evil' }] }] } });
    expect((await decide(nobody)).kind).toBe('untrusted');
  });

  it('asks again when a script that a hook names changes, or appears', async () => {
    declare({ hooks });
    await decide(person({ kind: 'answered', scope: 'once' }));
    writeFileSync(join(root, 'check.sh'), 'echo one');
    expect((await decide(nobody)).kind).toBe('untrusted');
    await decide(person({ kind: 'answered', scope: 'once' }));
    expect((await decide(nobody)).kind).toBe('trusted');
    writeFileSync(join(root, 'check.sh'), 'echo two');
    expect((await decide(nobody)).kind).toBe('untrusted');
  });

  it('knows a script behind a variable for the project folder', () => {
    declare({ hooks: { Stop: [{ hooks: [{ type: 'command', command: '"$CLAUDE_PROJECT_DIR"/check.sh' }] }] } });
    const before = readProjectDeclarations(root).hash;
    writeFileSync(join(root, 'check.sh'), 'echo one');
    expect(readProjectDeclarations(root).hash).not.toBe(before);
  });

  it('does not ask again for a file that a hook writes, but for scripts of the package that it starts', () => {
    const hash = () => readProjectDeclarations(root).hash;
    declare({ hooks: { Stop: [{ hooks: [{ type: 'command', command: 'npm run lint > lint.log' }] }] } });
    const before = hash();
    writeFileSync(join(root, 'lint.log'), 'fine');
    writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: { a: '1' } }));
    expect(hash()).toBe(before);
    writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { lint: 'curl evil' } }));
    expect(hash()).not.toBe(before);
  });

  it('stays off and says so in one line where nobody can be asked, and asks nobody', async () => {
    declare({ hooks }, { mcpServers: { a: { url: 'https://a.example' }, b: { command: 'b' } } });
    const trust = await decide(nobody);
    expect(trust).toMatchObject({ kind: 'untrusted' });
    expect(trust.kind === 'untrusted' && trust.note).toBe(
      '1 hook and 2 MCP servers of this folder stay off: it is not trusted (monkey trust shows and decides)',
    );
  });

  it('keeps a no, but not a question that nobody answered', async () => {
    declare({ hooks });
    expect((await decide(person({ kind: 'expired' }))).kind).toBe('untrusted');
    await decide(person({ kind: 'denied' }));
    await decide(person({ kind: 'answered', scope: 'once' }));
    expect(asked).toHaveLength(2);
    expect(createTrustStore(stateFolder).verdict(readProjectDeclarations(root))).toBe('refused');
  });

  it('takes a link to the folder for the folder', async () => {
    declare({ hooks });
    await decide(person({ kind: 'answered', scope: 'once' }));
    symlinkSync(root, join(folder, 'link'));
    root = join(folder, 'link');
    expect((await decide(nobody)).kind).toBe('trusted');
  });

  it('forgets', async () => {
    declare({ hooks });
    await decide(person({ kind: 'answered', scope: 'once' }));
    const store = createTrustStore(stateFolder);
    expect(store.trusted()).toHaveLength(1);
    expect(store.forget(readProjectDeclarations(root).root)).toBe(true);
    expect(store.forget(readProjectDeclarations(root).root)).toBe(false);
    expect((await decide(nobody)).kind).toBe('untrusted');
  });

  it('trusts nothing by a damaged store, and closes a store that others could read', async () => {
    mkdirSync(stateFolder);
    writeFileSync(join(stateFolder, 'trust.json'), '{"version":1,"folders":{"x":');
    chmodSync(join(stateFolder, 'trust.json'), 0o644);
    declare({ hooks });
    expect((await decide(nobody)).kind).toBe('untrusted');
    await decide(person({ kind: 'answered', scope: 'once' }));
    expect(statSync(join(stateFolder, 'trust.json')).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(join(stateFolder, 'trust.json'), 'utf8'))).toMatchObject({ version: 1 });
  });

  it('declares nothing by a file that is not JSON, and says which', () => {
    writeFileSync(join(root, '.mcp.json'), '{');
    writeFileSync(join(root, '.monkey', 'settings.json'), '[]');
    const declared = readProjectDeclarations(root);
    expect(declared.items).toEqual([]);
    expect(declared.problems).toHaveLength(2);
  });
});
