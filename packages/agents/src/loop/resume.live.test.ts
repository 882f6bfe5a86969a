// Kills a real run at every event and resumes it: nothing repeated, nothing lost, the same bytes of history.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, EventBody, Message } from '@monkey-coder/protocol';
import { transientEventTypes, userMessage } from '@monkey-coder/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyProblems } from '../messages/tool-results.ts';
import { openTestWorkspace } from '../testing/open-folder.ts';
import { createPlayedModel, type PlayedStep } from '../testing/played-model.ts';
import { builtinTools } from '../tools/builtin.ts';
import type { AgentResult, AgentState } from './agent.ts';
import { rebuildState } from './rebuild-state.ts';
import { runAgent } from './run-agent.ts';

const steps: readonly PlayedStep[] = [
  {
    text: 'Looking.',
    calls: [
      { name: 'read', arguments: { path: 'a.txt' } },
      { name: 'list', arguments: {} },
      { name: 'todo', arguments: { items: [{ text: 'count', status: 'pending' }] } },
    ],
  },
  {
    calls: [
      { name: 'edit', arguments: { path: 'a.txt', old_string: 'one', new_string: 'two' }, id: 'same' },
      { name: 'bash', arguments: { command: 'echo x >> count.txt' }, id: 'same' },
      { name: 'bash', arguments: { command: 'cat a.txt' } },
    ],
  },
  { calls: [{ name: 'write', arguments: { path: 'sub/b.txt', content: 'new' } }] },
  { text: 'Done.' },
];

let base = '';
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'monkey-resume-'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function run(root: string, state: AgentState, record: (event: EventBody) => void): Promise<AgentResult> {
  const workspace = openTestWorkspace(root, process.env);
  let ids = 0;
  try {
    return await runAgent({
      model: createPlayedModel(steps),
      modelName: 'played-1',
      system: 'system',
      tools: builtinTools(),
      state,
      workspace,
      gate: { available: false, ask: () => Promise.reject(new Error('nobody')) },
      permissionMode: () => 'bypassPermissions',
      rules: { allow: [], deny: [], ask: [] },
      limits: { maxTurns: 30, maxDurationMs: 60_000 },
      startedAt: Date.now(),
      maxOutputTokens: 1000,
      contextTokens: 200_000,
      cacheKey: 'k',
      sessionId: 'ses_1',
      runId: 'run_1',
      record,
      takeSteering: () => [],
      signal: new AbortController().signal,
      now: Date.now,
      newCallId: () => `mdl_${++ids}`,
      commandTimeoutMs: 20_000,
      network: false,
      sandbox: 'off',
    });
  } finally {
    await workspace.close();
  }
}

const empty: AgentState = { messages: [], openCalls: [], seen: new Map(), todos: [], turns: 0 };
const bytes = (messages: readonly Message[]): string[] => messages.map((message) => JSON.stringify(message));

