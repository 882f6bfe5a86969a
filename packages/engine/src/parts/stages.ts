// The models of a run in the order they take over: who works now, and how the next one gets to it.
//
// A next model goes on in the same conversation and on the files as they stand, within the same limits and budget. Its options are
// those of the first but for the model; they are made when it takes over.
import type { AgentOptions } from '@monkey-coder/agents';
import type { Event } from '@monkey-coder/protocol';

/** Options of an agent but for where it stands. */
export type StageOptions = Omit<AgentOptions, 'state'>;

/** The stages of one run. */
export interface Stages {
  /** Options of the model that works now. */
  current(): StageOptions;
  /** Name of the model that works now, `provider/model`. */
  name(): string;
  /** Name of the one that would take over; undefined for the last. */
  next(): string | undefined;
  /** Makes the next one the current one. Throws MonkeyError when it cannot be called; then the current one stays. */
  advance(): Promise<void>;
}

/** Stages of a chain, at a position. `open` makes the options of a model. */
export function createStages(
  chain: readonly string[],
  position: number,
  first: StageOptions,
  open: (name: string) => Promise<StageOptions>,
): Stages {
  let at = position;
  let options = first;
  return {
    current: () => options,
    name: () => chain[at] ?? '',
    next: () => chain[at + 1],
    async advance() {
      const name = chain[at + 1];
      if (name === undefined) throw new RangeError('the last model of the chain has no next one');
      options = await open(name);
      at += 1;
    },
  };
}

/** The chain of a run that is gone on with, and how far it has come; undefined when it has none. */
export function chainOfRun(
  events: readonly Event[],
): { readonly chain: readonly string[]; readonly position: number } | undefined {
  const route = events.findLast((event) => event.type === 'route.decided');
  if (route?.type !== 'route.decided' || route.chain === undefined) return undefined;
  return { chain: route.chain, position: events.filter((event) => event.type === 'route.escalated').length };
}
