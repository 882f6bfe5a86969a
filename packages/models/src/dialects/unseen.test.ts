// Traffic that nobody recorded for us but hosts are known to send: each oddity, and what it must be read as.
import type { DialectName } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { dialectNamed } from './dialects.ts';

interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly string[];
  /** Finish reason, or code of the failure. */
  readonly end: string;
  readonly message?: string;
}

/** Read whole and byte by byte; both must agree. */
function read(name: DialectName, body: string, status = 200): Reading {
  const whole = readIn(name, [Buffer.from(body)], status);
  const bytes = Array.from(Buffer.from(body), (byte) => Uint8Array.of(byte));
  expect(readIn(name, bytes, status)).toEqual(whole);
  return whole;
}

function readIn(name: DialectName, pieces: readonly Uint8Array[], status: number): Reading {
  const decoder = dialectNamed(name)?.createDecoder({ status, headers: {} }, { model: 'm', quirks: {} });
  const events = pieces.flatMap((piece) => decoder?.push(piece) ?? []);
  events.push(...(decoder?.finish() ?? []));
  const last = events.at(-1);
  if (last?.type !== 'end' && last?.type !== 'error') throw new Error('no terminal event');
  const { parts } = last.type === 'end' ? last.message : last.partial;
  const all = (type: 'text' | 'reasoning'): string =>
    parts.map((part) => (part.type === type && 'text' in part ? part.text : '')).join('');
  return {
    text: all('text'),
    reasoning: all('reasoning'),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [`${part.name} ${part.arguments}`] : [])),
    end: last.type === 'end' ? last.finishReason : last.failure.code,
    ...(last.type === 'error' ? { message: last.failure.message } : {}),
  };
}

type Case = readonly [what: string, body: string, expected: Partial<Reading>];

const sse = (...events: unknown[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const json = (value: unknown): string => JSON.stringify(value);
const say = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });
const stop = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const toolCall = (...calls: object[]) => ({ choices: [{ delta: { tool_calls: calls } }] });
const toolsEnd = { choices: [{ delta: {}, finish_reason: 'tool_calls' }] };

