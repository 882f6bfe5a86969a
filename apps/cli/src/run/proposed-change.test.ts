// What a person sees of a change before it is allowed.
import type { Event } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { ProposedChanges } from './proposed-change.ts';

const usage = {
  inputTokens: 1,
  outputTokens: 1,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

function answer(calls: Readonly<Record<string, string>>): Event {
  const parts = Object.entries(calls).map(([id, text]) => ({
    type: 'tool-call' as const,
    id,
    name: 'edit',
    arguments: text,
  }));
  return {
    seq: 1,
    time: 0,
    sessionId: 'ses_1',
    type: 'model.ended',
    callId: 'c',
    message: { role: 'assistant', parts },
    finishReason: 'tool-calls',
    model: 'm',
    usage,
    costMicroUsd: null,
    durationMs: 1,
    firstTokenMs: null,
  };
}

function linesOf(args: unknown): readonly string[] {
  const changes = new ProposedChanges();
  changes.note(answer({ id: typeof args === 'string' ? args : JSON.stringify(args) }));
  return changes.linesOf('id');
}

describe('a proposed change', () => {
  it('is shown without the lines that stay', () => {
    expect(linesOf({ path: 'a', old_string: 'a\nb\nc\n', new_string: 'a\nB\nc\n' })).toEqual(['-b', '+B']);
    expect(linesOf({ path: 'a', old_string: 'a\n', new_string: 'a\na\n' })).toEqual(['+a']);
    expect(linesOf({ path: 'a', old_string: 'gone', new_string: '' })).toEqual(['-gone']);
  });

  it('is the whole content of a new file, up to 40 lines', () => {
    expect(linesOf({ path: 'a', content: 'x\ny\n' })).toEqual(['+x', '+y']);
    const long = linesOf({ path: 'a', content: 'x\n'.repeat(50) });
    expect(long).toHaveLength(41);
    expect(long.at(-1)).toBe('… 10 more lines');
  });

  it('is nothing for other calls, broken arguments, and calls of earlier answers', () => {
    expect(linesOf({ command: 'ls' })).toEqual([]);
    expect(linesOf('{"path":')).toEqual([]);
    const changes = new ProposedChanges();
    changes.note(answer({ old: '{"content":"x"}' }));
    changes.note(answer({ new: '{"content":"y"}' }));
    expect(changes.linesOf('old')).toEqual([]);
    expect(changes.linesOf('new')).toEqual(['+y']);
  });
});
