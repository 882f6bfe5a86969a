// What each vendor gets back of its own answers and of others', and what it is asked: the promises a contract cannot state.
import type { DialectName, JsonObject, JsonValue, Message, ModelEvent, ModelRequest } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import type { DialectQuirks } from './dialect.ts';
import { dialectNamed } from './dialects.ts';

function encode(name: DialectName, request: Partial<ModelRequest>, quirks: DialectQuirks = {}) {
  const whole: ModelRequest = {
    callId: '',
    model: 'm',
    system: '',
    messages: [userMessage('q')],
    tools: [],
    ...request,
  };
  const wire = dialectNamed(name)?.encodeRequest(whole, quirks);
  if (wire === undefined) throw new Error(`${name} is not spoken`);
  return { body: wire.body as JsonObject, notes: wire.notes, path: wire.path };
}

/** Decodes a stream of events, or with one text a document. */
function decode(name: DialectName, told: readonly JsonValue[] | JsonObject): ModelEvent[] {
  const decoder = dialectNamed(name)?.createDecoder({ status: 200, headers: {} }, { model: 'm', quirks: {} });
  if (decoder === undefined) throw new Error(`${name} is not spoken`);
  const text = Array.isArray(told)
    ? told.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
    : JSON.stringify(told);
  return [...decoder.push(Buffer.from(text)), ...decoder.finish()];
}

function answerOf(events: readonly ModelEvent[]): Message {
  const end = events.at(-1);
  if (end?.type !== 'end') throw new Error(`no end but ${JSON.stringify(end)}`);
  return end.message;
}

const foreign: Message = {
  role: 'assistant',
  parts: [
    {
      type: 'reasoning',
      text: 'thoughts of another vendor',
      providerData: { 'anthropic-messages': { signature: 'X' } },
    },
    { type: 'text', text: 'said' },
    { type: 'tool-call', id: 'toolu_1', name: 'read', arguments: '{"a":1}' },
    { type: 'tool-call', id: 'toolu_2', name: 'read', arguments: '' },
  ],
};

