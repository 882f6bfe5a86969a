// What the model is told about files that others change, what it is not shown, and what is hidden from it: over real runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Event,
  type EventBody,
  type Message,
  messageText,
  transientEventTypes,
  userMessage,
} from '@monkey-coder/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { historyProblems } from '../messages/tool-results.ts';
import { makeTestFolder, openTestWorkspace } from '../testing/open-folder.ts';
import { createPlayedModel, type PlayedStep } from '../testing/played-model.ts';
import { builtinTools } from '../tools/builtin.ts';
import type { AgentOptions, AgentResult } from './agent.ts';
import { rebuildState } from './rebuild-state.ts';
import { runAgent } from './run-agent.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

interface World {
  readonly root: string;
  /** What is recorded, over all runs. */
  readonly log: Event[];
  /** Everything that was recorded or shown. */
  readonly all: EventBody[];
  write(path: string, text: string): void;
  run(steps: readonly PlayedStep[], more?: Partial<AgentOptions>): Promise<AgentResult & { requests: string[] }>;
}

function makeWorld(files: Readonly<Record<string, string>>): World {
  const folder = makeTestFolder(files);
  cleanUps.push(folder.remove);
  const root = join(folder.base, 'project');
  const log: Event[] = [];
  const all: EventBody[] = [];
  const record = (event: EventBody): void => {
    all.push(event);
    if (!transientEventTypes.has(event.type))
      log.push({ seq: log.length, time: 0, sessionId: 'ses_1', ...event } as Event);
  };
  record({ type: 'message.added', message: userMessage('go'), origin: 'user' });
  return {
    root,
    log,
    all,
    write: (path, text) => writeFileSync(join(root, path), text),
    async run(steps, more = {}) {
      const workspace = openTestWorkspace(folder.base, process.env);
      const model = createPlayedModel(steps);
      const result = await runAgent({ ...options(), model, workspace, record, state: rebuildState(log), ...more });
      await workspace.close();
      expect(historyProblems(result.state.messages)).toEqual([]);
      return { ...result, requests: model.requests.map((request) => JSON.stringify(request.messages)) };
    },
  };
}

function options() {
  let calls = 0;
  return {
    modelName: 'played-1',
    system: 'system',
    tools: builtinTools(),
    gate: { available: false, ask: () => Promise.reject(new Error('nobody')) },
    permissionMode: () => 'bypassPermissions' as const,
    rules: { allow: [], deny: [], ask: [] },
    limits: { maxTurns: 30, maxDurationMs: 60_000 },
    startedAt: Date.now(),
    maxOutputTokens: 1000,
    contextTokens: 200_000,
    cacheKey: 'ses_1',
    sessionId: 'ses_1',
    runId: 'run_1',
    takeSteering: () => [],
    signal: new AbortController().signal,
    now: Date.now,
    newCallId: () => `mdl_${++calls}`,
    commandTimeoutMs: 20_000,
    network: false,
    sandbox: 'off' as const,
  };
}

const one = (name: string, args: unknown) => ({ calls: [{ name, arguments: args }] });
const notes = (messages: readonly Message[]): string[] =>
  messages
    .filter((message) => message.role === 'user')
    .map(messageText)
    .filter((text) => text.startsWith('Changed outside'));

describe('files changed by others', () => {
  it('are told once, before the next call, and the history only grows', async () => {
    const world = makeWorld({ 'a.js': 'one\n', 'b.js': 'b\n' });
    const ran = await world.run([
      { calls: ['a.js', 'b.js'].map((path) => ({ name: 'read', arguments: { path } })) },
      () => {
        world.write('a.js', 'two\n');
        rmSync(join(world.root, 'b.js'));
        return one('list', {});
      },
      one('todo', { items: [{ text: 'x', status: 'done' }] }),
      () => {
        world.write('a.js', 'six\n');
        return one('list', {});
      },
      { text: 'Done.' },
    ]);
    expect(notes(ran.state.messages)).toEqual([
      'Changed outside since you last read it: a.js, b.js (deleted)',
      'Changed outside since you last read it: a.js',
    ]);
    for (let index = 1; index < ran.requests.length; index += 1) {
      expect(ran.requests[index]?.startsWith((ran.requests[index - 1] ?? '').slice(0, -1))).toBe(true);
    }
    expect(rebuildState(world.log).messages).toEqual(ran.state.messages);
  });

  it('are not what the agent changed itself, by edits or commands', async () => {
    const world = makeWorld({ 'a.js': 'one\n', 'b.js': 'b\n', 'c.js': 'c\n' });
    const ran = await world.run([
      { calls: ['a.js', 'b.js', 'c.js'].map((path) => ({ name: 'read', arguments: { path } })) },
      one('edit', { path: 'a.js', old_string: 'one', new_string: 'two' }),
      () => {
        world.write('c.js', 'by the user\n');
        return one('bash', { command: 'echo more >> a.js; echo more >> b.js' });
      },
      one('list', {}),
      one('edit', { path: 'b.js', old_string: 'b', new_string: 'B' }),
      { text: 'Done.' },
    ]);
    expect(notes(ran.state.messages)).toEqual(['Changed outside since you last read it: c.js']);
    // The command's change was not read, so editing on top of it is still refused.
    expect(readFileSync(join(world.root, 'b.js'), 'utf8')).toBe('b\nmore\n');
    expect(JSON.stringify(ran.state.messages)).toContain('ead it again');
  });

  it('are told after a restart when they changed meanwhile, and not again when they were told', async () => {
    const world = makeWorld({ 'a.js': 'one\n', 'b.js': 'b\n' });
    await world.run([
      { calls: ['a.js', 'b.js'].map((path) => ({ name: 'read', arguments: { path } })) },
      () => {
        world.write('a.js', 'two\n');
        return one('list', {});
      },
      one('bash', { command: 'echo more >> b.js' }),
      { text: 'Done.' },
    ]);
    const more = (text: string): void => {
      const message = userMessage(text);
      world.log.push({ seq: 0, time: 0, sessionId: 'ses_1', type: 'message.added', message, origin: 'user' });
    };
    more('again');
    const second = await world.run([{}, {}, {}, {}, { text: 'Nothing new.' }]);
    expect(notes(second.state.messages)).toEqual(['Changed outside since you last read it: a.js']);
    world.write('b.js', 'by the user\n');
    more('once more');
    const third = await world.run([{}, {}, {}, {}, {}, { text: 'Seen.' }]);
    expect(notes(third.state.messages)).toEqual([
      'Changed outside since you last read it: a.js',
      'Changed outside since you last read it: b.js',
    ]);
  });
});

