// Barriers: places where parties that work side by side wait for each other.
//
// A barrier has parties and a quorum. Each arrival of a party counts up its generation there, so that a barrier within a loop is met
// anew in each round. A generation is passed when a quorum has arrived, and broken when too few are left who still can; the first of
// the two that is on record counts, for those who come late too. Arrivals stand in the order of the record. A party that has left
// (it is done, it failed, it was passed over) never arrives again. All of it is a function of what is on record, so that going on
// after a crash decides alike.
import type { EventBody } from '@monkey-coder/protocol';
import type { TeamEvent } from './team-event.ts';

/** Who meets at a barrier. */
export interface BarrierRule {
  /** Name of the barrier within the whole. */
  readonly barrier: string;
  readonly parties: readonly string[];
  /** So many must arrive, 1 to the number of parties. */
  readonly quorum: number;
}

/** How a generation of a barrier stands. */
export type BarrierStanding =
  | { readonly kind: 'waiting'; readonly arrived: readonly string[]; readonly missing: readonly string[] }
  | { readonly kind: 'passed'; readonly arrived: readonly string[] }
  | { readonly kind: 'broken'; readonly arrived: readonly string[]; readonly reason: string };

/** The event that ends the waiting. */
export type BarrierEnd = Extract<EventBody, { type: 'barrier.passed' | 'barrier.broken' }>;

type BarrierEvent = Extract<TeamEvent, { readonly barrier: string }>;

/** How a generation stands by what is on record; also `passed` or `broken` where that is about to be written down. */
export function barrierAfter(events: readonly TeamEvent[], rule: BarrierRule, generation: number): BarrierStanding {
  const own = events.filter(
    (event): event is BarrierEvent =>
      'barrier' in event && event.barrier === rule.barrier && event.generation === generation,
  );
  for (const event of own) {
    if (event.type === 'barrier.passed') return { kind: 'passed', arrived: event.arrived };
    if (event.type === 'barrier.broken') return { kind: 'broken', arrived: event.arrived, reason: event.reason };
  }
  const came = own.flatMap((event) => (event.type === 'barrier.arrived' ? [event.party] : []));
  const arrived = new Set(came.filter((party) => rule.parties.includes(party)));
  if (arrived.size >= rule.quorum) return { kind: 'passed', arrived: [...arrived] };
  const missing = rule.parties.filter((party) => !arrived.has(party));
  const left = leftAfter(events, rule.barrier);
  const lost = missing.filter((party) => left.has(party));
  if (rule.parties.length - lost.length >= rule.quorum) return { kind: 'waiting', arrived: [...arrived], missing };
  const why = lost.map((party) => `${party}: ${left.get(party)}`).join('; ');
  const reason = `${arrived.size} of ${rule.parties.length} arrived, ${rule.quorum} must, and too few still can (${why})`;
  return { kind: 'broken', arrived: [...arrived], reason };
}

/** The event that says how a generation ended. */
export function barrierEnd(
  { barrier }: BarrierRule,
  generation: number,
  standing: Exclude<BarrierStanding, { readonly kind: 'waiting' }>,
): BarrierEnd {
  const common = { step: `${barrier}[${generation}]`, barrier, generation, arrived: [...standing.arrived] };
  if (standing.kind === 'passed') return { type: 'barrier.passed', ...common };
  return { type: 'barrier.broken', ...common, reason: standing.reason };
}

/** Who comes no more, and why. */
function leftAfter(events: readonly TeamEvent[], barrier: string): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap((event) =>
      event.type === 'barrier.left' && event.barriers.includes(barrier) ? [[event.party, event.reason] as const] : [],
    ),
  );
}
