// Both halves of every dialect against each other, and what must never change on the wire.

import type { DialectName, JsonValue, Message, ModelRequest } from '@monkey-coder/protocol';
import { userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { type DialectLimits, dialectContract } from '../testing/dialect-contract.ts';
import { dialectNamed, dialects } from './dialects.ts';
import { repairConversation } from './repair.ts';

const limits: Partial<Record<DialectName, DialectLimits>> = {
  'openai-responses': { noStopSequences: true },
  gemini: { noCacheWrites: true },
  cohere: { noCacheWrites: true, onlyForcedToolChoice: true },
};

for (const dialect of dialects) {
  describe(`${dialect.name} keeps the contract`, () => {
    for (const { name, run } of dialectContract(dialect, limits[dialect.name])) it(name, run);
  });
}

const request = (messages: Message[]): ModelRequest => ({
  callId: 'call_1',
  model: 'm',
  system: 'You are a monkey.',
  messages,
  tools: [{ name: 'read', description: 'reads', parameters: { type: 'object' } }],
  maxOutputTokens: 100,
});

const call = (id: string): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', id, name: 'read', arguments: '{"a":1}' }],
});
const result = (callId: string): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId, name: 'read', output: 'text', isError: false }],
});

describe('an appended history', () => {
  const history = [userMessage('one'), call('a'), result('a'), call('b'), result('b'), userMessage('two')];

  for (const dialect of dialects) {
    it(`keeps every earlier byte in ${dialect.name}, all but the mark on the last message`, () => {
      const mark = ',"cache_control":{"type":"ephemeral"}';
      const list = { 'openai-responses': '"input"', gemini: '"contents"' }[dialect.name as string] ?? '"messages"';
      const bytes = (count: number): string =>
        JSON.stringify(dialect.encodeRequest(request(history.slice(0, count)), {}).body);
      for (const count of [1, 3, 5]) {
        const before = bytes(count);
        const after = bytes(count + (count === 5 ? 1 : 2));
        const head = before.slice(0, before.indexOf(list));
        expect(after.startsWith(head)).toBe(true);
        const unmarked = (text: string): string => text.slice(text.indexOf(list)).replaceAll(mark, '');
        const common = unmarked(before).replace(/[\]}]+$/, '');
        expect(unmarked(after).startsWith(common)).toBe(true);
      }
    });
  }
});

describe('anthropic-messages', () => {
  const dialect = dialectNamed('anthropic-messages');

  it('puts two cache marks: on the head and on the last message', () => {
    const body = JSON.stringify(dialect?.encodeRequest(request([userMessage('one'), call('a'), result('a')]), {}).body);
    expect(body.match(/cache_control/g)).toHaveLength(2);
    expect(body).toContain('"text":"You are a monkey.","cache_control"');
    expect(body).toContain('"content":[{"type":"text","text":"text"}],"cache_control"');
    const without = dialect?.encodeRequest(request([userMessage('one')]), { cacheMarks: false }).body;
    expect(JSON.stringify(without)).not.toContain('cache_control');
  });

  it('gives signed and redacted thinking back, and the thinking of others not', () => {
    const stream = [
      '{"type":"message_start","message":{"id":"m1","model":"claude","usage":{"input_tokens":3,"output_tokens":1}}}',
      '{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}',
      '{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG"}}',
      '{"type":"content_block_stop","index":0}',
      '{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"XXX"}}',
      '{"type":"content_block_stop","index":1}',
      '{"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}}',
      '{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"query\\":1}"}}',
      '{"type":"content_block_stop","index":2}',
      '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}',
      '{"type":"message_stop"}',
    ];
    const decoder = dialect?.createDecoder({ status: 200, headers: {} }, { model: 'claude', quirks: {} });
    const events = stream.flatMap((data) => decoder?.push(Buffer.from(`data: ${data}\n\n`)) ?? []);
    const end = events.at(-1);
    if (end?.type !== 'end') throw new Error('no end');
    const foreign: Message = {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'of another vendor' },
        { type: 'text', text: 'x' },
      ],
    };
    const body = dialect?.encodeRequest(
      request([userMessage('q'), end.message, userMessage('r'), foreign, userMessage('s')]),
      {},
    ).body;
    const { messages } = body as unknown as { messages: { content: JsonValue[] }[] };
    expect(messages[1]?.content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'SIG' },
      { type: 'redacted_thinking', data: 'XXX' },
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 1 } },
    ]);
    expect(messages[3]?.content).toEqual([{ type: 'text', text: 'x' }]);
  });
});

