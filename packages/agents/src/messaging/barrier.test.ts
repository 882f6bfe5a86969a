// Barriers: whatever order parties come, fail and leave in, nobody waits for ever, and going on from any point decides alike.
import { describe, expect, it } from 'vitest';
import { Meeting, type Met } from '../orchestration/meeting.ts';
import { type BarrierRule, barrierAfter } from './barrier.ts';
import type { TeamEvent } from './team-event.ts';

/** A record that takes each type once for a step, as a journal does. */
function record(past: TeamEvent[] = []) {
  const keys = new Map(past.map((event) => [`${event.type} ${event.step}`, event]));
  return {
    past: (): readonly TeamEvent[] => past,
    note<Body extends TeamEvent>(body: Body): Body {
      const key = `${body.type} ${body.step}`;
      const known = keys.get(key);
      if (known !== undefined) return known as Body;
      keys.set(key, body);
      past.push(body);
      return body;
    },
  };
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

type Act = { readonly kind: 'arrive'; readonly barrier: string } | { readonly kind: 'pause'; readonly ticks: number };

interface Case {
  readonly rules: readonly BarrierRule[];
  readonly plans: ReadonlyMap<string, readonly Act[]>;
}

const names = ['a', 'b', 'c', 'd'];

/** Parties with plans of their own: some come oftener, some in another order, some never. */
function randomCase(random: () => number): Case {
  const parties = names.slice(0, 2 + Math.floor(random() * 3));
  const rules = ['x', 'y'].map((barrier) => ({ barrier, parties, quorum: 1 + Math.floor(random() * parties.length) }));
  const act = (): Act =>
    random() < 0.6
      ? { kind: 'arrive', barrier: random() < 0.5 ? 'x' : 'y' }
      : { kind: 'pause', ticks: Math.floor(random() * 4) };
  return {
    rules,
    plans: new Map(parties.map((party) => [party, Array.from({ length: Math.floor(random() * 5) }, act)])),
  };
}

/** What each party met, in its order. */
async function play({ rules, plans }: Case, past: TeamEvent[]): Promise<Map<string, Met[]>> {
  const journal = record(past);
  const meeting = new Meeting(journal, rules, [...plans.keys()]);
  const met = new Map<string, Met[]>();
  await Promise.all(
    [...plans].map(async ([party, acts]) => {
      const own: Met[] = [];
      met.set(party, own);
      const counts = new Map<string, number>();
      for (const [at, act] of acts.entries()) {
        if (act.kind === 'pause') for (let tick = 0; tick < act.ticks; tick++) await Promise.resolve();
        else {
          const generation = (counts.get(act.barrier) ?? 0) + 1;
          counts.set(act.barrier, generation);
          own.push(await meeting.arrive({ barrier: act.barrier, party, step: `${party}-${at}`, generation }));
        }
      }
      meeting.leave(party, party, 'it is done');
    }),
  );
  return met;
}

describe('barriers', () => {
  it('end every waiting, whoever comes in which order, and never let through fewer than must come', async () => {
    const random = seeded(7);
    let [passed, broken] = [0, 0];
    for (let round = 0; round < 2000; round++) {
      const given = randomCase(random);
      const past: TeamEvent[] = [];
      const met = await play(given, past);
      for (const event of past) {
        if (event.type === 'barrier.broken') broken += 1;
        if (event.type !== 'barrier.passed') continue;
        passed += 1;
        const quorum = given.rules.find(({ barrier }) => barrier === event.barrier)?.quorum ?? 99;
        const came = past.flatMap((one) =>
          one.type === 'barrier.arrived' && one.barrier === event.barrier && one.generation === event.generation
            ? [one.party]
            : [],
        );
        expect(event.arrived.length).toBeGreaterThanOrEqual(quorum);
        expect(came.slice(0, event.arrived.length)).toEqual(event.arrived);
      }
      // Nothing is passed and broken, and what everybody met is what is on record.
      const ends = past.filter(({ type }) => type === 'barrier.passed' || type === 'barrier.broken');
      expect(new Set(ends.map(({ step }) => step)).size).toBe(ends.length);
      expect([...met.values()].flat().length).toBe(past.filter(({ type }) => type === 'barrier.arrived').length);
    }
    expect(passed).toBeGreaterThan(1000);
    expect(broken).toBeGreaterThan(200);
  });

  it('go on from a record that was cut off anywhere, and what was decided stays', async () => {
    const random = seeded(11);
    for (let round = 0; round < 300; round++) {
      const given = randomCase(random);
      const whole: TeamEvent[] = [];
      await play(given, whole);
      const cut = Math.floor(random() * (whole.length + 1));
      const past = whole.slice(0, cut);
      await play(given, past);
      expect(past.slice(0, cut)).toEqual(whole.slice(0, cut));
      // Once all is on record, going on again adds nothing.
      const after = [...past];
      await play(given, past);
      expect(past).toEqual(after);
    }
  });

  it('stop with who must stop, and leave nothing of it on record', async () => {
    const journal = record();
    const rule = { barrier: 'x', parties: ['a', 'b'], quorum: 2 };
    const meeting = new Meeting(journal, [rule], ['a', 'b']);
    const waiting = meeting.arrive({ barrier: 'x', party: 'a', step: 'a', generation: 1 });
    const stopped = expect(waiting).rejects.toThrow('out of money');
    meeting.stop(new Error('out of money'));
    await stopped;
    expect(journal.past().map(({ type }) => type)).toEqual(['barrier.arrived']);
    expect(barrierAfter(journal.past(), rule, 1)).toMatchObject({ kind: 'waiting', missing: ['b'] });
  });

  it('say who did not come, and why', () => {
    const rule = { barrier: 'x', parties: ['a', 'b', 'c'], quorum: 2 };
    const events: TeamEvent[] = [
      { type: 'barrier.left', step: 'b', barriers: ['x'], party: 'b', reason: 'it failed' },
      { type: 'barrier.arrived', step: 'a', barrier: 'x', party: 'a', generation: 1 },
    ];
    expect(barrierAfter(events, rule, 1).kind).toBe('waiting');
    const left: TeamEvent = {
      type: 'barrier.left',
      step: 'c',
      barriers: ['x'],
      party: 'c',
      reason: 'it was passed over',
    };
    expect(barrierAfter([...events, left], rule, 1)).toEqual({
      kind: 'broken',
      arrived: ['a'],
      reason: '1 of 3 arrived, 2 must, and too few still can (b: it failed; c: it was passed over)',
    });
  });
});