describe('openai-responses', () => {
  const reasoning = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'hm' }],
    encrypted_content: 'ENC',
  };
  const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } };
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'read', arguments: '{"a":1}' };
  const whole = (output: JsonValue[], more: JsonObject = {}): JsonObject => ({
    id: 'r',
    model: 'm',
    status: 'completed',
    output,
    ...more,
  });

  it('gives encrypted reasoning and built-in tool items back as they came', () => {
    const answer = answerOf(decode('openai-responses', whole([reasoning, search, call])));
    expect(answer.parts.filter((part) => part.type === 'tool-call')).toHaveLength(1);
    const { body } = encode('openai-responses', { messages: [userMessage('q'), answer] });
    expect(body['store']).toBe(false);
    expect((body['input'] as JsonValue[]).slice(1, 4)).toEqual([
      reasoning,
      search,
      { type: 'function_call', call_id: 'call_1', name: 'read', arguments: '{"a":1}' },
    ]);
  });

  it('leaves out reasoning that led to nothing, is not encrypted, or is of another vendor', () => {
    const broken = answerOf(decode('openai-responses', whole([reasoning], { status: 'incomplete' })));
    const { encrypted_content: _, ...plain } = reasoning;
    const open = answerOf(decode('openai-responses', whole([plain, call])));
    const { body } = encode('openai-responses', {
      messages: [broken, userMessage('q'), open, userMessage('r'), foreign],
    });
    expect(JSON.stringify(body)).not.toMatch(/"reasoning"|thoughts of another/);
    expect(JSON.stringify(body)).toContain('"call_id":"toolu_2","name":"read","arguments":"{}"');
  });

  it('keeps the phase of a message and shortens ids that are too long', () => {
    const message = { type: 'message', phase: 'commentary', content: [{ type: 'output_text', text: 'x' }] };
    const answer = answerOf(decode('openai-responses', whole([message])));
    const long: Message = {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'i'.repeat(90), name: 'read', arguments: '{}' }],
    };
    const input = encode('openai-responses', { messages: [answer, userMessage('q'), long] }).body[
      'input'
    ] as JsonObject[];
    expect(input[0]).toMatchObject({ role: 'assistant', phase: 'commentary' });
    expect(String(input[2]?.['call_id'])).toHaveLength(64);
    expect(input[3]?.['call_id']).toBe(input[2]?.['call_id']);
  });

  it('asks for encrypted reasoning only where the model thinks', () => {
    const body = (quirks: DialectQuirks): string =>
      JSON.stringify(encode('openai-responses', { reasoningEffort: 'low' }, quirks).body);
    expect(body({ thinking: 'effort' })).toContain(
      '"include":["reasoning.encrypted_content"],"reasoning":{"effort":"low"}',
    );
    expect(body({ thinking: 'effort', reasoningSummary: true })).toContain('"summary":"auto"');
    expect(body({ thinking: 'none' })).not.toContain('reasoning');
    expect(encode('openai-responses', { cacheKey: 'k' }, { promptCacheKey: true }).body['prompt_cache_key']).toBe('k');
  });

  it('maps refusals, incomplete answers and failures', () => {
    const refusal = [
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      { type: 'response.refusal.delta', output_index: 0, delta: 'I will not' },
      {
        type: 'response.completed',
        response: whole([{ type: 'message', content: [{ type: 'refusal', refusal: 'I will not' }] }]),
      },
    ];
    const refused = decode('openai-responses', refusal);
    expect(refused.at(-1)).toMatchObject({ type: 'end', finishReason: 'content-filter' });
    const replay = encode('openai-responses', { messages: [answerOf(refused)] }).body['input'] as JsonValue[];
    expect(replay[0]).toMatchObject({ content: [{ type: 'refusal', refusal: 'I will not' }] });
    const incomplete = (reason: string): unknown =>
      decode('openai-responses', whole([], { status: 'incomplete', incomplete_details: { reason } })).at(-1);
    expect(incomplete('max_output_tokens')).toMatchObject({ finishReason: 'length' });
    expect(incomplete('content_filter')).toMatchObject({ finishReason: 'content-filter' });
    expect(incomplete('brand_new')).toMatchObject({ finishReason: 'other', finishRaw: 'brand_new' });
    const failed = {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error', message: 'sorry' } },
    };
    expect(decode('openai-responses', [failed]).at(-1)).toMatchObject({
      failure: { code: 'server', message: 'sorry' },
    });
    const flat = { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null };
    expect(decode('openai-responses', [flat]).at(-1)).toMatchObject({
      failure: { code: 'rate_limit', message: 'slow down' },
    });
  });

  it('reads an answer that only its last event tells', () => {
    const message = { type: 'message', content: [{ type: 'output_text', text: 'all at once' }] };
    const events = decode('openai-responses', [{ type: 'response.completed', response: whole([message, call]) }]);
    expect(answerOf(events).parts).toMatchObject([{ text: 'all at once' }, { type: 'tool-call', id: 'call_1' }]);
    expect(events.at(-1)).toMatchObject({ finishReason: 'tool-calls' });
  });

  it('reads hosts that number no items, finish none, or tell the same reasoning twice', () => {
    const events = decode('openai-responses', [
      { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', summary_index: 0, delta: 'hm' },
      { type: 'response.reasoning_text.delta', item_id: 'rs_1', content_index: 0, delta: 'hm' },
      { type: 'response.output_item.added', item: { ...call, arguments: '' } },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_1', delta: '{"a":' },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_1', delta: '1}' },
      { type: 'response.some_news', error: null },
      { type: 'response.completed', response: whole([reasoning, call]) },
    ]);
    expect(answerOf(events).parts).toMatchObject([
      { type: 'reasoning', text: 'hm', providerData: { 'openai-responses': { item: reasoning } } },
      { type: 'tool-call', id: 'call_1', arguments: '{"a":1}' },
    ]);
  });

  it('refuses what would need memory', () => {
    const read = (more: JsonObject): unknown =>
      dialectNamed('openai-responses')?.decodeRequest({ model: 'm', input: 'x', ...more }, '/v1/responses');
    expect(read({})).toMatchObject({ request: { messages: [userMessage('x')] }, stream: false });
    expect(() => read({ previous_response_id: 'r' })).toThrow(/previous_response_id/);
    expect(() => read({ input: [{ type: 'item_reference', id: 'x' }] })).toThrow(/input\.0/);
  });
});