describe('keys in files and outputs', () => {
  const key = 'sk-live-0123456789abcdefghij';

  it('reach neither the model nor the log nor screens, and are not overwritten by their mask', async () => {
    const world = makeWorld({ '.env': `KEY=${key}\nPORT=1\n` });
    const ran = await world.run(
      [
        one('read', { path: '.env' }),
        one('grep', { pattern: 'KEY' }),
        one('bash', { command: 'cat .env; printf sk-live-; sleep 0.05; printf 0123456789abcdefghij' }),
        one('edit', { path: '.env', old_string: 'PORT=1', new_string: 'PORT=2' }),
        one('write', { path: '.env', content: 'KEY=***hidden key***\nPORT=3\n' }),
        one('bash', { command: "echo 'KEY=***hidden key***' > .env" }),
        { text: 'Done.' },
      ],
      { secrets: [key] },
    );
    expect(ran.requests.join('\n')).not.toContain(key);
    expect(JSON.stringify(world.all)).not.toContain(key);
    expect(ran.requests.at(-1)).toContain('KEY=***hidden key***\\\\nPORT=1'.replace('\\\\', '\\'));
    expect(world.all.filter((event) => event.type === 'tool.ended' && event.status !== 'ok')).toHaveLength(2);
    expect(readFileSync(join(world.root, '.env'), 'utf8')).toBe(`KEY=${key}\nPORT=2\n`);
  });
});

describe('files a rule forbids to read', () => {
  const files = { 'src/a.js': 'needle\n', 'secrets/key.txt': 'needle in secrets\n', 'secrets/deep/x.txt': 'needle\n' };

  it('are left out of listings and searches of the folder above, and that is said', async () => {
    const world = makeWorld(files);
    const ran = await world.run(
      [
        one('grep', { pattern: 'needle' }),
        one('list', {}),
        one('list', { glob: '**/*.txt' }),
        one('read', { path: '.' }),
        one('grep', { pattern: 'needle', path: 'secrets' }),
        { text: 'Done.' },
      ],
      { rules: { allow: [], deny: ['Read(secrets/**)'], ask: [] } },
    );
    const note = '[2 files left out: a rule forbids to read them]';
    const outputs = world.all.flatMap((event) => (event.type === 'tool.ended' ? [event.output] : []));
    expect(outputs.slice(0, 4)).toEqual([
      `src/a.js:1:needle\n${note}`,
      `src/a.js\n${note}`,
      `[no files match]\n${note}`,
      `src/a.js\n${note}`,
    ]);
    expect(outputs[4]).toMatch(/Denied: the rule Read\(secrets\/\*\*\) forbids it|left out: a rule/);
    expect(JSON.stringify(ran.state.messages)).not.toMatch(/key\.txt|needle in/);
  });

  it('are shown where the rule is about another tool', async () => {
    const world = makeWorld(files);
    await world.run([one('grep', { pattern: 'needle' }), one('list', {}), { text: 'Done.' }], {
      rules: { allow: [], deny: ['Grep(secrets/**)', 'Edit(src/**)'], ask: [] },
    });
    const outputs = world.all.flatMap((event) => (event.type === 'tool.ended' ? [event.output] : []));
    expect(outputs[0]).toMatch(/^src\/a\.js:1:needle\n\[2 files/);
    expect(outputs[1]?.split('\n')).toEqual(['secrets/deep/x.txt', 'secrets/key.txt', 'src/a.js']);
  });
});
