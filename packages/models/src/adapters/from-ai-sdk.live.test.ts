// A real AI SDK provider against the scripted server, and models that misbehave in every documented way.

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV3, LanguageModelV3CallOptions, LanguageModelV3StreamPart } from '@ai-sdk/provider';
import type { Message, ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import type { Scenario, ScenarioTurn } from '../scripted/scenario.ts';
import { type ScriptedServer, serveScripted } from '../scripted/scripted-server.ts';
import { collectEvents, languageModelContract, type ModelBehaviour, testRequest } from '../testing/model-contract.ts';
import type { AiSdkOptions } from './ai-sdk-options.ts';
import { fromAiSdk } from './from-ai-sdk.ts';

const text = 'wörld 🐒 '.repeat(20);
const behaviours: Record<ModelBehaviour, ScenarioTurn> = {
  answers: { reply: { text } },
  refuses: { error: { status: 400, message: 'no' } },
  'streams-slowly': { reply: { text: 'x'.repeat(400) }, chunk: 4, tokensPerSecond: 30 },
  'breaks-off': { reply: { text }, chunk: 5, cut: 3 },
};

function modelAt(server: ScriptedServer, apiKey = 'right'): LanguageModelV3 {
  const provider = createOpenAICompatible({ name: 'house', apiKey, baseURL: `${server.url}/v1`, includeUsage: true });
  return provider('scripted');
}

describe('@ai-sdk/openai-compatible keeps the contract', () => {
  const cases = languageModelContract(async (behaviour) => {
    const server = await serveScripted({ name: 'one', turns: [behaviours[behaviour]] });
    return {
      model: fromAiSdk(modelAt(server)),
      calls: () => server.log.length,
      upstreamClosed: () => server.log.at(-1)?.clientLeft ?? false,
      close: () => server.close(),
    };
  });
  for (const { name, run } of cases) it(name, run);
});

async function lastOf(turns: Scenario['turns'], request?: ModelRequest, options: AiSdkOptions = {}, key = 'right') {
  const server = await serveScripted({ name: 'one', turns }, { key: 'right' });
  try {
    const events = await collectEvents(fromAiSdk(modelAt(server, key), options), request);
    return { last: events.at(-1), events, log: server.log };
  } finally {
    await server.close();
  }
}

function codeOf(event: ModelEvent | undefined): string | undefined {
  return event?.type === 'error' ? event.failure.code : event?.type;
}

describe('@ai-sdk/openai-compatible', () => {
  it('gives text, reasoning, calls and usage, and takes the second turn', async () => {
    const tools = [{ name: 'read', description: 'reads', parameters: { type: 'object', properties: {} } }];
    const reply = {
      reasoning: 'hm',
      text: 'look',
      toolCalls: [{ name: 'read', arguments: { path: 'a' } }],
      usage: { input: 90, cached: 50, output: 20, reasoning: 5 },
    };
    const { last } = await lastOf([{ reply, chunk: 3 }], testRequest({ tools }));
    expect(last).toMatchObject({
      type: 'end',
      finishReason: 'tool-calls',
      usage: { inputTokens: 90, cachedInputTokens: 50, outputTokens: 20, reasoningTokens: 5, estimated: false },
      message: {
        parts: [{ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'look' }, { arguments: '{"path":"a"}' }],
      },
    });
    const message: Message = last?.type === 'end' ? last.message : userMessage('');
    const callId = message.parts.find((part) => part.type === 'tool-call')?.id ?? '';
    const result: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId, name: 'read', output: 'content of a', isError: false }],
    };
    const request = testRequest({ system: 'be kind', tools, messages: [userMessage('hello'), message, result] });
    const second = await lastOf([{ reply: { text: 'no' } }, { reply: { text: 'done' } }], request);
    expect(second.last).toMatchObject({ type: 'end', finishReason: 'stop', message: { parts: [{ text: 'done' }] } });
    expect(second.log[0]?.request).toMatchObject({ system: 'be kind', tools: [{ name: 'read' }] });
    expect(second.log[0]?.request.messages.at(-1)?.parts).toMatchObject([{ callId, output: 'content of a' }]);
  });

  it('fails by the one taxonomy', async () => {
    const refused = (status: number, extra: object = {}) => [{ error: { status, message: 'no', ...extra } }];
    expect(codeOf((await lastOf(refused(500))).last)).toBe('server');
    expect(codeOf((await lastOf(refused(404))).last)).toBe('not_found');
    expect(codeOf((await lastOf([{ reply: { text } }], undefined, {}, 'wrong')).last)).toBe('auth');
    const limited = (await lastOf(refused(429, { retryAfter: 7 }))).last;
    expect(limited).toMatchObject({ failure: { code: 'rate_limit', retryAfterMs: 7000, status: 429 } });
  });

  it('never calls a cut answer complete', async () => {
    const half = { reply: { text }, chunk: 5 };
    const ended = (await lastOf([{ ...half, endWithoutFinish: true }])).last;
    expect(codeOf(ended)).toBe('truncated');
    expect(codeOf((await lastOf([{ ...half, cut: 4 }])).last)).toBe('network');
    expect(codeOf((await lastOf([{ ...half, garbage: 3 }])).last)).toBe('malformed');
    const inside = { status: 503, code: 'overloaded', message: 'too busy', after: 3 };
    expect(codeOf((await lastOf([{ ...half, error: inside }])).last)).toBe('overloaded');
    const watchdogs = { firstTokenMs: 100, firstTokenPerThousandMs: 0, idleMs: 100 };
    expect(codeOf((await lastOf([{ ...half, stall: 3 }], undefined, { watchdogs })).last)).toBe('timeout.idle');
    expect(codeOf((await lastOf([{ ...half, stall: 0 }], undefined, { watchdogs })).last)).toBe('timeout.first_token');
  });
});

