// Runs with a tracer listening, where telemetry is on; elsewhere nothing of it is even loaded.
import type { RunConnection } from '../engine.ts';
import type { EngineParts } from '../parts/engine-parts.ts';
import { newTrace, readTraceParent, type TraceParent, writeTraceParent } from '../tracing/trace-parent.ts';

type Surroundings = Pick<EngineParts, 'settings' | 'environment' | 'random' | 'productVersion'>;

/** The trace all runs of an engine belong to: the caller's, or one of its own. Undefined where telemetry is off. */
export function traceOf({ settings, environment, random }: Surroundings): TraceParent | undefined {
  if (settings.telemetry.traces === 'off') return undefined;
  return readTraceParent(environment['TRACEPARENT']) ?? newTrace(random);
}

/** What commands see, so that their own spans join the trace. */
export function tracedEnvironment(
  environment: Surroundings['environment'],
  trace: TraceParent | undefined,
): Surroundings['environment'] {
  if (trace === undefined) return environment;
  return { ...environment, TRACEPARENT: writeTraceParent(trace, trace.spanId ?? trace.traceId.slice(16)) };
}

/** Does the work with a connection whose events also become spans. Spans that could not be sent are told, never thrown. */
export async function traced<T>(
  options: Surroundings,
  trace: TraceParent | undefined,
  connection: RunConnection,
  work: (connection: RunConnection) => Promise<T>,
): Promise<T> {
  if (trace === undefined) return work(connection);
  const { openTracer } = await import('../tracing/tracer.ts');
  const { settings, environment, productVersion } = options;
  const tracer = openTracer({ telemetry: settings.telemetry, environment, productVersion, parent: trace });
  if (tracer === undefined) return work(connection);
  try {
    return await work({
      ...connection,
      onEvent(event) {
        connection.onEvent(event);
        tracer.take(event);
      },
      trace: (event) => tracer.take(event),
    });
  } finally {
    const lost = await tracer.close();
    if (lost > 0) process.emitWarning(`${lost} spans could not be sent to the OpenTelemetry collector`);
  }
}
