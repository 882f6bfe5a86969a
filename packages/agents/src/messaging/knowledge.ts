// What members found out, as a graph: entity, relation, target, each with its evidence. Asked by what is known of the answer.
import type { EventBody } from '@monkey-coder/protocol';
import type { TeamEvent } from './team-event.ts';

/** A fact on record. */
export type Fact = Extract<EventBody, { type: 'fact.asserted' }>;

/** What a fact must be like; absent members may be anything. */
export interface FactQuery {
  readonly entity?: string;
  readonly relation?: string;
  readonly target?: string;
  readonly by?: string;
}

/** A fact and all the evidence that was given for it, by whomever. */
export interface KnownFact {
  readonly entity: string;
  readonly relation: string;
  readonly target: string;
  readonly support: readonly { readonly by: string; readonly evidence: string }[];
}

/** Facts that fit, each once, in the order in which they were first told. */
export function factsAbout(events: readonly TeamEvent[], query: FactQuery = {}): KnownFact[] {
  const known = new Map<string, { entity: string; relation: string; target: string; support: KnownFact['support'] }>();
  for (const event of events) {
    if (event.type !== 'fact.asserted' || !fits(event, query)) continue;
    const { entity, relation, target, by, evidence } = event;
    const key = JSON.stringify([entity, relation, target]);
    const before = known.get(key)?.support ?? [];
    known.set(key, { entity, relation, target, support: [...before, { by, evidence }] });
  }
  return [...known.values()];
}

function fits(fact: Fact, query: FactQuery): boolean {
  return (Object.keys(query) as (keyof FactQuery)[]).every(
    (key) => query[key] === undefined || fact[key] === query[key],
  );
}

/** Shortest chain of facts from one entity to another along their direction; undefined when there is none. */
export function chainBetween(facts: readonly KnownFact[], from: string, to: string): KnownFact[] | undefined {
  const cameBy = new Map<string, KnownFact | undefined>([[from, undefined]]);
  const queue = [from];
  for (const here of queue) {
    if (here === to) break;
    for (const fact of facts) {
      if (fact.entity !== here || cameBy.has(fact.target)) continue;
      cameBy.set(fact.target, fact);
      queue.push(fact.target);
    }
  }
  if (!cameBy.has(to)) return undefined;
  const chain: KnownFact[] = [];
  for (let fact = cameBy.get(to); fact !== undefined; fact = cameBy.get(fact.entity)) chain.unshift(fact);
  return chain;
}

/** Pairs of facts that cannot both hold: one entity, one relation that has one target only, two targets. */
export function contradictions(facts: readonly KnownFact[], singleValued: readonly string[]): [KnownFact, KnownFact][] {
  return facts.flatMap((one, index) =>
    facts
      .slice(index + 1)
      .filter(
        (other) =>
          singleValued.includes(one.relation) &&
          other.entity === one.entity &&
          other.relation === one.relation &&
          other.target !== one.target,
      )
      .map((other): [KnownFact, KnownFact] => [one, other]),
  );
}