describe('openai-chat', () => {
  const dialect = dialectNamed('openai-chat');
  const body = (quirks: object): string =>
    JSON.stringify(dialect?.encodeRequest({ ...request([userMessage('x')]), cacheKey: 'k' }, quirks).body);

  it('asks only what the host takes', () => {
    expect(body({})).toContain('"max_tokens":100');
    expect(body({})).not.toContain('prompt_cache_key');
    expect(body({ outputLimitField: 'max_completion_tokens', promptCacheKey: true })).toContain(
      '"max_completion_tokens":100,"prompt_cache_key":"k"',
    );
    expect(body({ streamUsage: false })).not.toContain('stream_options');
  });

  it('gives reasoning back in the field it came in, where the host wants it', () => {
    const decoder = dialect?.createDecoder({ status: 200, headers: {} }, { model: 'm', quirks: {} });
    const chunks = [
      '{"choices":[{"delta":{"reasoning_content":"think"}}]}',
      '{"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}',
      '[DONE]',
    ];
    const end = chunks.flatMap((data) => decoder?.push(Buffer.from(`data: ${data}\n\n`)) ?? []).at(-1);
    if (end?.type !== 'end') throw new Error('no end');
    const sent = (quirks: object): string =>
      JSON.stringify(dialect?.encodeRequest(request([userMessage('q'), end.message, userMessage('r')]), quirks).body);
    expect(sent({ replayReasoning: true })).toContain('"content":"hi","reasoning_content":"think"');
    expect(sent({})).not.toContain('think');
  });

  it('keeps to the first of several choices', () => {
    const decoder = dialect?.createDecoder({ status: 200, headers: {} }, { model: 'm', quirks: {} });
    const say = (index: number, content: string): string =>
      `{"choices":[{"index":${index},"delta":{"content":"${content}"}}]}`;
    const chunks = [
      say(0, 'a'),
      say(1, 'X'),
      say(0, 'b'),
      '{"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}',
      '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
      '[DONE]',
    ];
    const end = chunks.flatMap((data) => decoder?.push(Buffer.from(`data: ${data}\n\n`)) ?? []).at(-1);
    expect(end).toMatchObject({ type: 'end', finishReason: 'stop', message: { parts: [{ text: 'ab' }] } });
  });

  it('tells calls apart that share an index, and maps ids where they must be short', () => {
    const decoder = dialect?.createDecoder({ status: 200, headers: {} }, { model: 'm', quirks: {} });
    const one = (id: string): string =>
      `{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"${id}","function":{"name":"read","arguments":"{}"}}]}}]}`;
    const events = [one('a'), one('b'), '{"choices":[{"delta":{},"finish_reason":"stop"}]}', '[DONE]'].flatMap(
      (data) => decoder?.push(Buffer.from(`data: ${data}\n\n`)) ?? [],
    );
    expect(events.filter((event) => event.type === 'tool-call.ended').map((event) => event.id)).toEqual(['a', 'b']);
    expect(events.at(-1)).toMatchObject({ type: 'end', finishReason: 'tool-calls' });
    const short = JSON.stringify(
      dialect?.encodeRequest(request([call('call_123'), result('call_123')]), { shortToolCallIds: true }).body,
    );
    const [, first, second] = /"id":"(\w{9})".*"tool_call_id":"(\w{9})"/.exec(short) ?? [];
    expect(first).toBe(second);
    expect(first).toMatch(/^\w{9}$/);
  });
});

describe('repairConversation', () => {
  it('answers open calls, drops stray results and empty texts, and leaves a whole history alone', () => {
    const whole = [userMessage('x'), call('a'), result('a'), userMessage('y')];
    expect(repairConversation(whole)).toEqual(whole);
    const repaired = repairConversation([
      result('stray'),
      userMessage(''),
      call('a'),
      userMessage('y'),
      result('a'),
      result('a'),
      call('b'),
    ]);
    expect(repaired.map((message) => message.role)).toEqual(['assistant', 'tool', 'user', 'assistant', 'tool']);
    expect(repaired[1]).toEqual(result('a'));
    expect(repaired[4]?.parts[0]).toMatchObject({ callId: 'b', isError: true });
  });
});
