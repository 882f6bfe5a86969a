// The loop over a real workspace: order of events, limits, permissions, steering, cancelling, bad calls.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { EventBody, EventType } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { historyProblems } from '../messages/tool-results.ts';
import type { Gate, GateAnswer, GateQuestion } from '../permissions/gate.ts';
import { makeTestFolder, openTestWorkspace } from '../testing/open-folder.ts';
import { createPlayedModel, type PlayedStep } from '../testing/played-model.ts';
import { builtinTools } from '../tools/builtin.ts';
import type { AgentOptions, AgentResult } from './agent.ts';
import { runAgent } from './run-agent.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const nobody: Gate = { available: false, ask: () => Promise.reject(new Error('nobody may be asked')) };

interface Ran extends AgentResult {
  readonly events: readonly EventBody[];
  readonly root: string;
  readonly model: ReturnType<typeof createPlayedModel>;
  types(...types: EventType[]): EventBody[];
  outputs(): string[];
  file(path: string): string;
}

async function play(
  steps: readonly PlayedStep[],
  files: Readonly<Record<string, string>> = {},
  overrides: Partial<AgentOptions> & { readonly onEvent?: (event: EventBody, root: string) => void } = {},
): Promise<Ran> {
  const folder = makeTestFolder(files);
  cleanUps.push(folder.remove);
  const root = join(folder.base, 'project');
  const workspace = openTestWorkspace(folder.base, process.env);
  const model = createPlayedModel(steps);
  const events: EventBody[] = [];
  let calls = 0;
  const result = await runAgent({
    model,
    modelName: 'played-1',
    system: 'system',
    tools: builtinTools(),
    state: { messages: [userMessage('go')], openCalls: [], seen: new Map(), todos: [], turns: 0 },
    workspace,
    gate: nobody,
    permissionMode: () => 'bypassPermissions',
    rules: { allow: [], deny: [], ask: [] },
    limits: { maxTurns: 30, maxDurationMs: 60_000 },
    startedAt: Date.now(),
    maxOutputTokens: 1000,
    contextTokens: 200_000,
    cacheKey: 'ses_1',
    sessionId: 'ses_1',
    runId: 'run_1',
    record: (event) => {
      events.push(event);
      overrides.onEvent?.(event, root);
    },
    takeSteering: () => [],
    signal: new AbortController().signal,
    now: Date.now,
    newCallId: () => `mdl_${++calls}`,
    commandTimeoutMs: 20_000,
    network: false,
    sandbox: 'off',
    ...overrides,
  });
  await workspace.close();
  expect(historyProblems(result.state.messages)).toEqual([]);
  return {
    ...result,
    events,
    root,
    model,
    types: (...types) => events.filter((event) => types.includes(event.type)),
    outputs: () => events.flatMap((event) => (event.type === 'tool.ended' ? [event.output] : [])),
    file: (path) => readFileSync(join(root, path), 'utf8'),
  };
}

const one = (name: string, args: unknown) => ({ calls: [{ name, arguments: args }] });
const greet = { 'greet.js': 'console.log("Helo");\n' };