describe('gemini', () => {
  const chunk = (parts: JsonValue[], more: JsonObject = {}): JsonObject => ({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    responseId: 'R-1',
  });
  const contents = (messages: Message[], model = 'gemini-3.6-flash'): JsonObject[] =>
    encode('gemini', { messages, model }).body['contents'] as JsonObject[];

  it('gives every signature back in the part it came in, and makes stable ids', () => {
    const parts = [
      { text: 'hm', thought: true, thoughtSignature: 'T' },
      { text: 'plain ' },
      { text: 'signed', thoughtSignature: 'S' },
      { executableCode: { code: '1', language: 'PYTHON' }, thoughtSignature: 'E' },
      { functionCall: { name: 'read', args: { a: 1 } }, thoughtSignature: 'C' },
      { functionCall: { name: 'read', args: {} } },
      { text: '', thoughtSignature: 'L' },
    ];
    const events = decode('gemini', [chunk(parts), chunk([], { finishReason: 'STOP' })]);
    const answer = answerOf(events);
    expect(events.find((event) => event.type === 'tool-call.ended')).toMatchObject({
      providerData: { gemini: { thoughtSignature: 'C' } },
    });
    const ids = answer.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
    expect(new Set(ids).size).toBe(2);
    expect(answerOf(decode('gemini', [chunk(parts), chunk([], { finishReason: 'STOP' })]))).toEqual(answer);
    const back = contents([userMessage('q'), answer])[1]?.['parts'] as JsonObject[];
    const unnamed = back.map((part) => {
      const { id: _, ...call } = (part['functionCall'] ?? {}) as JsonObject;
      return part['functionCall'] === undefined ? part : { ...part, functionCall: call };
    });
    expect(unnamed).toEqual(parts);
    expect(back[4]?.['functionCall']).toMatchObject({ id: ids[0] });
  });

  it('signs the first call of another vendor where the model wants that, and shows no foreign thoughts', () => {
    const [, model] = contents([userMessage('q'), foreign]);
    expect(model?.['parts']).toEqual([
      { text: 'said' },
      {
        functionCall: { id: 'toolu_1', name: 'read', args: { a: 1 } },
        thoughtSignature: 'skip_thought_signature_validator',
      },
      { functionCall: { id: 'toolu_2', name: 'read', args: {} } },
    ]);
    expect(JSON.stringify(contents([userMessage('q'), foreign], 'gemini-2.5-pro'))).not.toContain('Signature');
  });

  it('puts the model into the path and says how to think as the model takes it', () => {
    const config = (quirks: DialectQuirks, effort: 'none' | 'high', model = 'gemini-x'): unknown =>
      (
        encode('gemini', { model, reasoningEffort: effort }, quirks).body['generationConfig'] as JsonObject | undefined
      )?.['thinkingConfig'];
    expect(encode('gemini', { model: 'models/gemini-x' }).path).toBe('/models/gemini-x:streamGenerateContent?alt=sse');
    expect(config({ thinking: 'effort' }, 'high')).toEqual({ includeThoughts: true, thinkingLevel: 'high' });
    expect(config({ thinking: 'budget' }, 'none')).toEqual({ includeThoughts: false, thinkingBudget: 0 });
    expect(config({ thinking: 'budget' }, 'none', 'gemini-2.5-pro')).toEqual({ includeThoughts: true });
    expect(config({ thinking: 'none' }, 'high')).toBeUndefined();
    const tools = [{ name: 't', description: 'd', parameters: { type: 'object', properties: {} } }];
    expect(encode('gemini', { tools, toolChoice: { name: 't' } }).body).toMatchObject({
      tools: [{ functionDeclarations: [{ name: 't', description: 'd', parametersJsonSchema: tools[0]?.parameters }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['t'] } },
    });
  });

  it('reads a blocked prompt, an empty candidate, a list instead of a stream, and an error in it', () => {
    const blocked = decode('gemini', [
      { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 3 } },
    ]);
    expect(blocked.at(-1)).toMatchObject({
      finishReason: 'content-filter',
      finishRaw: 'PROHIBITED_CONTENT',
      usage: { inputTokens: 3 },
    });
    expect(decode('gemini', [{ candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }]).at(-1)).toMatchObject({
      finishReason: 'other',
    });
    const decoder = dialectNamed('gemini')?.createDecoder({ status: 200, headers: {} }, { model: 'm', quirks: {} });
    const text = JSON.stringify([chunk([{ text: 'a' }]), chunk([{ text: 'b' }], { finishReason: 'STOP' })]);
    const read = [...(decoder?.push(Buffer.from(text)) ?? []), ...(decoder?.finish() ?? [])].at(-1);
    expect(read).toMatchObject({ type: 'end', finishReason: 'stop', message: { parts: [{ text: 'ab' }] } });
    const error = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } };
    expect(decode('gemini', [chunk([{ text: 'a' }]), error]).at(-1)).toMatchObject({
      failure: { code: 'overloaded' },
      partial: { parts: [{ text: 'a' }] },
    });
  });

  it('reads clients without ids, in snake case, with capital types', () => {
    const body = {
      system_instruction: { parts: [{ text: 'sys' }] },
      contents: [
        { parts: [{ text: 'q' }, { inline_data: { mime_type: 'image/png', data: 'AA' } }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'a', args: {} } }, { functionCall: { name: 'b', args: {} } }],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'b', response: { result: 'B' } } },
            { functionResponse: { name: 'a', response: { error: 'A' } } },
          ],
        },
      ],
      tools: [
        {
          function_declarations: [{ name: 'a', parameters: { type: 'OBJECT', properties: { x: { type: 'STRING' } } } }],
        },
      ],
      generation_config: { max_output_tokens: 5, thinking_config: { thinking_budget: 0 } },
    };
    const { request, stream } =
      dialectNamed('gemini')?.decodeRequest(body, '/v1beta/models/g%2D1:generateContent') ?? {};
    expect(stream).toBe(false);
    expect(request).toMatchObject({ model: 'g-1', system: 'sys', maxOutputTokens: 5, reasoningEffort: 'none' });
    expect(request?.messages[0]?.parts[1]).toEqual({ type: 'image', mediaType: 'image/png', data: 'AA' });
    expect(request?.messages[2]?.parts).toMatchObject([
      { callId: 'call_1', output: 'B', isError: false },
      { callId: 'call_0', output: 'A', isError: true },
    ]);
    expect(request?.tools[0]?.parameters).toEqual({ type: 'object', properties: { x: { type: 'string' } } });
  });
});

