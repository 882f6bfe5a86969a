// Scenario files: reading, refusing, matching.

import type { Message } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { testRequest } from '../testing/model-contract.ts';
import { findMismatches } from './expectations.ts';
import { createPlayer } from './player.ts';
import { parseScenarioText } from './read-scenario.ts';

const yaml = `
name: fix a bug
turns:
  - expect:
      lastMessage: { contains: [fix, bug], lacks: feature }
      tools: [read]
    reply:
      text: I look.
      toolCalls: [{ name: read, arguments: { path: a.js } }]
  - expect: { tool: read, toolResult: { matches: "^1: " } }
    reply: { text: Done. }
`;

describe('parseScenarioText', () => {
  it('reads a file', async () => {
    const scenario = await parseScenarioText(yaml, 'a.yaml');
    expect(scenario).toMatchObject({
      name: 'fix a bug',
      turns: [{ reply: { text: 'I look.' } }, { reply: { text: 'Done.' } }],
    });
  });

  it.each([
    ['name: [', 'is not YAML'],
    ['name: x', 'turns'],
    ['name: x\nturns: []', 'turns'],
    ['name: x\nturns:\n  - repply: {}', 'repply'],
    ['name: x\nturns:\n  - cut: many', 'turns.0.cut: expected number'],
  ])('refuses %j and says where', async (text, line) => {
    await expect(parseScenarioText(text, 'a.yaml')).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining(line),
    });
    await expect(parseScenarioText(text, 'a.yaml')).rejects.toThrow('a.yaml');
  });
});

describe('expectations', () => {
  const messages: Message[] = [
    { role: 'user', parts: [{ type: 'text', text: 'fix it' }] },
    { role: 'tool', parts: [{ type: 'tool-result', callId: 'a', name: 'read', output: '1: code', isError: false }] },
  ];
  const request = testRequest({ messages, system: 'sys', tools: [{ name: 'read', description: '', parameters: {} }] });

  it('pass when all is as expected', () => {
    const expected = {
      lastMessage: '1: code',
      lastRole: 'tool',
      tool: 'read',
      toolResult: 'code',
      messages: 2,
      tools: ['read'],
      system: 'sys',
      conversation: 'fix it',
      model: 'scripted',
    } as const;
    expect(findMismatches({ ...expected, tools: ['read'] }, request)).toEqual([]);
  });

  it('say each thing that is otherwise', () => {
    const expected = {
      lastRole: 'user' as const,
      tool: 'run',
      messages: 3,
      tools: ['edit'],
      system: { lacks: 'sys' },
      conversation: { matches: '^x' },
      model: 'm',
    };
    const problems = findMismatches(expected, request);
    expect(problems).toEqual([
      'system should not contain "sys"',
      'conversation should match /^x/ but is "fix it\\n1: code"',
      'the last message should hold a result of the tool run but holds read',
      'lastRole should be user but is tool',
      'messages should be 3 but are 2',
      'model should be m but is scripted',
      'tools should include edit but are read',
    ]);
  });
});

describe('createPlayer', () => {
  it('in sequence mode each request takes the next turn', () => {
    const player = createPlayer({
      name: 's',
      mode: 'sequence',
      turns: [{ reply: { text: 'a' } }, { reply: { text: 'b' } }],
    });
    expect([player.play(testRequest()).turn, player.play(testRequest()).turn]).toEqual([0, 1]);
    expect(player.play(testRequest()).mismatch).toContain('only 2 turns');
  });

  it('cuts texts between characters', () => {
    const { steps } = createPlayer({ name: 's', turns: [{ chunk: 1, reply: { text: '🐒é' } }] }).play(testRequest());
    const texts = steps.flatMap((step) =>
      step.kind === 'event' && step.event.type === 'text.delta' ? [step.event.text] : [],
    );
    expect(texts).toEqual(['🐒', 'é']);
  });
});