const chat: readonly Case[] = [
  [
    'several choices: the first to speak',
    sse(say('a'), { choices: [{ index: 1, delta: { content: 'B' }, finish_reason: 'length' }] }, stop, '[DONE]'),
    { text: 'a', end: 'stop' },
  ],
  [
    'calls without index, arguments as an object',
    sse(
      toolCall({ id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      toolCall({ function: { arguments: ':1}' } }),
      toolCall({ id: 'b', function: { name: 'g', arguments: { y: 2 } } }),
      toolsEnd,
      '[DONE]',
    ),
    { calls: ['f {"x":1}', 'g {"y":2}'], end: 'tool-calls' },
  ],
  [
    'id and name in every delta of one call',
    sse(
      toolCall({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      toolCall({ index: 0, id: 'a', function: { name: 'f', arguments: ':1}' } }),
      toolsEnd,
      '[DONE]',
    ),
    { calls: ['f {"x":1}'] },
  ],
  [
    'a filter in the middle',
    sse(say('a'), { choices: [{ delta: {}, finish_reason: 'content_filter' }] }, '[DONE]'),
    { text: 'a', end: 'content-filter' },
  ],
  ['an error that is a text', sse(say('a'), { error: 'Rate limit exceeded' }), { text: 'a', end: 'rate_limit' }],
  ['an error in a list', sse(say('a'), [{ error: { code: 503, message: 'busy' } }]), { text: 'a', end: 'overloaded' }],
  [
    'an error inside a choice',
    sse(
      {
        choices: [
          { delta: { content: 'a' }, error: { code: 429, message: 'upstream is limited' }, finish_reason: 'error' },
        ],
      },
      '[DONE]',
    ),
    { text: 'a', end: 'rate_limit', message: 'upstream is limited' },
  ],
  [
    'an object of type error',
    sse(say('a'), { object: 'error', message: 'model overloaded', code: 500 }),
    { end: 'overloaded' },
  ],
  [
    'an error of the gateway as bare JSON',
    `${sse(say('a'))}{"error":{"code":502,"message":"bad gateway"}}\n`,
    { text: 'a', end: 'server' },
  ],
  [
    'mark of byte order, mixed line ends, empty data',
    '\ufeff: hi\r\n\r\ndata:{"choices":[{"delta":{"content":"x"}}]}\r\n\ndata: \n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\r\r data: [DONE]\n\n',
    { text: 'x', end: 'stop' },
  ],
  [
    'signs of life as events',
    `event: ping\ndata: ping\n\n${sse(say('x'), 'keepalive', stop, '[DONE]')}`,
    { text: 'x', end: 'stop' },
  ],
  ['anything else that is no JSON', sse(say('x'), 'oops', stop, '[DONE]'), { text: 'x', end: 'malformed' }],
  [
    'null for everything',
    sse(
      {
        choices: [
          { delta: { role: null, content: null, tool_calls: null, reasoning_content: null }, finish_reason: null },
        ],
        usage: null,
      },
      { choices: null },
      say('x'),
      { choices: [{ delta: null, finish_reason: 'stop' }] },
      '[DONE]',
    ),
    { text: 'x', end: 'stop' },
  ],
  [
    'a whole message in a stream',
    sse({ choices: [{ message: { content: 'all' }, finish_reason: 'stop' }] }, '[DONE]'),
    { text: 'all', end: 'stop' },
  ],
  [
    'the text of old completions',
    sse({ choices: [{ text: 'old', finish_reason: 'stop' }] }, '[DONE]'),
    { text: 'old', end: 'stop' },
  ],
  [
    'one event a line without data:',
    `${[say('a'), say('b'), stop].map(json).join('\n')}\n`,
    { text: 'ab', end: 'stop' },
  ],
  [
    'reasoning only in details, the last part sealed',
    sse(
      { choices: [{ delta: { content: '', reasoning_details: [{ type: 'reasoning.text', text: 'th', index: 0 }] } }] },
      { choices: [{ delta: { reasoning_details: [{ type: 'reasoning.text', text: 'ink', index: 0 }] } }] },
      { choices: [{ delta: { reasoning_details: [{ type: 'reasoning.encrypted', data: 'xx', index: 1 }] } }] },
      say('a'),
      stop,
    ),
    { reasoning: 'think', text: 'a', end: 'stop' },
  ],
];

const begin = { type: 'message_start', message: { id: 'm', usage: { input_tokens: 1 } } };
const block = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, change: object) => ({ type: 'content_block_delta', index, delta: change });
const close = (index: number) => ({ type: 'content_block_stop', index });

const anthropic: readonly Case[] = [
  [
    'tools of the provider, citations, sealed thinking, a pause',
    sse(
      begin,
      block(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"q":1}' }),
      close(0),
      block(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      close(1),
      block(2, { type: 'text', text: '', citations: [] }),
      delta(2, { type: 'citations_delta', citation: { cited_text: 'c' } }),
      delta(2, { type: 'text_delta', text: 'hi' }),
      close(2),
      block(3, { type: 'redacted_thinking', data: 'zz' }),
      close(3),
      { type: 'message_delta', delta: { stop_reason: 'pause_turn' } },
      { type: 'message_stop' },
    ),
    { text: 'hi', calls: [], reasoning: '', end: 'stop' },
  ],
  ['an error that is a text', sse(begin, { type: 'error', error: 'overloaded' }), { end: 'overloaded' }],
  [
    'input as a text',
    json({
      type: 'message',
      content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":1}' }],
      stop_reason: 'tool_use',
    }),
    { calls: ['f {"a":1}'], end: 'tool-calls' },
  ],
  [
    'content as a text',
    json({ type: 'message', content: 'plain', stop_reason: 'end_turn' }),
    { text: 'plain', end: 'stop' },
  ],
  [
    'a call that is cut',
    sse(
      begin,
      block(0, { type: 'tool_use', id: 't', name: 'f', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"a' }),
    ),
    { calls: [], end: 'truncated' },
  ],
];

const parts = (index: number, text: string, finishReason?: string) => ({
  index,
  content: { parts: [{ text }] },
  ...(finishReason === undefined ? {} : { finishReason }),
});
const gemini: readonly Case[] = [
  [
    'several candidates: the first to speak',
    sse(
      { candidates: [parts(0, 'a'), parts(1, 'b')] },
      { candidates: [parts(1, 'bb', 'SAFETY')] },
      { candidates: [parts(0, 'c', 'STOP')] },
    ),
    { text: 'ac', end: 'stop' },
  ],
  [
    'arguments as a text',
    sse({
      candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: '{"a":1}' } }] }, finishReason: 'STOP' }],
    }),
    { calls: ['f {"a":1}'] },
  ],
  [
    'a call it could not read',
    sse({ candidates: [{ content: {}, finishReason: 'MALFORMED_FUNCTION_CALL' }] }),
    { end: 'other' },
  ],
  ['a blocked prompt', sse({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }), { end: 'content-filter' }],
  [
    'a bare error over several lines',
    `${sse({ candidates: [parts(0, 'a')] })}{\n  "error": {\n    "code": 503,\n    "message": "busy"\n  }\n}\n`,
    { text: 'a', end: 'overloaded' },
  ],
  [
    'an error that is a text',
    sse({ candidates: [parts(0, 'a')] }, { error: 'internal error' }),
    { text: 'a', end: 'server' },
  ],
  [
    'a list that is cut',
    `[${json({ candidates: [parts(0, 'a')] })}\n,\n{"candidates":[{"content":{"parts":[{"te`,
    { text: 'a', end: 'truncated' },
  ],
  [
    'a list that is whole',
    json([{ candidates: [parts(0, 'a')] }, { candidates: [parts(0, 'b', 'STOP')] }]),
    { text: 'ab', end: 'stop' },
  ],
];