describe('a whole run', () => {
  const steps: PlayedStep[] = [
    { text: 'I look.', ...one('read', { path: 'greet.js' }) },
    one('edit', { path: 'greet.js', old_string: 'Helo', new_string: 'Hello' }),
    one('bash', { command: 'node greet.js > out.txt' }),
    one('bash', { command: 'cat out.txt' }),
    { text: 'Done: it says Hello.' },
  ];

  it('does the work and says so in order', async () => {
    const ran = await play(steps, greet);
    expect(ran.stop).toEqual({ kind: 'finished', text: 'Done: it says Hello.' });
    expect(ran.file('greet.js')).toContain('Hello');
    expect(ran.outputs()).toEqual([
      'console.log("Helo");\n',
      'modified greet.js (+1 -1)',
      '[exit code 0, no output]',
      'Hello',
    ]);
    expect(ran.events.map((event) => event.type)).toEqual([
      ...['model.started', 'text.delta', 'model.ended', 'tool.started', 'tool.ended'],
      ...[
        'model.started',
        'model.ended',
        'permission.decided',
        'snapshot.taken',
        'tool.started',
        'file.changed',
        'tool.ended',
      ],
      ...[
        'model.started',
        'model.ended',
        'permission.decided',
        'snapshot.taken',
        'tool.started',
        'file.changed',
        'tool.ended',
      ],
      ...['model.started', 'model.ended', 'permission.decided', 'tool.started', 'tool.output', 'tool.ended'],
      ...['model.started', 'text.delta', 'model.ended'],
    ]);
    expect(ran.state.turns).toBe(5);
  });

  it('writes down what it will do before it does it', async () => {
    const found: unknown[] = [];
    const ran = await play(steps, greet, {
      onEvent: (event, root) => {
        if (event.type !== 'tool.started') return;
        const hasOld = readFileSync(join(root, 'greet.js'), 'utf8').includes('Helo');
        found.push([event.name, hasOld, existsSync(join(root, 'out.txt'))]);
      },
    });
    expect(found).toEqual([
      ['read', true, false],
      ['edit', true, false],
      ['bash', false, false],
      ['bash', false, true],
    ]);
    const [edit, command] = ran.types('tool.started').slice(1);
    expect(edit).toMatchObject({
      effect: {
        kind: 'files',
        files: [
          {
            path: 'greet.js',
            before: expect.stringMatching(/^[0-9a-f]{64}$/),
            after: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        ],
      },
    });
    const snapshots = ran.types('snapshot.taken') as { snapshotId: string }[];
    expect(command).toMatchObject({
      effect: { kind: 'command', readOnly: false, snapshotId: snapshots[1]?.snapshotId },
    });
  });

  it('sends each request as an exact prefix of the next, with the same head', async () => {
    const { model } = await play(steps, greet);
    const bytes = model.requests.map((request) => request.messages.map((message) => JSON.stringify(message)));
    for (const [index, messages] of bytes.entries()) {
      expect(bytes[index + 1]?.slice(0, messages.length) ?? messages).toEqual(messages);
    }
    const heads = model.requests.map((request) => JSON.stringify([request.system, request.tools, request.cacheKey]));
    expect(new Set(heads).size).toBe(1);
  });
});

describe('calls', () => {
  it('answers invalid arguments with the expected shape', async () => {
    const ran = await play([
      one('read', '{"path":'),
      one('read', { file: 'x' }),
      one('raed', { path: 'x' }),
      { text: 'ok' },
    ]);
    expect(ran.stop.kind).toBe('finished');
    expect(ran.outputs()[0]).toMatch(/not valid JSON.*Expected: \{"type":"object"/);
    expect(ran.outputs()[1]).toMatch(/path: expected string/);
    expect(ran.outputs()[2]).toMatch(/no tool "raed".*Did you mean read/);
    expect(ran.types('tool.started')).toEqual([]);
  });

  it('keeps the order of results when calls run side by side', async () => {
    const ran = await play(
      [
        {
          calls: [
            { name: 'read', arguments: { path: 'a' } },
            { name: 'grep', arguments: { pattern: 'B' } },
            { name: 'bash', arguments: { command: 'echo C >> c' } },
            { name: 'read', arguments: { path: 'c' } },
            { name: 'todo', arguments: { items: [{ text: 'x', status: 'done' }] } },
          ],
        },
      ],
      { a: 'A\n', b: 'B\n' },
    );
    const parts = ran.state.messages[2]?.parts.map((part) => part.type === 'tool-result' && part.output);
    expect(parts).toEqual(['A\n', 'b:1:B', '[exit code 0, no output]', 'C\n', '1 of 1 done']);
    expect(ran.state.todos).toEqual([{ text: 'x', status: 'done' }]);
  });

  it('refuses to write over what was not read, and to edit what changed since', async () => {
    const ran = await play(
      [
        one('write', { path: 'a', content: 'new' }),
        one('read', { path: 'a' }),
        one('bash', { command: 'echo changed > a' }),
        one('edit', { path: 'a', old_string: 'changed', new_string: 'x' }),
        one('read', { path: 'a' }),
        one('edit', { path: 'a', old_string: 'changed', new_string: 'x' }),
        one('write', { path: 'sub/new', content: 'y' }),
      ],
      { a: 'old\n' },
    );
    const outputs = ran.outputs();
    expect(outputs[0]).toMatch(/have not read it/);
    expect(outputs[3]).toMatch(/Read it again/);
    expect(ran.file('a')).toBe('x\n');
    expect(ran.file('sub/new')).toBe('y');
  });

  it('fails in words, with the exit code', async () => {
    const ran = await play([
      one('read', { path: 'none' }),
      one('read', { path: '../../etc/passwd' }),
      one('bash', { command: 'echo bad; exit 3' }),
    ]);
    expect(ran.outputs()[0]).toMatch(/none/);
    expect(ran.outputs()[1]).toMatch(/outside/);
    expect(ran.outputs()[2]).toBe('bad\n[exit code 3]');
    expect(ran.types('tool.ended').at(-1)).toMatchObject({ status: 'failed', exitCode: 3 });
  });
});

describe('limits', () => {
  it('stops at the turn limit', async () => {
    const steps = Array.from({ length: 9 }, (_, n) => one('list', { glob: String(n) }));
    const ran = await play(steps, {}, { limits: { maxTurns: 3, maxDurationMs: 60_000 } });
    expect(ran.stop.kind).toBe('turn-limit');
    expect(ran.model.requests).toHaveLength(3);
  });

  it('stops at the time limit in the middle of a command', async () => {
    const startedAt = Date.now();
    const ran = await play([one('bash', { command: 'sleep 20' })], {}, { limits: { maxTurns: 9, maxDurationMs: 300 } });
    expect(ran.stop.kind).toBe('time-limit');
    expect(Date.now() - startedAt).toBeLessThan(4000);
    expect(ran.types('tool.ended')).toMatchObject([{ status: 'cancelled' }]);
  });

  it('tells about a circle, then stops', async () => {
    const ran = await play(Array.from({ length: 9 }, () => one('bash', { command: 'echo same' })));
    expect(ran.stop.kind).toBe('loop');
    expect(ran.model.requests).toHaveLength(5);
    expect(ran.outputs().map((text) => text.includes('several times'))).toEqual([false, false, true, false, false]);
  });

  it('stops when everything is denied', async () => {
    const steps = Array.from({ length: 9 }, (_, n) => one('bash', { command: `touch ${n}` }));
    const ran = await play(steps, {}, { permissionMode: () => 'default' });
    expect(ran.stop).toMatchObject({ kind: 'denied', message: expect.stringContaining('Nobody can be asked') });
    expect(ran.model.requests).toHaveLength(5);
    expect(ran.types('permission.decided')[0]).toMatchObject({ decision: 'denied', by: 'headless' });
    expect(existsSync(join(ran.root, '0'))).toBe(false);
  });
});

describe('the model', () => {
  it.each([
    [
      { code: 'budget', message: 'cap' },
      { kind: 'budget', message: 'cap' },
    ],
    [
      { code: 'auth', message: 'key' },
      { kind: 'model-failed', code: 'auth', message: 'key' },
    ],
  ] as const)('failure %j stops as %j', async (failure, stop) => {
    const ran = await play([{ text: 'half', failure }]);
    expect(ran.stop).toEqual(stop);
    expect(ran.types('model.failed')).toHaveLength(1);
    expect(ran.state.messages).toHaveLength(1);
  });

  it('is asked to go on once when it was cut, and once when it said nothing', async () => {
    const cut = await play([
      { text: 'a', finishReason: 'length' },
      { text: 'b', finishReason: 'length' },
    ]);
    expect(cut.stop).toEqual({ kind: 'finished', text: 'b' });
    expect(cut.types('notice')).toMatchObject([{ code: 'answer.cut' }]);
    const empty = await play([{}, {}]);
    expect(empty.stop).toEqual({ kind: 'finished', text: '' });
    expect(empty.state.messages.map((message) => message.role)).toEqual(['user', 'user']);
  });

  it('forgets what was thrown away by a retry', async () => {
    const ran = await play([{ text: 'right', restarts: true }]);
    expect(ran.stop).toEqual({ kind: 'finished', text: 'right' });
    expect(ran.types('model.retried')).toHaveLength(1);
  });

  it('content filter is a failure', async () => {
    expect((await play([{ text: 'x', finishReason: 'content-filter' }])).stop).toMatchObject({
      code: 'content_policy',
    });
  });
});

describe('people', () => {
  it('steers between turns, and before the end', async () => {
    const queue = [[], ['look at b too'], ['and thank me'], []];
    const ran = await play(
      [one('list', {}), { text: 'all seen' }, { text: 'thanks' }],
      {},
      { takeSteering: () => queue.shift() ?? [] },
    );
    expect(ran.stop).toEqual({ kind: 'finished', text: 'thanks' });
    expect(ran.types('message.added')).toMatchObject([
      { origin: 'steering', message: userMessage('look at b too') },
      { origin: 'steering', message: userMessage('and thank me') },
    ]);
  });

  function gate(answers: GateAnswer[]): Gate & { readonly questions: GateQuestion[] } {
    const questions: GateQuestion[] = [];
    return {
      available: true,
      questions,
      ask: async (question) => {
        questions.push(question);
        return answers.shift() ?? { kind: 'expired' };
      },
    };
  }

  it('are asked once when they answer for the session', async () => {
    const asked = gate([{ kind: 'answered', scope: 'session' }]);
    const steps = [
      one('bash', { command: 'make a' }),
      one('bash', { command: 'make a' }),
      one('bash', { command: 'make b' }),
    ];
    const ran = await play(steps, { Makefile: 'a:\n\techo made\n' }, { gate: asked, permissionMode: () => 'default' });
    expect(asked.questions).toMatchObject([
      { grants: ['run make a'], alwaysRule: 'Bash(make a:*)' },
      { grants: ['run make b'] },
    ]);
    expect(ran.types('permission.requested', 'permission.decided').map((event) => event.type)).toEqual([
      'permission.requested',
      'permission.decided',
      'permission.decided',
      'permission.requested',
      'permission.decided',
    ]);
    expect(ran.types('permission.decided')).toMatchObject([
      { decision: 'allowed', by: 'person' },
      { decision: 'allowed', by: 'rule' },
      { decision: 'expired', by: 'person' },
    ]);
    expect(ran.state.grantedRules).toEqual(['Bash(make a:*)']);
  });

  it('can say no and why', async () => {
    const asked = gate([{ kind: 'denied', message: 'use pnpm' }]);
    const ran = await play(
      [one('bash', { command: 'npm run x' })],
      {},
      { gate: asked, permissionMode: () => 'default' },
    );
    expect(ran.outputs()[0]).toMatch(/user said no.*use pnpm/);
  });

  it('who never answer do not keep a cancelled run alive', async () => {
    const controller = new AbortController();
    const silent: Gate = { available: true, ask: () => new Promise(() => undefined) };
    setTimeout(() => controller.abort(), 100);
    const ran = await play(
      [one('bash', { command: 'make' })],
      {},
      { gate: silent, permissionMode: () => 'default', signal: controller.signal },
    );
    expect(ran.stop.kind).toBe('interrupted');
    expect(ran.types('tool.ended')).toMatchObject([{ status: 'cancelled' }]);
  });
});

describe('cancelling', () => {
  it('ends a stream at once', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const startedAt = Date.now();
    const ran = await play([{ text: 'thinking', hangs: true }], {}, { signal: controller.signal });
    expect(ran.stop.kind).toBe('interrupted');
    expect(Date.now() - startedAt).toBeLessThan(1000);
    expect(ran.types('model.failed')).toMatchObject([
      { failure: { code: 'cancelled' }, partial: { parts: [{ text: 'thinking' }] } },
    ]);
  });

  it('ends a command at once, and every call has its record', async () => {
    const controller = new AbortController();
    let cancelledAt = 0;
    const ran = await play(
      [
        {
          calls: [
            { name: 'bash', arguments: { command: 'echo started; touch x; sleep 30' } },
            { name: 'read', arguments: { path: 'x' } },
          ],
        },
      ],
      {},
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type !== 'tool.output') return;
          cancelledAt = Date.now();
          controller.abort();
        },
      },
    );
    expect(ran.stop.kind).toBe('interrupted');
    expect(Date.now() - cancelledAt).toBeLessThan(1000);
    expect(ran.types('tool.ended')).toMatchObject([
      { status: 'cancelled', output: expect.stringContaining('started') },
      { status: 'cancelled', output: 'Cancelled before it started.' },
    ]);
    expect(ran.model.requests).toHaveLength(1);
  });
});

