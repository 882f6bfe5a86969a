// A listener of a run's events that sends them as spans. Off unless the user's own settings say so.
import type { Event } from '@monkey-coder/protocol';
import type { Settings } from '../config/settings.ts';
import { createOtlpSender, otlpTarget } from './otlp.ts';
import type { Span } from './span.ts';
import { SpanFold } from './spans.ts';
import type { TraceParent } from './trace-parent.ts';

/** Takes the events of runs. */
export interface Tracer {
  take(event: Event): void;
  /** Sends what is left, in at most two seconds; how many spans could not be sent. */
  close(): Promise<number>;
}

/** Spans that are sent together at most. */
const batchSize = 64;
/** How long the end of a run may wait for the collector, in milliseconds. */
const patienceMs = 2_000;

/** Opens a tracer, or nothing where telemetry is off. */
export function openTracer(options: {
  readonly telemetry: Settings['telemetry'];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly productVersion: string;
  readonly parent: TraceParent;
}): Tracer | undefined {
  const { telemetry, environment, parent } = options;
  const target = telemetry.traces === 'otlp' ? otlpTarget(environment, options.productVersion) : undefined;
  if (target === undefined) return undefined;
  const fold = new SpanFold({ parent, withContent: telemetry.content });
  const sender = createOtlpSender(target, environment);
  let waiting: Span[] = [];
  const flush = (): void => {
    if (waiting.length > 0) sender.send(waiting);
    waiting = [];
  };
  return {
    take(event) {
      waiting.push(...fold.add(event));
      if (waiting.length >= batchSize) flush();
    },
    close() {
      flush();
      return sender.close(patienceMs);
    },
  };
}
