// Which endings are answers.
import type { Part } from '@monkey-coder/protocol';
import { noUsage } from '@monkey-coder/protocol';
import { expect, it } from 'vitest';
import { truthful } from './empty-answer.ts';

const end = (parts: Part[], finishRaw?: string, finishReason: 'other' | 'stop' = 'other') =>
  truthful({
    type: 'end',
    finishReason,
    ...(finishRaw === undefined ? {} : { finishRaw }),
    usage: noUsage,
    model: 'm',
    message: { role: 'assistant', parts },
  });
const said: Part = { type: 'text', text: 'so' };
const thought: Part = { type: 'reasoning', text: 'hm' };
const call: Part = { type: 'tool-call', id: 'a', name: 'f', arguments: '{}' };

it('nothing at all for no known reason is truncated, also after thinking', () => {
  expect(end([])).toMatchObject({ type: 'error', failure: { code: 'truncated', retry: true } });
  expect(end([thought, { type: 'text', text: ' \n' }], 'OTHER')).toMatchObject({ failure: { code: 'truncated' } });
});

it('a call the provider could not read is malformed, whatever was said before', () => {
  expect(end([said], 'MALFORMED_FUNCTION_CALL')).toMatchObject({ failure: { code: 'malformed', failover: true } });
});

it('a provider that stopped in the middle has not answered', () => {
  expect(end([said], 'insufficient_system_resource')).toMatchObject({ failure: { code: 'overloaded', retry: true } });
});

it('everything else is an answer', () => {
  expect(end([said]).type).toBe('end');
  expect(end([call], 'MALFORMED_FUNCTION_CALL').type).toBe('end');
  expect(end([], 'stop', 'stop').type).toBe('end');
  expect(end([{ type: 'text', text: '', providerData: { gemini: {} } }]).type).toBe('end');
});