it('delivers instructions of a subfolder once, when a file there is first touched', async () => {
  const ran = await play(
    [one('read', { path: 'pkg/a.js' }), one('read', { path: 'pkg/deep/b.js' }), one('read', { path: 'pkg/a.js' })],
    {
      'AGENTS.md': 'root',
      'pkg/AGENTS.md': 'Use tabs.',
      'pkg/a.js': 'a',
      'pkg/deep/b.js': 'b',
      'pkg/deep/CLAUDE.md': 'Deep.',
    },
  );
  expect(ran.types('message.added')).toMatchObject([
    { origin: 'system', message: { role: 'user', parts: [{ text: expect.stringContaining('Use tabs.') }] } },
    { origin: 'system', message: { role: 'user', parts: [{ text: expect.stringContaining('Deep.') }] } },
  ]);
});

it('lets no command that is free read through a link to the outside', async () => {
  const run = await play(
    [
      one('list', {}),
      one('bash', { command: 'cat notes/secret.txt' }),
      one('bash', { command: 'cat sub/../notes/secret.txt' }),
      one('bash', { command: 'cd notes && cat secret.txt' }),
      one('bash', { command: 'cat < notes/secret.txt' }),
      one('bash', { command: 'cat greet.js' }),
      { text: 'No.' },
    ],
    { ...greet, 'sub/a.txt': 'a', '../elsewhere/secret.txt': 'the secret' },
    {
      permissionMode: () => 'plan',
      onEvent: (event, root) => {
        if (event.type === 'tool.ended' && event.name === 'list') symlinkSync('../elsewhere', join(root, 'notes'));
      },
    },
  );
  expect(run.outputs().join('\n')).not.toContain('the secret');
  expect(
    run.types('permission.decided').filter((event) => 'decision' in event && event.decision === 'denied'),
  ).toHaveLength(4);
  expect(run.outputs().at(-1)).toContain('Helo');
});

it('understands an edit in the form that is not offered', async () => {
  const patch =
    '*** Begin Patch\n*** Update File: greet.js\n@@\n-console.log("Helo");\n+console.log("Hello");\n*** End Patch';
  const patched = await play([one('apply_patch', { patch }), { text: 'Done.' }], greet);
  expect(patched.file('greet.js')).toContain('Hello');
  const edit = one('edit', { path: 'greet.js', old_string: 'Helo', new_string: 'Hello' });
  const edited = await play([edit, { text: 'Done.' }], greet, { tools: builtinTools({ editFormat: 'apply-patch' }) });
  expect(edited.file('greet.js')).toContain('Hello');
});
