// What comparisons of candidates came to, by name: done once, and taken from the record after a crash.
import type { EventOf } from '@monkey-coder/protocol';
import type { RunContext } from '../parts/run-context.ts';

/** What a comparison says of one candidate. */
export type Compared = EventOf<'candidates.compared'>['found'][number];

/** The comparison of a name on record; undefined when it has not come to its end. */
export function comparedBefore(
  { recorder }: Pick<RunContext, 'recorder'>,
  by: string,
): readonly Compared[] | undefined {
  const known = recorder.events.find((event) => event.type === 'candidates.compared' && event.by === by);
  return known?.type === 'candidates.compared' ? known.found : undefined;
}

/** Takes the comparison from the record, or makes it and records it. One that a stop cut short is not recorded. */
export async function comparedOnce(
  run: RunContext,
  by: string,
  compare: () => Promise<readonly Compared[]>,
): Promise<ReadonlyMap<number, Compared>> {
  let found = comparedBefore(run, by);
  if (found === undefined) {
    run.recorder.record({ type: 'comparison.started', by });
    found = await compare();
    if (!run.connection.signal.aborted) run.recorder.record({ type: 'candidates.compared', by, found: [...found] });
  }
  return new Map(found.map((one) => [one.candidate, one]));
}
