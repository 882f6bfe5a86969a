// Sessions in and out: transcripts of other agents in the shapes they are written in, and ours as ATIF.
import { type AgentState, historyProblems, rebuildState } from '@monkey-coder/agents';
import { type Event, messageText } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { readTranscript } from './read-transcript.ts';
import { toAtif } from './to-atif.ts';

const lines = (...records: readonly object[]): string => `${records.map((one) => JSON.stringify(one)).join('\n')}\n`;

const claude = (type: 'user' | 'assistant', content: unknown, more: object = {}): object => ({
  type,
  sessionId: 's-1',
  cwd: '/home/ape/project',
  version: '2.1.0',
  timestamp: '2026-05-01T10:00:00.000Z',
  message: { role: type, content, ...(type === 'assistant' ? { id: 'msg_1', model: 'claude-x' } : {}) },
  ...more,
});

const claudeText = lines(
  { type: 'summary', summary: 'A title' },
  claude('user', 'Fix the bug'),
  claude('user', '<command-name>/clear</command-name>'),
  claude('user', 'hidden', { isMeta: true }),
  claude('assistant', [{ type: 'thinking', thinking: 'hm', signature: 'sig' }]),
  claude('assistant', [{ type: 'text', text: 'I look.' }]),
  claude('assistant', [{ type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: 'a.js' } }]),
  claude('user', [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'let x' }] }]),
  claude('assistant', [{ type: 'text', text: 'inner' }], { isSidechain: true }),
  {
    ...claude('assistant', [{ type: 'text', text: 'Done.' }]),
    message: { id: 'msg_2', model: 'claude-x', content: [{ type: 'text', text: 'Done.' }] },
  },
);

const codex = (payload: object): object => ({
  timestamp: '2026-05-01T10:00:00.000Z',
  type: 'response_item',
  payload,
});

const codexText = lines(
  {
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'session_meta',
    payload: { id: 'c-1', cwd: '/w', cli_version: '0.9' },
  },
  { timestamp: '2026-05-01T10:00:00.000Z', type: 'turn_context', payload: { model: 'gpt-x' } },
  codex({
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: '<environment_context>x</environment_context>' }],
  }),
  codex({ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix the bug' }] }),
  codex({ type: 'reasoning', summary: [], encrypted_content: 'x' }),
  codex({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] }),
  codex({ type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'call_1' }),
  codex({ type: 'function_call_output', call_id: 'call_1', output: '{"output":"let x","metadata":{"exit_code":0}}' }),
  codex({ type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch', call_id: 'call_2' }),
  codex({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] }),
);

function read(text: string): { readonly state: AgentState; readonly events: readonly Event[]; readonly kind: string } {
  const transcript = readTranscript(text);
  if (transcript === undefined) throw new Error('not read');
  return { ...transcript, state: rebuildState(transcript.events) };
}

describe('transcripts of other agents', () => {
  it.each([
    ['claude-code', claudeText, 'Read'],
    ['codex', codexText, 'shell'],
  ])('%s becomes a conversation that can be gone on with', (kind, text, tool) => {
    const transcript = read(text);
    const { messages, openCalls } = transcript.state;
    expect(transcript.kind).toBe(kind);
    expect(historyProblems(messages)).toEqual([]);
    expect(openCalls).toEqual([]);
    expect(messages.filter((message) => message.role === 'user').map(messageText)).toEqual(['Fix the bug']);
    const said = messages.filter((message) => message.role === 'assistant');
    expect(said[0]?.parts.map((part) => part.type)).toEqual(['text', 'tool-call']);
    expect(JSON.stringify(messages)).toContain(`"name":"${tool}","output":"let x"`);
    expect(messageText(messages.at(-1) ?? messages[0] ?? { role: 'user', parts: [] })).toMatch(/Done\.|^$/);
    expect(JSON.stringify(messages)).not.toMatch(/environment_context|command-name|hidden|inner/);
  });

  it('survives lines that are cut, unknown or empty, and is nothing for what is no transcript', () => {
    expect(read(`${claudeText}\n{"type":"assistant","message":{"con`).state.messages.length).toBeGreaterThan(2);
    for (const text of ['', 'hello\n', '{"a":1}\n', '[]\n', lines({ type: 'user' })])
      expect(readTranscript(text)).toBeUndefined();
  });

  it('brings no permission and no price with it', () => {
    const { events } = read(claudeText);
    expect(new Set(events.map((event) => event.type))).toEqual(
      new Set(['session.started', 'message.added', 'model.ended', 'tool.ended']),
    );
    for (const event of events) if (event.type === 'model.ended') expect(event.costMicroUsd).toBe(0);
  });
});

describe('ATIF', () => {
  it('has a step for each message and answer, with calls, observations and sums', () => {
    const document = toAtif(read(claudeText).events, '1.0') as unknown as {
      schema_version: string;
      steps: { step_id: number; source: string; tool_calls?: unknown; observation?: { results: unknown } }[];
      final_metrics: { total_steps: number };
    };
    expect(document.schema_version).toBe('ATIF-v1.4');
    expect(document.steps.map((step) => [step.step_id, step.source])).toEqual([
      [1, 'user'],
      [2, 'agent'],
      [3, 'agent'],
    ]);
    expect(document.steps[1]?.tool_calls).toEqual([
      { tool_call_id: 'toolu_1', function_name: 'Read', arguments: { file_path: 'a.js' } },
    ]);
    expect(document.steps[1]?.observation?.results).toEqual([{ source_call_id: 'toolu_1', content: 'let x' }]);
    expect(document.final_metrics.total_steps).toBe(3);
  });
});
