// The record of one workflow: a session of its own, in which every key is written once for each type.
import type { TeamEvent } from '@monkey-coder/agents';
import { type Event, type EventBody, type EventOf, errorMessage } from '@monkey-coder/protocol';
import type { SessionWriter } from '../sessions/session-store.ts';

/** The record. */
export interface Journal {
  readonly sessionId: string;
  /** Events of steps, in their order. */
  readonly past: readonly TeamEvent[];
  /** Writes an event down unless its type and step are there; returns what is on record. */
  note<Body extends TeamEvent>(body: Body): Body;
  /** Writes down what belongs to no step. */
  record(body: EventBody): void;
  /** What is on record of a type for a step. */
  of<Type extends TeamEvent['type']>(type: Type, step: string): EventOf<Type> | undefined;
  started(step: string): EventOf<'step.started'> | undefined;
  finished(step: string): EventOf<'step.finished'> | undefined;
}

/** Makes the record from what the session holds already. */
export function createJournal(
  session: SessionWriter,
  earlier: readonly Event[],
  listener: (event: Event) => void,
): Journal {
  const past: TeamEvent[] = [];
  const byKey = new Map<string, TeamEvent>();
  const keep = (event: Event | EventBody): void => {
    if (!('step' in event)) return;
    past.push(event as TeamEvent);
    byKey.set(keyOf(event), event as TeamEvent);
  };
  for (const event of earlier) keep(event);
  const append = (body: EventBody): void => {
    const event = session.append(body);
    keep(event);
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`a listener failed on ${event.type}: ${errorMessage(error)}`);
    }
  };
  const of = <Type extends TeamEvent['type']>(type: Type, step: string): EventOf<Type> | undefined =>
    byKey.get(keyOf({ type, step })) as EventOf<Type> | undefined;
  return {
    sessionId: session.id,
    past,
    note<Body extends TeamEvent>(body: Body): Body {
      const known = byKey.get(keyOf(body)) as Body | undefined;
      if (known === undefined) append(body);
      return known ?? body;
    },
    record: append,
    of,
    started: (step) => of('step.started', step),
    finished: (step) => of('step.finished', step),
  };
}

function keyOf({ type, step }: { readonly type: string; readonly step: string }): string {
  return `${type} ${step}`;
}
