// What candidates find out while they work, told to the others between their turns: each finding once, with its evidence.
import type { EventOf } from '@monkey-coder/protocol';

/** One finding. */
export type Finding = Pick<EventOf<'finding.shared'>, 'candidate' | 'relation' | 'evidence'>;

const mostCharacters = 700;

/** The findings of one exploration. */
export class FindingList {
  readonly #record: (finding: Finding) => void;
  readonly #all: Finding[] = [];
  /** How many each candidate was told of. */
  readonly #told = new Map<number, number>();

  constructor(record: (finding: Finding) => void) {
    this.#record = record;
  }

  /** Adds what is new. */
  share(finding: Finding): void {
    const short = { ...finding, evidence: finding.evidence.trim().slice(-mostCharacters) };
    const isKnown = this.#all.some(
      (one) => one.candidate === short.candidate && one.relation === short.relation && one.evidence === short.evidence,
    );
    if (isKnown || short.evidence === '') return;
    this.#all.push(short);
    this.#record(short);
  }

  /** What others found since this candidate was last told, as texts for it. */
  takeFor(candidate: number): string[] {
    const news = this.#all.slice(this.#told.get(candidate) ?? 0).filter((one) => one.candidate !== candidate);
    this.#told.set(candidate, this.#all.length);
    return news.length === 0 ? [] : [`Found by others who try the same in other ways:\n${news.map(line).join('\n')}`];
  }
}

function line({ relation, evidence }: Finding): string {
  const what = relation === 'fails-check' ? 'a check said' : 'this came to nothing';
  return `- ${what}: ${evidence.replaceAll('\n', '\n  ')}`;
}
