// Messages, blackboard, facts and votes: what is guaranteed, counted.
import type { Ballot } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { type BoardWrite, boardAfter, decideWrite } from './blackboard.ts';
import { countVotes, type VotingRule } from './consensus.ts';
import { chainBetween, factsAbout } from './knowledge.ts';
import { mailFor, sending } from './mailbox.ts';
import type { TeamEvent } from './team-event.ts';

let steps = 0;
const nextStep = (): string => `s${++steps}`;

function written(writes: readonly Omit<BoardWrite, 'step'>[]): { events: TeamEvent[]; kinds: string[] } {
  const events: TeamEvent[] = [];
  const kinds = writes.map((write) => {
    const answer = decideWrite(boardAfter(events), { step: nextStep(), ...write });
    if (answer.kind === 'change') events.push(answer.event);
    return answer.kind;
  });
  return { events, kinds };
}

describe('the blackboard', () => {
  it('takes a write against the version it was made for, and tells others what is there', () => {
    const { events, kinds } = written([
      { slot: 'x', value: 1, by: 'a', expect: 0 },
      { slot: 'x', value: 2, by: 'b', expect: 0 },
      { slot: 'x', value: 3, by: 'b', expect: 1 },
      { slot: 'x', value: 3, by: 'c' },
    ]);
    expect(kinds).toEqual(['change', 'conflict', 'change', 'same']);
    expect(boardAfter(events).get('x')).toEqual({ version: 2, value: 3, by: 'b' });
    const conflict = decideWrite(boardAfter(events), { step: 's', slot: 'x', value: 9, by: 'a', expect: 1 });
    expect(conflict).toEqual({ kind: 'conflict', found: { version: 2, value: 3, by: 'b' } });
  });

  it('holds no value that grows without end', () => {
    const doubling = Array.from(
      { length: 30 },
      (_, at): Omit<BoardWrite, 'step'> => ({ slot: 'x', value: at, by: 'a' }),
    );
    let events: TeamEvent[] = [];
    const kinds = doubling.map((write) => {
      const value = boardAfter(events).get('x')?.value ?? 'some text';
      const answer = decideWrite(boardAfter(events), { ...write, value: [value, value], step: nextStep() });
      if (answer.kind === 'change') events = [answer.event];
      return answer.kind;
    });
    expect(kinds.at(-1)).toBe('too-large');
    expect(JSON.stringify(events).length).toBeLessThan(300_000);
  });

  it('comes to the same value in whichever order writes by a rule arrive', () => {
    const orders = [
      [1, 5, 3],
      [5, 3, 1],
      [3, 1, 5],
    ];
    const ends = orders.map((order) => {
      const { events } = written(
        order.flatMap((value) => [
          { slot: 'most', value, by: 'a', merge: 'max' as const },
          { slot: 'least', value, by: 'a', merge: 'min' as const },
          { slot: 'all', value: [value], by: 'a', merge: 'union' as const },
        ]),
      );
      return JSON.stringify([...boardAfter(events)].map(([slot, { value }]) => [slot, value]));
    });
    expect(new Set(ends)).toEqual(new Set(['[["most",5],["least",1],["all",[1,3,5]]]']));
    const kept = written([
      { slot: 'k', value: 1, by: 'a', merge: 'keep' },
      { slot: 'k', value: 2, by: 'b', merge: 'keep' },
    ]);
    expect(kept.kinds).toEqual(['change', 'same']);
    const list = written([
      { slot: 'l', value: 'a', by: 'a', merge: 'append' },
      { slot: 'l', value: 'b', by: 'b', merge: 'append' },
    ]);
    expect(boardAfter(list.events).get('l')?.value).toEqual(['a', 'b']);
  });
});

