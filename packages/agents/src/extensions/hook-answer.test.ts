// What hooks may answer and what it comes to.
import { describe, expect, it } from 'vitest';
import { readHookAnswer } from './hook-answer.ts';
import { strictest } from './hooks.ts';

const end = (exitCode: number | null, stdout = '', stderr = '') => ({ exitCode, stdout, stderr });
const json = (value: unknown) => end(0, JSON.stringify(value));

describe('the answer of a hook', () => {
  it('blocks with exit code 2, and says why by standard error', () => {
    expect(readHookAnswer('PreToolUse', 'h', end(2, '', 'not today\n'))).toMatchObject({
      decision: 'deny',
      reason: 'not today',
    });
    expect(readHookAnswer('Stop', 'h', end(2)).reason).toBe('the hook h gave no reason');
  });

  it.each([
    [{ decision: 'block', reason: 'r' }, 'deny'],
    [{ decision: 'approve' }, 'allow'],
    [{ continue: false, stopReason: 'r' }, 'deny'],
    [{ hookSpecificOutput: { permissionDecision: 'ask', permissionDecisionReason: 'r' } }, 'ask'],
    [{ hookSpecificOutput: { permissionDecision: 'deny' }, decision: 'approve' }, 'deny'],
    [{ hookSpecificOutput: { permissionDecision: 'defer' } }, 'none'],
    [{}, 'none'],
  ] as const)('reads %j', (value, decision) => {
    expect(readHookAnswer('PreToolUse', 'h', json(value)).decision).toBe(decision);
  });

  it.each([
    ['another exit code', end(1, '', 'TypeError')],
    ['an end by force', end(null)],
    ['half a JSON', end(0, '{"decision": "app')],
    ['a decision that means nothing', json({ decision: 'maybe' })],
  ])('forbids a call by %s, and is only told elsewhere', (_what, ended) => {
    expect(readHookAnswer('PreToolUse', 'h', ended)).toMatchObject({ decision: 'deny' });
    const after = readHookAnswer('PostToolUse', 'h', ended);
    expect([after.decision, after.notices.length]).toEqual(['none', 1]);
  });

  it('takes plain output for context only where a request or a session begins', () => {
    expect(readHookAnswer('UserPromptSubmit', 'h', end(0, 'branch: main\n')).context).toBe('branch: main');
    expect(readHookAnswer('PreToolUse', 'h', end(0, 'fine')).context).toBe('');
  });

  it('bounds what reaches the model', () => {
    expect(readHookAnswer('SessionStart', 'h', end(0, 'x'.repeat(50_000))).context.length).toBe(10_000);
    expect(readHookAnswer('PreToolUse', 'h', end(2, '', 'x'.repeat(50_000))).reason.length).toBe(2_000);
  });
});

describe('several hooks', () => {
  it('come to the strictest, with all that was added', () => {
    const one = (decision: 'allow' | 'ask' | 'deny' | 'none', reason = '', context = '') => ({
      decision,
      reason,
      context,
    });
    expect(strictest([one('allow', 'a'), one('deny', 'd1', 'c1'), one('deny', 'd2'), one('none', '', 'c2')])).toEqual({
      decision: 'deny',
      reason: 'd1\nd2',
      context: 'c1\nc2',
    });
    expect(strictest([])).toEqual({ decision: 'none', reason: '', context: '' });
  });
});
