// Where a trace hangs: the `traceparent` of W3C Trace Context, read from whoever started us or made anew.

/** A place in a trace. */
export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits; undefined where the trace begins here. */
  readonly spanId: string | undefined;
}

/** Reads `00-<trace>-<span>-<flags>`; undefined for anything else. Source: W3C Trace Context, section 3.2. */
export function readTraceParent(text: string | undefined): TraceParent | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(text?.trim() ?? '');
  const [, traceId, spanId] = match ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId };
}

/** A trace that begins here. */
export function newTrace(random: () => number): TraceParent {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  return { traceId: digits.join(''), spanId: undefined };
}

/** What a child process is given, so that its own spans belong to the same trace; `spanId` is where they hang. */
export function writeTraceParent({ traceId }: TraceParent, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}