const responses: readonly Case[] = [
  ['an error, flat', sse({ type: 'error', code: 'server_error', message: 'boom' }), { end: 'server' }],
  [
    'an error, nested',
    sse({ type: 'error', error: { code: 'context_length_exceeded', message: 'too long' } }),
    { end: 'context_length' },
  ],
  [
    'a failed document',
    json({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' }, output: [] }),
    { end: 'rate_limit' },
  ],
  [
    'calls nobody here runs, and citations',
    json({
      status: 'completed',
      output: [
        { type: 'web_search_call', id: 'w', status: 'completed' },
        { type: 'message', content: [{ type: 'output_text', text: 'a', annotations: [{ type: 'url_citation' }] }] },
      ],
    }),
    { text: 'a', calls: [], end: 'stop' },
  ],
];

const start = { type: 'message-start', id: 'i' };
const cohere: readonly Case[] = [
  [
    'calls in a list of one',
    sse(
      start,
      {
        type: 'tool-call-start',
        index: 0,
        delta: { message: { tool_calls: [{ id: 't', function: { name: 'f', arguments: '' } }] } },
      },
      {
        type: 'tool-call-delta',
        index: 0,
        delta: { message: { tool_calls: [{ function: { arguments: '{"a":1}' } }] } },
      },
      { type: 'tool-call-end', index: 0 },
      { type: 'message-end', delta: { finish_reason: 'TOOL_CALL' } },
    ),
    { calls: ['f {"a":1}'], end: 'tool-calls' },
  ],
  [
    'an error at the end',
    sse(start, { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'internal' } }),
    { end: 'server' },
  ],
];

const tables: Readonly<Record<DialectName, readonly Case[]>> = {
  'openai-chat': chat,
  'anthropic-messages': anthropic,
  gemini,
  'openai-responses': responses,
  cohere,
};
for (const [name, table] of Object.entries(tables)) {
  describe(name, () => {
    it.each(table)('%s', (_what, body, expected) => {
      expect(read(name as DialectName, body)).toMatchObject(expected);
    });
  });
}

describe('every dialect', () => {
  const page =
    '<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>a{}</style></head><body>nginx</body></html>';
  it.each(Object.keys(tables) as DialectName[])('%s reads pages, bare text and nothing as failures', (name) => {
    expect(read(name, page, 502)).toMatchObject({ end: 'server', message: expect.stringMatching(/^502 Bad Gateway/) });
    expect(read(name, page, 403).end).toBe('permission');
    expect(read(name, page, 524).end).toBe('server');
    expect(read(name, page).end).toBe('malformed');
    expect(read(name, 'upstream request timeout', 504)).toMatchObject({
      end: 'server',
      message: 'upstream request timeout',
    });
    expect(read(name, '', 429)).toMatchObject({ end: 'rate_limit' });
    expect(read(name, '').end).toBe('truncated');
    expect(read(name, ': only a comment\n\n').end).toBe('truncated');
  });
});