describe('messages', () => {
  it('reach each receiver once, in the order of the record', () => {
    const members = ['a', 'b', 'c'];
    const letter = (to: readonly string[] | 'everybody', text: string) => ({
      step: nextStep(),
      from: 'a',
      to,
      topic: '',
      text,
    });
    const events: TeamEvent[] = [
      sending(letter(['b'], 'one'), members),
      sending(letter(['b', 'c', 'b'], 'two'), members),
      sending(letter('everybody', 'three'), members),
    ];
    expect(events.map((event) => event.type === 'message.sent' && [event.mode, event.to])).toEqual([
      ['direct', ['b']],
      ['multicast', ['b', 'c']],
      ['broadcast', ['b', 'c']],
    ]);
    const first = mailFor('b', 'x', events);
    expect(first.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    events.push(first.delivered, sending(letter(['b'], 'four'), members));
    expect(mailFor('b', 'y', events).messages.map(({ text }) => text)).toEqual(['four']);
    expect(mailFor('c', 'y', events).messages.map(({ text }) => text)).toEqual(['two', 'three']);
    expect(mailFor('a', 'y', events).messages).toEqual([]);
  });
});

describe('facts', () => {
  const fact = (entity: string, relation: string, target: string, by = 'a'): TeamEvent => ({
    type: 'fact.asserted',
    step: nextStep(),
    entity,
    relation,
    target,
    by,
    evidence: `${by} saw it`,
  });
  const events = [
    fact('cart', 'calls', 'tax'),
    fact('tax', 'calls', 'round'),
    fact('cart', 'calls', 'tax', 'b'),
    fact('round', 'mode', 'up'),
    fact('round', 'mode', 'down', 'b'),
  ];

  it('are one with all their evidence, and are found by what is known of them', () => {
    expect(factsAbout(events, { entity: 'cart' })).toEqual([
      {
        entity: 'cart',
        relation: 'calls',
        target: 'tax',
        support: [
          { by: 'a', evidence: 'a saw it' },
          { by: 'b', evidence: 'b saw it' },
        ],
      },
    ]);
    expect(factsAbout(events, { relation: 'calls', target: 'round' })).toHaveLength(1);
    expect(factsAbout(events, { entity: 'nothing' })).toEqual([]);
  });

  it('lead from one thing to another', () => {
    const facts = factsAbout(events);
    expect(chainBetween(facts, 'cart', 'round')?.map(({ target }) => target)).toEqual(['tax', 'round']);
    expect(chainBetween(facts, 'round', 'cart')).toBeUndefined();
  });
});

describe('votes', () => {
  const ballots = (...options: string[]): Ballot[] =>
    options.map((option, index) => ({ voter: `v${index}`, option, reason: '' }));
  const rule = (more: Partial<VotingRule> = {}): VotingRule => ({
    rule: 'majority',
    options: ['x', 'y'],
    voters: ['v0', 'v1', 'v2', 'v3'],
    ...more,
  });
  const decision = (given: readonly Ballot[], more?: Partial<VotingRule>): string | readonly string[] => {
    const verdict = countVotes(given, rule(more));
    return verdict.kind === 'decided' ? verdict.option : verdict.tied;
  };

  it('are counted by each rule; half is no majority, and who is silent counts among the voters', () => {
    expect(decision(ballots('x', 'x', 'y', 'x'))).toBe('x');
    expect(decision(ballots('x', 'x', 'y', 'y'))).toEqual(['x', 'y']);
    expect(decision(ballots('x', 'x'))).toEqual(['x']);
    expect(decision(ballots('x', 'x'), { rule: 'quorum' })).toBe('x');
    expect(decision(ballots('x'), { rule: 'quorum', quorum: 0.5 })).toEqual(['x']);
    expect(decision(ballots('x', 'x', 'x'), { rule: 'unanimous' })).toEqual(['x']);
    expect(decision(ballots('x', 'x', 'x', 'x'), { rule: 'unanimous' })).toBe('x');
    expect(decision(ballots('y', 'x', 'x', 'x'), { rule: 'weighted', weights: { v0: 4 } })).toBe('y');
    expect(decision([])).toEqual([]);
  });

  it('of strangers, second ones, and for what is no option do not count', () => {
    const stranger = { voter: 'who', option: 'y', reason: '' };
    const second = { voter: 'v0', option: 'y', reason: '' };
    const given = [...ballots('x', 'x', 'x', 'z'), stranger, second];
    expect(countVotes(given, rule()).reason).toContain('x 3, y 0');
  });
});
