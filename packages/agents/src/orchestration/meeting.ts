// Where branches that work side by side wait for each other: their barriers, and who stands before which of them.
//
// Nobody waits for ever. Whoever leaves says so, and barriers that too few can reach break. When all that are still there wait, each
// for somebody else, what they wait for breaks too: nobody is left who could come. When a branch must stop to be gone on with later,
// those who wait stop with it; nothing of that is on record, and all are back when the work goes on.
import { type BarrierRule, type BarrierStanding, barrierAfter, barrierEnd } from '../messaging/barrier.ts';
import type { Crew } from './crew.ts';

/** How the waiting of a party ended. */
export type Met = Exclude<BarrierStanding, { readonly kind: 'waiting' }>;

/** An arrival. */
export interface Arrival {
  /** Name as the rules have it. */
  readonly barrier: string;
  readonly party: string;
  readonly step: string;
  /** The how manieth of this party at this barrier, from 1. */
  readonly generation: number;
}

interface Waiting {
  readonly rule: BarrierRule;
  readonly generation: number;
  readonly resolve: (met: Met) => void;
  readonly reject: (error: unknown) => void;
}

/** A meeting of parties. */
export class Meeting {
  readonly #crew: Pick<Crew, 'note' | 'past'>;
  readonly #rules: readonly BarrierRule[];
  readonly #present: Set<string>;
  readonly #waiting = new Map<string, Waiting>();
  #stopped: { readonly error: unknown } | undefined;

  /** `parties`: all branches, also those that come to no barrier. */
  constructor(crew: Pick<Crew, 'note' | 'past'>, rules: readonly BarrierRule[], parties: readonly string[]) {
    this.#crew = crew;
    this.#rules = rules;
    this.#present = new Set(parties);
  }

  /** Arrives, and waits until the barrier is passed or broken. Rejects with what stopped the work. */
  arrive({ barrier, party, step, generation }: Arrival): Promise<Met> {
    const rule = this.#rules.find((one) => one.barrier === barrier);
    if (rule === undefined) throw new Error(`there is no barrier ${barrier}`);
    this.#crew.note({ type: 'barrier.arrived', step, barrier, party, generation });
    return new Promise((resolve, reject) => {
      this.#waiting.set(party, { rule, generation, resolve, reject });
      this.#settle();
    });
  }

  /** A party has come to its end. */
  leave(party: string, step: string, reason: string): void {
    const barriers = this.#rules.filter(({ parties }) => parties.includes(party)).map(({ barrier }) => barrier);
    if (barriers.length > 0) this.#crew.note({ type: 'barrier.left', step, barriers, party, reason });
    this.#present.delete(party);
    this.#settle();
  }

  /** A party must stop, to be gone on with later: so must all who wait, now or from now on. */
  stop(error: unknown): void {
    this.#stopped ??= { error };
    this.#settle();
  }

  #settle(): void {
    for (const [party, { rule, generation, resolve }] of [...this.#waiting]) {
      const standing = barrierAfter(this.#crew.past(), rule, generation);
      if (standing.kind === 'waiting') continue;
      this.#crew.note(barrierEnd(rule, generation, standing));
      this.#waiting.delete(party);
      resolve(standing);
    }
    if (this.#stopped !== undefined) this.#turnAway(this.#stopped.error);
    else if (this.#waiting.size > 0 && this.#waiting.size === this.#present.size) this.#breakAll();
  }

  #turnAway(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** All wait: for each generation that somebody waits for, nobody is left to come. */
  #breakAll(): void {
    const where = [...this.#waiting]
      .map(([party, { rule }]) => `${party} at ${rule.barrier.slice(rule.barrier.lastIndexOf('!') + 1)}`)
      .join(', ');
    for (const [, { rule, generation, resolve }] of [...this.#waiting]) {
      const standing = barrierAfter(this.#crew.past(), rule, generation);
      const broken: Met =
        standing.kind === 'waiting'
          ? { kind: 'broken', arrived: standing.arrived, reason: `all wait for each other: ${where}` }
          : standing;
      this.#crew.note(barrierEnd(rule, generation, broken));
      resolve(broken);
    }
    this.#waiting.clear();
  }
}
