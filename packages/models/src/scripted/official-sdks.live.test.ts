// The vendors' own SDKs as clients of our server half: streamed and not, tools over two turns, usage, and their error classes.
import Anthropic from '@anthropic-ai/sdk';
import { ApiError, GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from './scenario.ts';
import { type ScriptedServer, serveScripted } from './scripted-server.ts';

const text = 'Hello wörld 🐒';
const scenario: Scenario = {
  name: 'official SDKs',
  turns: [
    {
      chunk: 5,
      reply: {
        reasoning: 'let me think',
        text,
        toolCalls: [
          { name: 'read', arguments: { path: 'a' } },
          { name: 'read', arguments: { path: 'b' } },
        ],
        usage: { input: 90, cached: 50, output: 20, reasoning: 5 },
      },
    },
    { chunk: 5, reply: { text: 'done' } },
    { error: { status: 429, message: 'slow down', retryAfter: 7 } },
    { error: { status: 500, message: 'broken' } },
    {
      error: { status: 503, code: 'overloaded', message: 'too busy', after: 2 },
      chunk: 2,
      reply: { text: 'half an answer' },
    },
    { reply: { text: 'cut short by the limit', finish: 'length' } },
  ],
};
const parameters = { type: 'object', properties: { path: { type: 'string' } } } as const;
const paths = [{ path: 'a' }, { path: 'b' }];

let server: ScriptedServer;
beforeAll(async () => {
  server = await serveScripted(scenario, { key: 'right' });
});
afterAll(() => server.close());

/** A conversation in which the model has spoken so often. */
function spoken<A, U>(count: number, user: U, assistant: A): (A | U)[] {
  return [user, ...Array.from({ length: count }, () => [assistant, user]).flat()];
}

async function failure(call: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(call).then(
    () => {
      throw new Error('the SDK saw no error');
    },
    (error: unknown) => error,
  );
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('openai, chat completions', () => {
  const client = (apiKey = 'right'): OpenAI => new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
  const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [
    { type: 'function', function: { name: 'read', description: 'reads', parameters } },
  ];
  const user = { role: 'user', content: 'hi' } as const;
  const history = (count: number): OpenAI.Chat.Completions.ChatCompletionMessageParam[] =>
    spoken(count, user, { role: 'assistant', content: 'so' } as const);
  const create = (count: number, apiKey?: string) =>
    client(apiKey).chat.completions.create({ model: 'm', messages: history(count) });

  it('takes a whole answer, runs its tools and goes on', async () => {
    const first = await client().chat.completions.create({ model: 'm', messages: [user], tools });
    const message = first.choices[0]?.message;
    expect(message?.content).toBe(text);
    expect(first.choices[0]?.finish_reason).toBe('tool_calls');
    expect(first.usage).toMatchObject({ prompt_tokens: 90, completion_tokens: 20, total_tokens: 110 });
    expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(50);
    expect(first.usage?.completion_tokens_details?.reasoning_tokens).toBe(5);
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function');
    expect(calls.map((call) => JSON.parse(call.function.arguments) as unknown)).toEqual(paths);
    const results = calls.map((call) => ({ role: 'tool' as const, tool_call_id: call.id, content: 'x' }));
    const messages = [user, ...(message === undefined ? [] : [message]), ...results];
    const second = await client().chat.completions.create({ model: 'm', messages, tools });
    expect(second.choices[0]?.message.content).toBe('done');
    expect(server.log.at(-1)?.request.messages.at(-1)?.parts).toMatchObject([
      { callId: calls[0]?.id, output: 'x' },
      {},
    ]);
  });

  it('puts a streamed answer together with its own accumulator', async () => {
    const options = { model: 'm', messages: [user], tools, stream_options: { include_usage: true } };
    const final = await client().chat.completions.stream(options).finalChatCompletion();
    const message = final.choices[0]?.message;
    expect(message?.content).toBe(text);
    expect(final.choices[0]?.finish_reason).toBe('tool_calls');
    expect(final.usage?.total_tokens).toBe(110);
    const calls = (message?.tool_calls ?? []).filter((call) => call.type === 'function');
    expect(calls.map((call) => JSON.parse(call.function.arguments) as unknown)).toEqual(paths);
  });

  it('sees its own error classes', async () => {
    expect(await failure(create(0, 'wrong'))).toBeInstanceOf(OpenAI.AuthenticationError);
    const limited = await failure(create(2));
    expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
    expect((limited as InstanceType<typeof OpenAI.RateLimitError>).headers?.get('retry-after')).toBe('7');
    expect(await failure(create(3))).toBeInstanceOf(OpenAI.InternalServerError);
    const broken = client().chat.completions.create({ model: 'm', messages: history(4), stream: true });
    expect(await failure(broken.then(all))).toBeInstanceOf(OpenAI.APIError);
    expect((await create(5)).choices[0]?.finish_reason).toBe('length');
  });
});

describe('openai, responses', () => {
  const client = (apiKey = 'right'): OpenAI => new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });
  const tools: OpenAI.Responses.FunctionTool[] = [
    { type: 'function', name: 'read', description: 'reads', parameters, strict: false },
  ];
  const user = { role: 'user', content: 'hi' } as const;
  const history = (count: number): OpenAI.Responses.ResponseInput =>
    spoken(count, user, { role: 'assistant', content: 'so' } as const);
  const create = (count: number, apiKey?: string) =>
    client(apiKey).responses.create({ model: 'm', input: history(count) });

  it('takes a whole answer, runs its tools and goes on', async () => {
    const input: OpenAI.Responses.ResponseInput = [user];
    const first = await client().responses.create({ model: 'm', input, tools, instructions: 'be kind' });
    expect(server.log.at(-1)?.request.system).toBe('be kind');
    expect(first.output_text).toBe(text);
    expect(first.output.map((item) => item.type)).toEqual(['reasoning', 'message', 'function_call', 'function_call']);
    expect(first.usage).toMatchObject({ input_tokens: 90, output_tokens: 20 });
    expect(first.usage?.input_tokens_details.cached_tokens).toBe(50);
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map((call) => JSON.parse(call.arguments) as unknown)).toEqual(paths);
    const results = calls.map((call) => ({
      type: 'function_call_output' as const,
      call_id: call.call_id,
      output: 'x',
    }));
    const next = [...input, ...first.output, ...results] as OpenAI.Responses.ResponseInput;
    expect((await client().responses.create({ model: 'm', input: next, tools })).output_text).toBe('done');
  });

  it('puts a streamed answer together with its own accumulator', async () => {
    const stream = client().responses.stream({ model: 'm', input: [user], tools });
    const events = await all(stream);
    const streamed = events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
    const whole = events.flatMap((event) =>
      event.type === 'response.function_call_arguments.done' ? [JSON.parse(event.arguments) as unknown] : [],
    );
    const final = await stream.finalResponse();
    expect(streamed).toBe(text);
    expect(whole).toEqual(paths);
    expect(final.output_text).toBe(text);
    expect(final.output).toHaveLength(4);
    expect(final.usage?.output_tokens_details.reasoning_tokens).toBe(5);
  });

  it('sees its own error classes', async () => {
    expect(await failure(create(0, 'wrong'))).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(await failure(create(2))).toBeInstanceOf(OpenAI.RateLimitError);
    expect(await failure(create(3))).toBeInstanceOf(OpenAI.InternalServerError);
    const cut = await create(5);
    expect(cut.status).toBe('incomplete');
    expect(cut.incomplete_details?.reason).toBe('max_output_tokens');
    const broken = client().responses.create({ model: 'm', input: history(4), stream: true });
    expect(await failure(broken.then(all))).toBeInstanceOf(OpenAI.APIError);
  });
});

