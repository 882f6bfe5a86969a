// Real HTTP against the scripted server: every way an answer can go, in every dialect, through the product's own client.
import { createServer, type Server } from 'node:net';
import type { ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { budgeted } from '../budget/budgeted.ts';
import { createMemoryLedger } from '../budget/memory-ledger.ts';
import { createCatalogue } from '../catalogue/catalogue.ts';
import type { LanguageModel, ModelDecorator } from '../language-model.ts';
import { listModels, validateKey } from '../providers/list-models.ts';
import { createProviderModel } from '../providers/provider-model.ts';
import { type ModelTarget, resolveTarget } from '../providers/target.ts';
import { retrying, sleepUntilAborted } from '../resilience/retrying.ts';
import { seededRandom } from '../testing/contract.ts';
import {
  collectEvents,
  languageModelContract,
  type ModelBehaviour,
  type OpenModel,
  testRequest,
} from '../testing/model-contract.ts';
import { createHttpClient } from '../transport/http-client.ts';
import { defaultWatchdogLimits, type WatchdogLimits } from '../transport/watchdogs.ts';
import type { Scenario, ScenarioTurn } from './scenario.ts';
import { createScriptedModel } from './scripted-model.ts';
import { type ScriptedServer, serveScripted } from './scripted-server.ts';

/** With `scripted` as a model of OpenAI that only speaks responses. */
const responsesCatalogue = createCatalogue([{ provider: 'openai', id: 'scripted', dialects: ['openai-responses'] }]);
const catalogue = createCatalogue();
const dialectNames = ['openai-chat', 'anthropic-messages', 'openai-responses', 'gemini', 'cohere'] as const;
type Name = (typeof dialectNames)[number];
const baseUrlEnv: Record<Name, string> = {
  'openai-chat': 'OPENAI_BASE_URL',
  'anthropic-messages': 'ANTHROPIC_BASE_URL',
  'openai-responses': 'OPENAI_BASE_URL',
  gemini: 'GOOGLE_GEMINI_BASE_URL',
  cohere: 'COHERE_BASE_URL',
};

function targetOf(name: Name, url: string, key?: string): ModelTarget {
  const keys = key === undefined ? {} : { openai: key, anthropic: key, google: key, cohere: key };
  const models = name === 'openai-responses' ? responsesCatalogue : catalogue;
  const env = { [baseUrlEnv[name]]: url };
  const target = resolveTarget({ model: 'scripted', env, keys, catalogue: models, now: 0 });
  expect(target.dialect).toBe(name);
  return target;
}

const watchdogs = { firstTokenMs: 200, firstTokenPerThousandMs: 0, idleMs: 200 };

async function withServer(
  name: Name,
  scenario: Scenario,
  use: (model: LanguageModel, server: ScriptedServer) => Promise<void>,
  limits: WatchdogLimits = watchdogs,
): Promise<void> {
  const server = await serveScripted(scenario);
  const http = createHttpClient();
  try {
    await use(createProviderModel(targetOf(name, server.url), { http, watchdogs: limits }), server);
  } finally {
    http.close();
    await server.close();
  }
}

const one = (turn: ScenarioTurn): Scenario => ({ name: 'one', turns: [turn] });
const text = 'wörld 🐒 '.repeat(20);
const behaviours: Record<ModelBehaviour, ScenarioTurn> = {
  answers: { reply: { text } },
  refuses: { error: { status: 400, message: 'no' } },
  'streams-slowly': { reply: { text: 'x'.repeat(400) }, chunk: 4, tokensPerSecond: 30 },
  'breaks-off': { reply: { text }, chunk: 5, cut: 3 },
};

function opener(name: Name, decorate: ModelDecorator): OpenModel {
  return async (behaviour) => {
    const server = await serveScripted(one(behaviours[behaviour]));
    const http = createHttpClient();
    return {
      model: decorate(createProviderModel(targetOf(name, server.url), { http })),
      calls: () => server.log.length,
      upstreamClosed: () => server.log.at(-1)?.clientLeft ?? false,
      close: async () => {
        http.close();
        await server.close();
      },
    };
  };
}

const composed: ModelDecorator = (inner) =>
  retrying({ random: seededRandom(1), sleep: sleepUntilAborted, now: Date.now, maxAttempts: 1 })(
    budgeted({
      ledger: createMemoryLedger(),
      scopes: [{ id: 'run:1', limitMicroUsd: 1_000_000 }],
      priceFor: () => ({ input: 1_000_000, output: 1_000_000 }),
      outputLimit: () => 1000,
      now: Date.now,
    })(inner),
  );

for (const name of dialectNames) {
  describe(`a provider's model over ${name} keeps the contract`, () => {
    for (const check of languageModelContract(opener(name, (model) => model))) it(check.name, check.run);
  });
  describe(`with budget and retries over ${name} it still keeps the contract`, () => {
    for (const check of languageModelContract(opener(name, composed))) it(check.name, check.run);
  });
}

describe('the scripted model in process keeps the contract', () => {
  const open: OpenModel = async (behaviour) => {
    let calls = 0;
    const scenario = one(behaviours[behaviour]);
    const inner = createScriptedModel(scenario, { sleep: sleepUntilAborted });
    const model: LanguageModel = {
      identity: inner.identity,
      stream: (request, options) => ({
        [Symbol.asyncIterator]() {
          const events = inner.stream(request, options)[Symbol.asyncIterator]();
          let started = options.signal.aborted;
          return {
            next() {
              if (!started) calls++;
              started = true;
              return events.next();
            },
            return: async () => (await events.return?.()) ?? { value: undefined, done: true as const },
          };
        },
      }),
    };
    return { model, calls: () => calls, close: async () => undefined };
  };
  for (const check of languageModelContract(open)) it(check.name, check.run);
});

const failures: [what: string, turn: ScenarioTurn, expected: object][] = [
  ['400', { error: { status: 400, message: 'bad' } }, { code: 'invalid_request', status: 400, message: 'bad' }],
  ['401', { error: { status: 401 } }, { code: 'auth', retry: false, failover: true }],
  ['403', { error: { status: 403 } }, { code: 'permission' }],
  ['404', { error: { status: 404 } }, { code: 'not_found' }],
  ['413', { error: { code: 'context_length', message: 'prompt is too long' } }, { code: 'context_length' }],
  [
    '429 with seconds',
    { error: { status: 429, retryAfter: 120 } },
    { code: 'rate_limit', retryAfterMs: 120_000, retry: true },
  ],
  ['429 with milliseconds', { error: { status: 429, retryAfter: 0.35 } }, { code: 'rate_limit', retryAfterMs: 350 }],
  ['500', { error: { status: 500 } }, { code: 'server', retry: true, countsAgainstHealth: true }],
  ['503', { error: { status: 503 } }, { code: 'overloaded' }],
  ['529', { error: { status: 529 } }, { code: 'overloaded' }],
  [
    'a content filter',
    { error: { code: 'content_policy', message: 'content_filter: no' } },
    { code: 'content_policy' },
  ],
  [
    'an error inside the stream',
    { reply: { text }, error: { code: 'overloaded', message: 'Overloaded', after: 2 } },
    { code: 'overloaded' },
  ],
  ['a cut after the headers', { reply: { text }, cut: 0 }, { code: 'network' }],
  ['a cut after some events', { reply: { text }, chunk: 5, cut: 3 }, { code: 'network' }],
  ['a clean end without a finish', { reply: { text }, endWithoutFinish: true }, { code: 'truncated' }],
  ['garbage', { reply: { text }, chunk: 5, garbage: 2 }, { code: 'malformed' }],
  ['a stall before the first token', { reply: { text }, stall: 0 }, { code: 'timeout.first_token' }],
  ['a stall between tokens', { reply: { text }, chunk: 5, stall: 3 }, { code: 'timeout.idle' }],
  [
    'a request that is not expected',
    { expect: { lastMessage: 'something else' } },
    {
      code: 'invalid_request',
      status: 422,
      message: expect.stringContaining('lastMessage should contain "something else" but is "hello"'),
    },
  ],
];

for (const name of dialectNames) {
  describe(`over ${name}`, () => {
    it.each(failures)('%s ends in one error of the right class', async (_what, turn, expected) => {
      await withServer(name, one(turn), async (model, server) => {
        const last = (await collectEvents(model)).at(-1);
        expect(last).toMatchObject({ type: 'error', failure: expected });
        expect(server.log).toHaveLength(1);
      });
    });

    it('text, reasoning, tool calls in parallel and usage arrive whole', async () => {
      const turn: ScenarioTurn = {
        chunk: 3,
        reply: {
          reasoning: 'let me think',
          text,
          toolCalls: [
            { name: 'read', arguments: { path: 'ä/🐒.txt' } },
            { name: 'run', arguments: { command: 'ls\n' } },
          ],
          usage: { input: 900, cached: 500, cacheWrite: 100, output: 70, reasoning: 30 },
        },
      };
      await withServer(name, one(turn), async (model) => {
        const events = await collectEvents(model);
        const end = events.at(-1);
        expect(end).toMatchObject({
          type: 'end',
          finishReason: 'tool-calls',
          usage: {
            inputTokens: 900,
            cachedInputTokens: 500,
            cacheWriteTokens: name === 'gemini' || name === 'cohere' ? 0 : 100,
            outputTokens: 70,
            reasoningTokens: 30,
            estimated: false,
          },
          message: {
            parts: [
              { type: 'reasoning', text: 'let me think' },
              { type: 'text', text },
              { type: 'tool-call', name: 'read', arguments: '{"path":"ä/🐒.txt"}' },
              { type: 'tool-call', name: 'run', arguments: '{"command":"ls\\n"}' },
            ],
          },
        });
      });
    });

    it('usage that is not told is estimated and marked', async () => {
      await withServer(name, one({ reply: { text, usage: 'none' } }), async (model) => {
        const end = (await collectEvents(model)).at(-1);
        const usage = end?.type === 'end' ? end.usage : undefined;
        if (name !== 'anthropic-messages') expect(usage?.estimated).toBe(true);
        expect(usage?.outputTokens).toBeGreaterThan(20);
      });
    });

    it('the turn follows from the history, and a failed attempt can be repeated', async () => {
      const scenario: Scenario = {
        name: 'two',
        turns: [{ reply: { text: 'first' } }, { error: { status: 500 }, times: 1, reply: { text: 'second' } }],
      };
      await withServer(name, scenario, async (model, server) => {
        const said = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'first' }] };
        const second = testRequest({ messages: [userMessage('a'), said, userMessage('b')] });
        expect((await collectEvents(model, second)).at(-1)?.type).toBe('error');
        const end = (await collectEvents(model, second)).at(-1);
        expect(end).toMatchObject({ type: 'end', message: { parts: [{ text: 'second' }] } });
        expect(server.log.map((entry) => entry.turn)).toEqual([1, 1]);
        const past = testRequest({ messages: [...second.messages, said, userMessage('c')] });
        const last = (await collectEvents(model, past)).at(-1);
        expect(last).toMatchObject({ failure: { message: expect.stringContaining('only 2 turns') } });
      });
    });

    it('200 streams at once and 1,000 short calls lose nothing', { timeout: 60_000 }, async () => {
      const long = one({ reply: { text: 'word '.repeat(200) }, chunk: 10 });
      const readAll = async (model: LanguageModel): Promise<void> => {
        const streams = await Promise.all(Array.from({ length: 200 }, () => collectEvents(model)));
        for (const events of streams) expect(joined(events)).toBe('word '.repeat(200));
      };
      await withServer(name, long, readAll, defaultWatchdogLimits);
      const readMany = async (model: LanguageModel, server: ScriptedServer): Promise<void> => {
        for (let batch = 0; batch < 20; batch++) {
          const calls = await Promise.all(Array.from({ length: 50 }, () => collectEvents(model)));
          for (const events of calls) expect(joined(events)).toBe('short');
        }
        expect(server.log).toHaveLength(1000);
      };
      await withServer(name, one({ reply: { text: 'short' } }), readMany, defaultWatchdogLimits);
    });

    it('a key is good, refused, or cannot be tried; models are listed', async () => {
      const server = await serveScripted(one({ reply: { text } }), { key: 'right-key' });
      const signal = new AbortController().signal;
      expect(await validateKey(targetOf(name, server.url, 'right-key'), signal)).toEqual({
        kind: 'valid',
        models: ['scripted'],
      });
      expect(await validateKey(targetOf(name, server.url, 'wrong-key'), signal)).toMatchObject({
        kind: 'rejected',
        failure: { code: 'auth' },
      });
      const wrong = createProviderModel(targetOf(name, server.url, 'wrong-key'));
      expect((await collectEvents(wrong)).at(-1)).toMatchObject({ failure: { code: 'auth', status: 401 } });
      const telling = await serveScripted(
        one({ error: { status: 401, message: 'Incorrect API key provided: right-key' } }),
      );
      const told = (await collectEvents(createProviderModel(targetOf(name, telling.url, 'right-key')))).at(-1);
      expect(told).toMatchObject({ failure: { code: 'auth', message: 'Incorrect API key provided: ***' } });
      await telling.close();
      await server.close();
      expect(await listModels(targetOf(name, server.url, 'right-key'), signal)).toMatchObject({
        kind: 'failed',
        failure: { code: 'network', message: expect.stringContaining('nothing listens') },
      });
    });
  });
}

