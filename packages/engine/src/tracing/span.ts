// A span as it is made and sent.

/** A value of an attribute. */
export type AttributeValue = string | number | boolean | readonly string[];

/** One finished span. Times in milliseconds since 1970. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Why it failed; undefined for a span that went well. */
  readonly error: string | undefined;
}
