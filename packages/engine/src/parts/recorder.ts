// Writes what happens into the session, keeps the run's events at hand, and tells the listener.
import { type Event, type EventBody, errorMessage, transientEventTypes } from '@monkey-coder/protocol';
import type { SessionWriter } from '../sessions/session-store.ts';

/** The recorder of one run. */
export interface Recorder {
  /**
   * Records (on disk when it returns), then tells the listener. Transient events are only told. `parentCallId`: the call whose
   * sub-agent did it.
   */
  readonly record: (body: EventBody, parentCallId?: string) => void;
  /** Recorded events of this run so far, earlier processes included; long outputs of tools are cut, the log has them whole. */
  readonly events: readonly Event[];
}

/** Makes the recorder. `earlier` are events of the same run from before a crash. */
export function createRecorder(options: {
  readonly session: SessionWriter;
  readonly runId: string;
  readonly earlier: readonly Event[];
  readonly listener: (event: Event) => void;
  readonly now: () => number;
}): Recorder {
  const events = options.earlier.map(remembered);
  const tell = (event: Event): void => {
    try {
      options.listener(event);
    } catch (error) {
      process.emitWarning(`a listener failed on ${event.type}: ${errorMessage(error)}`);
    }
  };
  return {
    events,
    record(body, parentCallId) {
      const parent = parentCallId === undefined ? {} : { parentCallId };
      if (transientEventTypes.has(body.type)) {
        const seq = events.at(-1)?.seq ?? 0;
        const { runId, session } = options;
        tell({ seq, time: options.now(), sessionId: session.id, runId, ...parent, ...body } as Event);
        return;
      }
      const event = options.session.append(body, options.runId, parentCallId);
      events.push(remembered(event));
      tell(event);
    },
  };
}

const rememberedChars = 500;

/** Outputs are most of what a long run records, and nothing in a run looks at them again: memory stays bounded without them. */
function remembered(event: Event): Event {
  if (event.type !== 'tool.ended' || event.output.length <= rememberedChars) return event;
  const { diff: _shown, ...rest } = event;
  // A slice of a string keeps the whole one alive: the copy must not be one.
  return { ...rest, output: Buffer.from(event.output.slice(0, rememberedChars)).toString() };
}