describe('a run that is killed at any event', () => {
  it('resumes to the same end', { timeout: 120_000 }, async () => {
    const live = join(base, 'live');
    mkdirSync(join(live, 'project'), { recursive: true });
    writeFileSync(join(live, 'project', 'a.txt'), 'one\n');
    const events: Event[] = [];
    const record = (body: EventBody): void => {
      if (transientEventTypes.has(body.type)) return;
      events.push({ seq: events.length, time: Date.now(), sessionId: 'ses_1', ...body });
      cpSync(live, join(base, `cut-${events.length}`), { recursive: true });
    };
    const prompt = userMessage('go');
    record({ type: 'message.added', message: prompt, origin: 'user' });
    const whole = await run(live, { ...empty, messages: [prompt] }, record);
    expect(whole.stop).toEqual({ kind: 'finished', text: 'Done.' });
    expect(bytes(rebuildState(events).messages)).toEqual(bytes(whole.state.messages));
    expect(rebuildState(events)).toMatchObject({ openCalls: [], turns: 4, todos: whole.state.todos });
    expect(rebuildState(events).seen).toEqual(whole.state.seen);

    let unknown = 0;
    for (let cut = 1; cut <= events.length; cut++) {
      if (await resumeFrom(cut, events.slice(0, cut))) unknown += 1;
    }
    expect(unknown, 'cuts at which the outcome of the command was unknown').toBeGreaterThan(0);

    const started = events.findIndex((event) => event.type === 'tool.started' && event.name === 'edit');
    await resumeAfterEffect(join(base, 'edited'), {
      from: join(base, `cut-${started + 1}`),
      log: events.slice(0, started + 1),
    });
  });

  /** The crash came after the edit and before its record: it is seen as made, and not made again. */
  async function resumeAfterEffect(
    root: string,
    { from, log }: { from: string; log: readonly Event[] },
  ): Promise<void> {
    cpSync(from, root, { recursive: true });
    writeFileSync(join(root, 'project/a.txt'), 'two\n');
    const later: EventBody[] = [];
    const result = await run(root, rebuildState(log), (body) => later.push(body));
    expect(result.stop.kind).toBe('finished');
    expect(later.find((event) => event.type === 'tool.ended')).toMatchObject({ status: 'ok', output: 'changed a.txt' });
    expect(later.filter((event) => event.type === 'tool.started' && event.name === 'edit')).toEqual([]);
  }

  /** Whether a command's outcome was unknown. */
  async function resumeFrom(cut: number, log: readonly Event[]): Promise<boolean> {
    const where = `cut after ${cut}: ${log.at(-1)?.type}`;
    const root = join(base, `cut-${cut}`);
    const later: Event[] = [];
    const before = rebuildState(log);
    const result = await run(root, before, (body) => {
      if (!transientEventTypes.has(body.type)) later.push({ seq: 0, time: 0, sessionId: 'ses_1', ...body });
    });
    expect(result.stop, where).toEqual({ kind: 'finished', text: 'Done.' });
    expect(historyProblems(result.state.messages), where).toEqual([]);
    const settled = before.openCalls.length > 0 ? before.messages.slice(0, -1) : before.messages;
    expect(bytes(result.state.messages).slice(0, settled.length), where).toEqual(bytes(settled));
    expect(bytes(rebuildState([...log, ...later]).messages), where).toEqual(bytes(result.state.messages));

    expect(readFileSync(join(root, 'project/a.txt'), 'utf8'), where).toBe('two\n');
    expect(readFileSync(join(root, 'project/sub/b.txt'), 'utf8'), where).toBe('new');
    const counted = join(root, 'project/count.txt');
    const ends = [...log, ...later].filter((event) => event.type === 'tool.ended' && event.name === 'bash');
    const isUnknown = ends.some((event) => event.type === 'tool.ended' && event.status === 'unknown');
    const count = existsSync(counted) ? readFileSync(counted, 'utf8') : '';
    if (isUnknown) expect(['', 'x\n'], where).toContain(count);
    else expect(count, where).toBe('x\n');
    const paid = [...log, ...later].filter((event) => event.type === 'model.ended');
    expect(paid, where).toHaveLength(4);
    return isUnknown;
  }
});

it('keeps a message that was added while calls were open after their results', () => {
  const answer: Message = {
    role: 'assistant',
    parts: [
      { type: 'tool-call', id: 'c1', name: 'read', arguments: '{}' },
      { type: 'tool-call', id: 'c2', name: 'read', arguments: '{}' },
    ],
  };
  const envelope = { seq: 0, time: 0, sessionId: 's' };
  const ended = (callId: string): Event => ({
    ...envelope,
    type: 'tool.ended',
    callId,
    name: 'read',
    status: 'ok',
    output: callId,
    durationMs: 0,
  });
  const model: Event = {
    ...envelope,
    type: 'model.ended',
    callId: 'm',
    message: answer,
    finishReason: 'tool-calls',
    model: 'm',
    usage: {
      inputTokens: 0,
      outputTokens: 0,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      estimated: false,
    },
    costMicroUsd: null,
    durationMs: 0,
    firstTokenMs: null,
  };
  const added: Event = { ...envelope, type: 'message.added', message: userMessage('more'), origin: 'user' };
  const half = rebuildState([model, ended('c2'), added]);
  expect(half.messages.map((message) => message.role)).toEqual(['assistant', 'tool', 'user']);
  expect(half.openCalls).toEqual([{ callId: 'c1' }]);
  const full = rebuildState([model, ended('c2'), added, ended('c1')]);
  expect(full.messages.map((message) => message.role)).toEqual(['assistant', 'tool', 'user']);
  expect(historyProblems(full.messages)).toEqual([]);
  expect(full.openCalls).toEqual([]);
});