describe('@anthropic-ai/sdk', () => {
  const client = (apiKey = 'right'): Anthropic => new Anthropic({ apiKey, baseURL: server.url, maxRetries: 0 });
  const tools: Anthropic.Tool[] = [{ name: 'read', description: 'reads', input_schema: parameters }];
  const user = { role: 'user', content: 'hi' } as const;
  const history = (count: number): Anthropic.MessageParam[] =>
    spoken(count, user, { role: 'assistant', content: 'so' } as const);
  const create = (count: number, apiKey?: string) =>
    client(apiKey).messages.create({ model: 'm', max_tokens: 100, messages: history(count) });

  it('takes a whole answer, runs its tools and goes on', async () => {
    const first = await client().messages.create({ model: 'm', max_tokens: 100, messages: [user], tools });
    expect(first.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use']);
    expect(first.stop_reason).toBe('tool_use');
    expect(first.usage).toMatchObject({ input_tokens: 40, cache_read_input_tokens: 50, output_tokens: 20 });
    const calls = first.content.filter((block) => block.type === 'tool_use');
    expect(calls.map((call) => call.input)).toEqual(paths);
    const results = calls.map((call) => ({ type: 'tool_result' as const, tool_use_id: call.id, content: 'x' }));
    const messages: Anthropic.MessageParam[] = [
      user,
      { role: 'assistant', content: first.content },
      { role: 'user', content: results },
    ];
    const second = await client().messages.create({ model: 'm', max_tokens: 100, messages, tools });
    expect(second.content).toMatchObject([{ type: 'text', text: 'done' }]);
  });

  it('puts a streamed answer together with its own accumulator', async () => {
    const final = await client()
      .messages.stream({ model: 'm', max_tokens: 100, messages: [user], tools })
      .finalMessage();
    expect(final.content.map((block) => block.type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use']);
    expect(final.content.flatMap((block) => (block.type === 'tool_use' ? [block.input] : []))).toEqual(paths);
    expect(final.content.find((block) => block.type === 'text')?.text).toBe(text);
    expect(final.usage).toMatchObject({ cache_read_input_tokens: 50, output_tokens: 20 });
  });

  it('sees its own error classes', async () => {
    expect(await failure(create(0, 'wrong'))).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(await failure(create(2))).toBeInstanceOf(Anthropic.RateLimitError);
    expect(await failure(create(3))).toBeInstanceOf(Anthropic.InternalServerError);
    const broken = client().messages.stream({ model: 'm', max_tokens: 100, messages: history(4) });
    expect(await failure(broken.finalMessage())).toBeInstanceOf(Anthropic.APIError);
    expect((await create(5)).stop_reason).toBe('max_tokens');
  });
});

describe('@google/genai', () => {
  const client = (apiKey = 'right'): GoogleGenAI => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: server.url } });
  const config = {
    systemInstruction: 'be kind',
    tools: [{ functionDeclarations: [{ name: 'read', description: 'reads', parametersJsonSchema: parameters }] }],
  };
  const model = 'gemini-x';
  const user = { role: 'user', parts: [{ text: 'hi' }] };
  const history = (count: number) => spoken(count, user, { role: 'model', parts: [{ text: 'so' }] });
  const create = (count: number, apiKey?: string) =>
    client(apiKey).models.generateContent({ model, contents: history(count) });
  const statusOf = async (call: Promise<unknown>): Promise<number | undefined> => {
    const error = await failure(call);
    return error instanceof ApiError ? error.status : undefined;
  };

  it('takes a whole answer, runs its tools and goes on', async () => {
    const first = await client().models.generateContent({ model, contents: [user], config });
    expect(first.text).toBe(text);
    expect(first.functionCalls?.map((call) => call.args)).toEqual(paths);
    expect(first.usageMetadata).toMatchObject({
      promptTokenCount: 90,
      thoughtsTokenCount: 5,
      cachedContentTokenCount: 50,
    });
    const responses = (first.functionCalls ?? []).map((call) => ({
      functionResponse: { id: call.id ?? '', name: call.name ?? '', response: { output: 'x' } },
    }));
    const answer = first.candidates?.[0]?.content;
    const contents = [user, ...(answer === undefined ? [] : [answer]), { role: 'user', parts: responses }];
    expect((await client().models.generateContent({ model, contents, config })).text).toBe('done');
  });

  it('reads a streamed answer', async () => {
    const chunks = await all(await client().models.generateContentStream({ model, contents: [user], config }));
    const parts = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
    expect(parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('')).toBe(text);
    expect(parts.map((part) => (part.thought ? (part.text ?? '') : '')).join('')).toBe('let me think');
    expect(parts.flatMap((part) => (part.functionCall ? [part.functionCall.args] : []))).toEqual(paths);
    expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP');
    expect(chunks.at(-1)?.usageMetadata?.thoughtsTokenCount).toBe(5);
  });

  it('sees its own error class with the status', async () => {
    expect(await statusOf(create(0, 'wrong'))).toBe(401);
    expect(await statusOf(create(2))).toBe(429);
    expect(await statusOf(create(3))).toBe(500);
    expect((await create(5)).candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
    const broken = client().models.generateContentStream({ model, contents: history(4) });
    expect(await failure(broken.then(all))).toBeInstanceOf(Error);
  });
});
