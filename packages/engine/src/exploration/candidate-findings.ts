// What candidates find out while they work, told to the others between their turns: facts of the team, each once, with its evidence.
//
// What was found, and how much of it each was handed, stands in the record: after a crash nobody is told twice, and nothing is lost.
import type { Event, EventBody, EventOf } from '@monkey-coder/protocol';

/** One finding. */
export interface Finding {
  readonly candidate: number;
  readonly relation: 'fails-check' | 'dead-end';
  /** The check that failed, or the approach that led nowhere. */
  readonly about: string;
  readonly evidence: string;
}

/** Where findings are kept. */
export interface FindingRecord {
  readonly events: readonly Event[];
  readonly record: (body: EventBody) => void;
}

const mostCharacters = 700;

/** The findings of one exploration. */
export class FindingList {
  readonly #record: FindingRecord;
  readonly #facts: EventOf<'fact.asserted'>[];
  /** How many each member was handed. */
  readonly #handed = new Map<string, number>();

  constructor(record: FindingRecord) {
    this.#record = record;
    this.#facts = record.events.filter((event): event is EventOf<'fact.asserted'> => event.type === 'fact.asserted');
    for (const event of record.events) if (event.type === 'message.delivered') this.#handed.set(event.to, event.upTo);
  }

  /** Adds what is new. */
  share({ candidate, relation, about, evidence: whole }: Finding): void {
    const evidence = whole.trim().slice(-mostCharacters);
    const by = memberOf(candidate);
    const isKnown = this.#facts.some((one) => one.by === by && one.relation === relation && one.evidence === evidence);
    if (isKnown || evidence === '') return;
    const step = `finding-${this.#facts.length + 1}`;
    const fact = { type: 'fact.asserted', step, entity: by, relation, target: about, evidence, by } as const;
    this.#facts.push(fact as EventOf<'fact.asserted'>);
    this.#record.record(fact);
  }

  /** What others found since this candidate was last told, as texts for it; the same words of several only once. */
  takeFor(candidate: number): string[] {
    const to = memberOf(candidate);
    const handed = this.#handed.get(to) ?? 0;
    const upTo = this.#facts.length;
    if (upTo === handed) return [];
    const known = new Set(this.#facts.slice(0, handed).map(line));
    const news = new Set(
      this.#facts
        .slice(handed)
        .filter(({ by }) => by !== to)
        .map(line)
        .filter((text) => !known.has(text)),
    );
    this.#handed.set(to, upTo);
    this.#record.record({ type: 'message.delivered', step: `${to}-told-${upTo}`, to, upTo });
    return news.size === 0 ? [] : [`Found by others who try the same in other ways:\n${[...news].join('\n')}`];
  }
}

function memberOf(candidate: number): string {
  return `candidate ${candidate}`;
}

function line({ relation, evidence }: Pick<EventOf<'fact.asserted'>, 'relation' | 'evidence'>): string {
  const what = relation === 'fails-check' ? 'a check said' : 'this came to nothing';
  return `- ${what}: ${evidence.replaceAll('\n', '\n  ')}`;
}
