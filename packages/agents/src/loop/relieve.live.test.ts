// Long runs in a small window: the model is never sent more than it takes, the prompt's beginning stays the same between two
// reliefs, nothing that counts is lost, and a resumed run sends the same bytes.
import type { LanguageModel } from '@monkey-coder/models';
import {
  type Event,
  type EventBody,
  type ModelRequest,
  messageText,
  noUsage,
  userMessage,
} from '@monkey-coder/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { historyProblems } from '../messages/tool-results.ts';
import { makeTestFolder, openTestWorkspace } from '../testing/open-folder.ts';
import { builtinTools } from '../tools/builtin.ts';
import type { AgentResult, AgentState } from './agent.ts';
import { rebuildState } from './rebuild-state.ts';
import { runAgent } from './run-agent.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const tokensOf = (request: ModelRequest): number =>
  Math.ceil((request.system.length + JSON.stringify([request.tools, request.messages]).length) / 4);
const isSummaryRequest = (request: ModelRequest): boolean =>
  messageText(request.messages.at(-1) ?? userMessage('')).startsWith('The conversation is about to be cut');

/** Reads file after file; counts tokens as it is asked, and refuses what its window does not take. */
function readingModel(options: { readonly turns: number; readonly window: number; readonly density?: number }) {
  const requests: ModelRequest[] = [];
  let [turn, refused] = [0, 0];
  const model: LanguageModel = {
    identity: { provider: 'played', model: 'reader' },
    async *stream(request) {
      const inputTokens = Math.round(tokensOf(request) * (options.density ?? 1));
      yield { type: 'start' };
      if (inputTokens > options.window) {
        refused += 1;
        const failure = { code: 'context_length', message: 'too long', retry: false, failover: false } as const;
        yield {
          type: 'error',
          failure: { ...failure, countsAgainstHealth: false },
          partial: { role: 'assistant', parts: [] },
          usage: noUsage,
        };
        return;
      }
      requests.push(request);
      const usage = { ...noUsage, inputTokens, outputTokens: 10 };
      const end = { type: 'end', usage, model: 'reader' } as const;
      if (isSummaryRequest(request)) {
        const text = 'SUMMARY: the reader goes on.';
        yield { ...end, finishReason: 'stop', message: { role: 'assistant', parts: [{ type: 'text', text }] } };
        return;
      }
      turn += 1;
      const args = JSON.stringify({ path: `f${turn % 40}.txt` });
      const call = { type: 'tool-call', id: `call_${turn}`, name: 'read', arguments: args } as const;
      const parts = turn > options.turns ? [{ type: 'text' as const, text: 'Read.' }] : [call];
      const finishReason = turn > options.turns ? 'stop' : 'tool-calls';
      yield { ...end, finishReason, message: { role: 'assistant', parts } };
    },
  };
  return { model, requests, refusals: () => refused };
}