function joined(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text.delta' ? event.text : '')).join('');
}

describe('hosts that are not there or not HTTP', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  const request: ModelRequest = testRequest();
  const raw = async (answer: string | Buffer): Promise<LanguageModel> => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(answer));
      socket.on('error', () => undefined);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return createProviderModel(targetOf('openai-chat', `http://127.0.0.1:${port}`), { watchdogs });
  };

  it('an unknown host and a closed port have their own lines', async () => {
    const unknown = createProviderModel(targetOf('openai-chat', 'http://no-such-host.invalid'), {
      watchdogs: { ...watchdogs, firstTokenMs: 20_000 },
    });
    expect((await collectEvents(unknown, request)).at(-1)).toMatchObject({
      failure: { code: 'network', message: expect.stringContaining('no-such-host.invalid') },
    });
    const closed = createProviderModel(targetOf('openai-chat', 'http://127.0.0.1:9'));
    expect((await collectEvents(closed, request)).at(-1)).toMatchObject({
      failure: { code: 'network', message: expect.stringContaining('nothing listens there') },
    });
  });

  it('a TLS address without TLS, and an answer that is not HTTP, are network failures', async () => {
    const model = await raw('SSH-2.0-OpenSSH\r\n');
    expect((await collectEvents(model, request)).at(-1)).toMatchObject({ failure: { code: 'network' } });
    const plain = await serveScripted(one({ reply: { text } }));
    const tls = createProviderModel(targetOf('openai-chat', plain.url.replace('http:', 'https:')), {
      watchdogs: { ...watchdogs, firstTokenMs: 5000 },
    });
    expect((await collectEvents(tls, request)).at(-1)).toMatchObject({ failure: { code: 'network' } });
    await plain.close();
  });

  it('a body cut inside a character keeps what came before', async () => {
    const event = Buffer.from(
      'data: {"choices":[{"delta":{"content":"before"}}]}\n\ndata: {"choices":[{"delta":{"content":"🐒"}}]}\n\n',
    );
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 5000\r\n\r\n';
    const model = await raw(Buffer.concat([Buffer.from(head), event.subarray(0, event.indexOf('🐒') + 2)]));
    const last = (await collectEvents(model, request)).at(-1);
    expect(last).toMatchObject({
      type: 'error',
      failure: { code: 'network' },
      partial: { parts: [{ text: 'before' }] },
    });
  });

  it('an empty answer and a huge error page do no harm', async () => {
    const empty = await raw('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect((await collectEvents(empty, request)).at(-1)).toMatchObject({ failure: { code: 'truncated' } });
    const huge = await raw(`HTTP/1.1 500 No\r\ncontent-length: 3000000\r\n\r\n${'x'.repeat(3_000_000)}`);
    const last = (await collectEvents(huge, request)).at(-1);
    expect(last).toMatchObject({ failure: { code: 'server', status: 500 } });
    expect(last?.type === 'error' ? last.failure.message.length : 9999).toBeLessThan(2000);
  });
});