/** A model that answers with these parts, then does `then`. */
function partsModel(
  parts: readonly LanguageModelV3StreamPart[],
  then: (controller: ReadableStreamDefaultController<LanguageModelV3StreamPart>) => void = (c) => c.close(),
): { model: LanguageModelV3; seen: LanguageModelV3CallOptions[]; cancelled: () => boolean } {
  const seen: LanguageModelV3CallOptions[] = [];
  let cancelled = false;
  const model: LanguageModelV3 = {
    specificationVersion: 'v3',
    provider: 'parts',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('not used')),
    async doStream(options) {
      seen.push(options);
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          then(controller);
        },
        cancel() {
          cancelled = true;
        },
      });
      return { stream };
    },
  };
  return { model, seen, cancelled: () => cancelled };
}

const counts = {
  inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};
const stop: LanguageModelV3StreamPart = {
  type: 'finish',
  usage: counts,
  finishReason: { unified: 'stop', raw: 'stop' },
};
const hello: LanguageModelV3StreamPart[] = [
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'hel' },
  { type: 'text-delta', id: '0', delta: 'lo' },
];

describe('models that misbehave', () => {
  const endings: Record<string, [string, ReturnType<typeof partsModel>]> = {
    'no finish at all': ['truncated', partsModel(hello)],
    'an iterator that throws': ['network', partsModel(hello, (c) => c.error(new TypeError('terminated')))],
    'an error part with a text': ['unknown', partsModel([...hello, { type: 'error', error: 'what' }, stop])],
    'an error part with an object': [
      'overloaded',
      partsModel([...hello, { type: 'error', error: { error: { type: 'overloaded_error', message: 'busy' } } }, stop]),
    ],
    'a finish with an error': [
      'server',
      partsModel([{ type: 'finish', usage: counts, finishReason: { unified: 'error', raw: undefined } }]),
    ],
    'a finish nobody gave a reason for': [
      'truncated',
      partsModel([...hello, { type: 'finish', usage: counts, finishReason: { unified: 'other', raw: undefined } }]),
    ],
    'parts after the finish': ['end', partsModel([...hello, stop, ...hello, stop])],
  };
  for (const [name, [code, { model }]] of Object.entries(endings)) {
    it(`${name}: ${code}`, async () => {
      const last = (await collectEvents(fromAiSdk(model))).at(-1);
      expect(codeOf(last)).toBe(code);
    });
  }

  it('keeps metadata of reasoning for its provider only, and leaves out what the provider ran itself', async () => {
    const parts: LanguageModelV3StreamPart[] = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: { house: { signature: 'sig' } } },
      { type: 'reasoning-end', id: 'r' },
      { type: 'tool-call', toolCallId: 't', toolName: 'web', input: '{}', providerExecuted: true },
      {
        type: 'tool-call',
        toolCallId: 'u',
        toolName: 'read',
        input: '{"a":1}',
        providerMetadata: { house: { thought: 1 } },
      },
      { type: 'finish', usage: counts, finishReason: { unified: 'tool-calls', raw: 'tool_calls' } },
    ];
    const { model, seen } = partsModel(parts);
    const last = (await collectEvents(fromAiSdk(model))).at(-1);
    const message = last?.type === 'end' ? last.message : userMessage('');
    expect(message.parts.map((part) => part.type)).toEqual(['reasoning', 'tool-call']);
    const request = testRequest({ messages: [userMessage('a'), message, userMessage('b')] });
    await collectEvents(fromAiSdk(model), request);
    expect(seen[1]?.prompt[1]?.content).toMatchObject([
      { type: 'reasoning', text: 'hm', providerOptions: { house: { signature: 'sig' } } },
      { type: 'tool-call', input: { a: 1 }, providerOptions: { house: { thought: 1 } } },
    ]);
    const other = partsModel([stop]);
    await collectEvents(fromAiSdk({ ...other.model, provider: 'another' }), request);
    expect(JSON.stringify(other.seen[0]?.prompt)).not.toContain('sig');
  });

  it('cancels the upstream when the reader leaves and when it is aborted', async () => {
    const silent = partsModel(hello, () => undefined);
    for await (const event of fromAiSdk(silent.model).stream(testRequest(), { signal: new AbortController().signal })) {
      if (event.type === 'text.delta') break;
    }
    expect(silent.cancelled()).toBe(true);
    expect(silent.seen[0]?.abortSignal?.aborted).toBe(true);
  });

  it('refuses another specification', () => {
    const old = { ...partsModel([]).model, specificationVersion: 'v2' } as unknown as LanguageModelV3;
    expect(() => fromAiSdk(old)).toThrow(/v3, not v2/);
  });
});