describe('cohere', () => {
  it('gives the plan and its own thoughts back, and turns text before calls into a plan', () => {
    const events = decode('cohere', {
      id: 'r',
      message: {
        content: [{ type: 'thinking', thinking: 'hm' }],
        tool_plan: 'I will read.',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: 'null' } }],
      },
      finish_reason: 'TOOL_CALL',
      usage: { tokens: { input_tokens: 5, output_tokens: 2 }, cached_tokens: 4 },
    });
    expect(events.at(-1)).toMatchObject({
      finishReason: 'tool-calls',
      usage: { inputTokens: 5, cachedInputTokens: 4 },
    });
    const messages = encode('cohere', { messages: [userMessage('q'), answerOf(events), userMessage('r'), foreign] })
      .body['messages'] as JsonObject[];
    expect(messages[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'thinking', thinking: 'hm' }],
      tool_plan: 'I will read.',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'read', arguments: '{}' } }],
    });
    expect(messages[4]).toMatchObject({ tool_plan: 'said', tool_calls: [{ id: 'toolu_1' }, { id: 'toolu_2' }] });
    expect(JSON.stringify(messages)).not.toContain('another vendor');
  });

  it('ends with an error where the provider says so', () => {
    const end = (delta: JsonObject): unknown => decode('cohere', [{ type: 'message-end', delta }]).at(-1);
    expect(end({ finish_reason: 'ERROR', error: 'internal error' })).toMatchObject({ failure: { code: 'server' } });
    expect(end({ finish_reason: 'ERROR' })).toMatchObject({ failure: { code: 'server' } });
    expect(end({ finish_reason: 'NEW' })).toMatchObject({ type: 'end', finishReason: 'other', finishRaw: 'NEW' });
    expect(decode('cohere', [{ message: 'too many requests, rate limit' }]).at(-1)).toMatchObject({
      failure: { code: 'rate_limit' },
    });
  });

  it('says what it cannot ask', () => {
    const file: Message = {
      role: 'user',
      parts: [
        { type: 'file', mediaType: 'application/pdf', data: 'AA' },
        { type: 'text', text: 'x' },
      ],
    };
    const { notes, body } = encode('cohere', { messages: [file], reasoningEffort: 'high' }, { thinking: 'none' });
    expect(notes).toHaveLength(2);
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'x' }] }]);
    expect(
      encode('cohere', { reasoningEffort: 'high', maxOutputTokens: 100 }, { thinking: 'budget' }).body['thinking'],
    ).toEqual({
      type: 'enabled',
      token_budget: 50,
    });
  });
});
