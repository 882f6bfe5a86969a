// What goes and what stays when a conversation is shortened: seeded conversations of every shape, and the exact bytes of stubs.
import { type Message, messageText, type TodoItem, userMessage } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { historyProblems } from '../messages/tool-results.ts';
import { pinsOf } from './pins.ts';
import { applyRelief, isStub } from './relief.ts';
import { charsOf, planStubs, summaryBorder } from './relief-plan.ts';

function exchange(id: string, name: string, args: unknown, output: string): Message[] {
  return [
    { role: 'assistant', parts: [{ type: 'tool-call', id, name, arguments: JSON.stringify(args) }] },
    { role: 'tool', parts: [{ type: 'tool-result', callId: id, name, output, isError: false }] },
  ];
}

const long = (word: string, chars: number): string => word.repeat(Math.ceil(chars / word.length)).slice(0, chars);
const total = (messages: readonly Message[]): number => messages.reduce((sum, message) => sum + charsOf(message), 0);
const none = { stubbed: [], summary: undefined };

describe('stubs', () => {
  const conversation = [
    userMessage('fix it'),
    ...exchange('c1', 'read', { path: 'a.js' }, long('first ', 5000)),
    ...exchange('c2', 'bash', { command: 'npm test' }, long('fail ', 3000)),
    ...exchange('c3', 'read', { path: 'a.js' }, long('second ', 5000)),
    ...exchange('c4', 'write', { path: 'b.js', content: long('x', 2000) }, 'written'),
  ];

  it('stand in the place of a result and leave everything else the same objects', () => {
    const after = applyRelief(conversation, { ...none, stubbed: ['c1'] });
    expect(after[0]).toBe(conversation[0]);
    expect(after[4]).toBe(conversation[4]);
    const stub = after[2]?.parts[0];
    expect(stub?.type === 'tool-result' && isStub(stub.output)).toBe(true);
    expect(stub?.type === 'tool-result' && stub.output).toContain('5000 characters');
    expect(historyProblems(after)).toEqual([]);
    expect(applyRelief(after, { ...none, stubbed: ['c1'] })).toEqual(after);
  });

  it('shorten long arguments and keep them JSON with what was written where', () => {
    const after = applyRelief(conversation, { ...none, stubbed: ['c4'] });
    const call = after[7]?.parts[0];
    const args = call?.type === 'tool-call' ? (JSON.parse(call.arguments) as Record<string, string>) : {};
    expect(args['path']).toBe('b.js');
    expect(args['content']?.length).toBeLessThan(250);
  });

  it('take a read that was repeated before anything else, and the newest exchange never', () => {
    expect(planStubs(conversation, 1000).stubbed).toEqual(['c1']);
    expect(planStubs(conversation, 1_000_000).stubbed).not.toContain('c4');
  });
});

describe('what a summary leaves', () => {
  it('begins where a conversation can begin, and keeps the newest exchange however large', () => {
    const messages = [
      userMessage('go'),
      ...Array.from({ length: 8 }, (_, i) => exchange(`c${i}`, 'bash', {}, long('x', 1000))).flat(),
    ];
    for (const keep of [0, 500, 1500, 2500, 100_000]) {
      const before = summaryBorder(messages, keep);
      expect(messages[before]?.role).not.toBe('tool');
      expect(before).toBeLessThan(messages.length);
      const after = applyRelief(messages, { stubbed: [], summary: { before, pins: [], prose: 's' } });
      expect(historyProblems(after)).toEqual([]);
    }
    expect(summaryBorder(messages, 100_000)).toBe(0);
  });
});

/** A small generator with a seed (mulberry32), so that a failing conversation can be made again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Synthetic {
  readonly messages: Message[];
  readonly rules: string[];
  readonly requests: string[];
  readonly failure: string | undefined;
  readonly todos: TodoItem[];
}

function synthetic(random: () => number): Synthetic {
  const messages: Message[] = [];
  const [rules, requests]: [string[], string[]] = [[], []];
  let failure: string | undefined;
  const ask = (text: string, origin?: 'steering'): void => {
    requests.push(text);
    messages.push(userMessage(text, origin));
  };
  ask(`task ${Math.floor(random() * 1e6)}: make it work`);
  const turns = 5 + Math.floor(random() * 60);
  for (let turn = 0; turn < turns; turn++) {
    const name = ['read', 'bash', 'grep', 'edit'][Math.floor(random() * 4)] ?? 'read';
    messages.push(
      ...exchange(`c${turn}`, name, { path: `f${turn}.ts` }, long(`out${turn} `, Math.floor(random() * 9000))),
    );
    if (random() < 0.1) ask(`also do ${turn}`, 'steering');
    if (random() < 0.06) {
      const rule = `<instructions path="d${turn}/AGENTS.md">\nnever touch d${turn}\n</instructions>`;
      rules.push(rule);
      messages.push(userMessage(`Instructions for files in these folders:\n\n${rule}`, 'system'));
    }
    if (random() < 0.08) {
      failure = `The check npm test failed: case ${turn} expected 1 got 2`;
      messages.push(
        { role: 'assistant', parts: [{ type: 'text', text: 'done' }] },
        userMessage(failure, 'verification'),
      );
    }
  }
  const todos: TodoItem[] = random() < 0.5 ? [{ text: `step ${turns}`, status: 'pending' }] : [];
  return { messages, rules, requests, failure, todos };
}

/** Shortens three times, each time more. */
function shortened({ messages, todos }: Synthetic): { readonly messages: readonly Message[]; readonly view: string } {
  let left: readonly Message[] = messages;
  let pins: ReturnType<typeof pinsOf> = [];
  for (const share of [0.6, 0.3, 0.15]) {
    const before = summaryBorder(left, total(left) * share);
    if (before === 0) continue;
    pins = pinsOf({ replaced: left.slice(0, before), kept: left.slice(before), earlier: pins, todos });
    left = applyRelief(left, { stubbed: [], summary: { before, pins, prose: 'in short' } });
  }
  return { messages: left, view: left.map(messageText).join('\n') };
}

describe('200 synthetic sessions, shortened again and again', () => {
  it('keep every rule, every request, the open failure and the plan word for word', () => {
    let summaries = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const session = synthetic(seeded(seed));
      const { messages, view } = shortened(session);
      const isShort = messages.length < session.messages.length;
      summaries += isShort ? 1 : 0;
      const plan = isShort ? session.todos.map((todo) => todo.text) : [];
      const failures = session.failure === undefined ? [] : [session.failure];
      for (const text of [...session.rules, ...session.requests, ...failures, ...plan])
        expect(view, `seed ${seed}`).toContain(text);
      expect(historyProblems(messages), `seed ${seed}`).toEqual([]);
    }
    expect(summaries).toBeGreaterThan(190);
  });
});