async function run(
  model: LanguageModel,
  window: number,
  more: {
    readonly state?: AgentState;
    readonly record?: (event: EventBody) => void;
    readonly maxTurns?: number;
    readonly takeReliefRequest?: () => boolean;
  } = {},
): Promise<AgentResult> {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`f${i}.txt`, `${`line of file ${i}\n`.repeat(150)}`]),
  );
  const folder = makeTestFolder(files);
  const workspace = openTestWorkspace(folder.base, process.env);
  cleanUps.push(folder.remove);
  const start: AgentState = {
    messages: [userMessage('Read them all, and never write')],
    openCalls: [],
    seen: new Map(),
    todos: [{ text: 'read on', status: 'in_progress' }],
    turns: 0,
  };
  let ids = 0;
  try {
    return await runAgent({
      model,
      modelName: 'reader',
      system: 'system',
      tools: builtinTools(),
      state: more.state ?? start,
      workspace,
      gate: { available: false, ask: () => Promise.reject(new Error('nobody')) },
      permissionMode: () => 'bypassPermissions',
      rules: { allow: [], deny: [], ask: [] },
      limits: { maxTurns: more.maxTurns ?? 500, maxDurationMs: 60_000 },
      startedAt: Date.now(),
      maxOutputTokens: 1000,
      contextTokens: window,
      cacheKey: 'k',
      sessionId: 'ses_1',
      runId: 'run_1',
      record: more.record ?? (() => undefined),
      takeSteering: () => [],
      ...(more.takeReliefRequest ? { takeReliefRequest: more.takeReliefRequest } : {}),
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

/** Characters of a request that the one before it began with, and of the whole request. */
function cacheable(requests: readonly ModelRequest[]): { readonly same: number; readonly all: number } {
  let [same, all] = [0, 0];
  requests.forEach((request, index) => {
    const texts = (one: ModelRequest): string[] => one.messages.map((message) => JSON.stringify(message));
    const [now, before] = [texts(request), index === 0 ? [] : texts(requests[index - 1] ?? request)];
    const changed = now.findIndex((text, at) => text !== before[at]);
    const kept = changed < 0 ? now : now.slice(0, changed);
    const head = request.system.length + JSON.stringify(request.tools).length;
    same += index === 0 ? 0 : head + kept.join('').length;
    all += head + now.join('').length;
  });
  return { same, all };
}

describe('a conversation that outgrows its window', () => {
  it('is never refused, keeps the request in view, and ends', async () => {
    const { model, requests, refusals } = readingModel({ turns: 120, window: 12_000 });
    const events: EventBody[] = [];
    const result = await run(model, 12_000, { record: (event) => events.push(event) });
    expect(result.stop).toEqual({ kind: 'finished', text: 'Read.' });
    expect(refusals()).toBe(0);
    expect(Math.max(...requests.map(tokensOf))).toBeLessThan(12_000);
    const reliefs = events.filter((event) => event.type === 'context.relieved');
    expect(reliefs.length).toBeGreaterThan(3);
    expect(reliefs.some((event) => event.type === 'context.relieved' && event.relief.summary !== undefined)).toBe(true);
    for (const request of requests) {
      expect(historyProblems(request.messages)).toEqual([]);
      expect(JSON.stringify(request.messages)).toContain('Read them all, and never write');
    }
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain('SUMMARY: the reader goes on.');
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain('read on');
  });

  it('makes room when a person asks, once, in a window that has enough', async () => {
    const { model, requests } = readingModel({ turns: 30, window: 200_000 });
    const events: EventBody[] = [];
    let asked = 0;
    const takeReliefRequest = (): boolean => ++asked === 25;
    await run(model, 200_000, { record: (event) => events.push(event), takeReliefRequest });
    const reliefs = events.flatMap((event) => (event.type === 'context.relieved' ? [event] : []));
    expect(reliefs.map(({ reason }) => reason)).toEqual(['asked']);
    expect(reliefs[0]?.tokensAfter).toBeLessThan((reliefs[0]?.tokensBefore ?? 0) / 2 + 1000);
    expect(Math.max(...requests.map(tokensOf))).toBeLessThan(200_000);
  });

  it('makes room when the provider counts more than was estimated', async () => {
    const { model, refusals } = readingModel({ turns: 60, window: 12_000, density: 1.6 });
    const result = await run(model, 12_000);
    expect(result.stop.kind).toBe('finished');
    expect(refusals()).toBeLessThan(3);
  });

  it('keeps at least 90 % of 30 turns in the beginning that a prompt cache can hold', async () => {
    const { model, requests } = readingModel({ turns: 30, window: 200_000 });
    await run(model, 200_000);
    const { same, all } = cacheable(requests);
    expect(same / all).toBeGreaterThan(0.9);
    const small = readingModel({ turns: 90, window: 30_000 });
    await run(small.model, 30_000);
    const tight = cacheable(small.requests);
    expect(tight.same / tight.all).toBeGreaterThan(0.75);
  });

  it('sends the same bytes after a restart at any event', async () => {
    const log: Event[] = [];
    const { model, requests } = readingModel({ turns: 40, window: 12_000 });
    const record = (body: EventBody): void => {
      log.push({ seq: log.length, time: 0, sessionId: 'ses_1', ...body } as Event);
    };
    const first: EventBody = {
      type: 'message.added',
      message: userMessage('Read them all, and never write'),
      origin: 'user',
    };
    record(first);
    await run(model, 12_000, { record });
    const turns = requests.filter((request) => !isSummaryRequest(request));
    const starts = log.flatMap((event, index) =>
      event.type === 'model.started' && event.purpose === undefined ? [index] : [],
    );
    for (const [at, index] of starts.entries()) {
      const rebuilt = rebuildState(log.slice(0, index));
      expect(JSON.stringify(rebuilt.messages), `turn ${at + 1}`).toBe(JSON.stringify(turns[at]?.messages));
    }
  });

  it('does not pay again for a summary that a crash left unused', async () => {
    const log: Event[] = [];
    const { model } = readingModel({ turns: 60, window: 12_000 });
    await run(model, 12_000, {
      record: (body) => log.push({ seq: log.length, time: 0, sessionId: 'ses_1', ...body } as Event),
    });
    const paid = log.findIndex((event) => event.type === 'model.ended' && event.purpose === 'compaction');
    const state = rebuildState(log.slice(0, paid + 1));
    expect(state.summaryDraft).toContain('SUMMARY');
    const again = readingModel({ turns: 0, window: 12_000 });
    const events: EventBody[] = [];
    const messages = [userMessage('Read them all, and never write'), ...state.messages];
    await run(again.model, 12_000, { state: { ...state, messages }, record: (event) => events.push(event) });
    expect(again.requests.some(isSummaryRequest)).toBe(false);
    expect(JSON.stringify(again.requests[0]?.messages)).toContain('SUMMARY: the reader goes on.');
  });
});
