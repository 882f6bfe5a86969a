// What an editor is told of events: each call once, its output whole, questions of sub-agents under the right call.
import type { Event, EventBody } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { SessionUpdates } from './session-updates.ts';

const event = (body: EventBody, parentCallId?: string): Event =>
  ({ seq: 1, time: 1, sessionId: 'ses_1', ...(parentCallId === undefined ? {} : { parentCallId }), ...body }) as Event;
const started = (callId: string): EventBody => ({
  type: 'tool.started',
  callId,
  name: 'bash',
  arguments: '{"command":"make"}',
  title: 'run make',
  effect: { kind: 'none' },
});
const asked = (callId: string, tool: string): EventBody => ({
  type: 'permission.requested',
  callId,
  tool,
  grants: ['make'],
  reason: 'no rule',
});

describe('updates of a session', () => {
  it('show all that a call printed so far, because an update replaces the one before', () => {
    const updates = new SessionUpdates('/w');
    updates.of(event(started('c1')));
    updates.of(event({ type: 'tool.output', callId: 'c1', text: 'one\n' }));
    expect(updates.of(event({ type: 'tool.output', callId: 'c1', text: 'two\n' }))).toMatchObject([
      { toolCallId: 'c1', content: [{ content: { text: 'one\ntwo\n' } }] },
    ]);
  });

  it("ask about a sub-agent's call under the id that the call then has", () => {
    const updates = new SessionUpdates('/w');
    updates.of(event(asked('c1', 'bash'), 'parent'));
    const id = updates.idOfQuestion('c1');
    expect(updates.asked(id, 'bash', 'make')).toMatchObject([{ sessionUpdate: 'tool_call', toolCallId: 'parent/c1' }]);
    expect(updates.of(event(started('c1'), 'parent'))).toMatchObject([
      { sessionUpdate: 'tool_call_update', toolCallId: 'parent/c1', status: 'in_progress' },
    ]);
  });

  it('end the question about a check with its answer', () => {
    const updates = new SessionUpdates('/w');
    updates.of(event(asked('chk', 'check')));
    updates.asked(updates.idOfQuestion('chk'), 'check', 'run npm test');
    const decided = { type: 'permission.decided', callId: 'chk', tool: 'check', what: 'npm test', reason: '' } as const;
    expect(updates.of(event({ ...decided, decision: 'denied', by: 'person' }))).toMatchObject([
      { toolCallId: 'chk', status: 'failed' },
    ]);
  });
});
