// Sends spans as OTLP/HTTP in JSON (OpenTelemetry protocol 1.x, `POST /v1/traces`); never in the way of a run.
import { createHttpClient, type HttpClient, proxyFromEnvironment } from '@monkey-coder/models';
import type { AttributeValue, Span } from './span.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans go. */
export interface OtlpTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Attributes of this program: `service.name` and those of the environment. */
  readonly resource: Readonly<Record<string, string>>;
  /** Milliseconds one request may take. */
  readonly timeoutMs: number;
}

/** Reads the standard `OTEL_…` variables; undefined when telemetry is switched off by them or the address is none. */
export function otlpTarget(env: Environment, productVersion: string): OtlpTarget | undefined {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return undefined;
  const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']?.trim();
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim() || 'http://127.0.0.1:4318';
  const address = own || `${base.replace(/\/+$/, '')}/v1/traces`;
  if (!URL.canParse(address)) return undefined;
  const headers = {
    ...pairsOf(env['OTEL_EXPORTER_OTLP_HEADERS']),
    ...pairsOf(env['OTEL_EXPORTER_OTLP_TRACES_HEADERS']),
  };
  return {
    url: new URL(address),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    resource: {
      ...pairsOf(env['OTEL_RESOURCE_ATTRIBUTES']),
      'service.name': env['OTEL_SERVICE_NAME']?.trim() || 'monkey',
      'service.version': productVersion,
    },
    timeoutMs: Number(env['OTEL_EXPORTER_OTLP_TIMEOUT']) || 10_000,
  };
}

function pairsOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? '').split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const;
  });
  return Object.fromEntries(pairs.filter(([name, value]) => name !== '' && value !== ''));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The body of one request. */
export function otlpBody(spans: readonly Span[], { resource }: OtlpTarget): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'monkey-coder' }, spans: spans.map(wireSpan) }],
      },
    ],
  };
}

function wireSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: span.kind === 'client' ? 3 : 1,
    startTimeUnixNano: `${Math.round(span.startMs)}000000`,
    endTimeUnixNano: `${Math.round(span.endMs)}000000`,
    attributes: attributesOf(span.attributes),
    status: span.error === undefined ? { code: 1 } : { code: 2, message: span.error.slice(0, 500) },
  };
}

function attributesOf(attributes: Readonly<Record<string, AttributeValue>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: wireValue(value) }));
}

function wireValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } };
}

/** Sends in the background. */
export interface OtlpSender {
  send(spans: readonly Span[]): void;
  /** Waits for what is under way, for at most `patienceMs`; how many spans were lost. */
  close(patienceMs: number): Promise<number>;
}

/** Makes a sender; nothing is opened before the first span. */
export function createOtlpSender(target: OtlpTarget, env: Environment): OtlpSender {
  const http = createHttpClient({ proxyFor: proxyFromEnvironment(env) });
  const pending = new Set<Promise<void>>();
  let lost = 0;
  return {
    send(spans) {
      const sent = post(http, target, otlpBody(spans, target)).then((isSent) => {
        if (!isSent) lost += spans.length;
        pending.delete(sent);
      });
      pending.add(sent);
    },
    async close(patienceMs) {
      const waiting = pending.size;
      const timer = new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref());
      if (waiting > 0) await Promise.race([Promise.all(pending), timer]);
      http.close();
      return lost + pending.size;
    },
  };
}

function post(http: HttpClient, { url, headers, timeoutMs }: OtlpTarget, body: object): Promise<boolean> {
  return new Promise((resolve) => {
    let isGood = false;
    const exchange = http.send(
      { method: 'POST', url, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
      {
        onHead: (status) => {
          isGood = status >= 200 && status < 300;
        },
        onData: () => undefined,
        onEnd: () => resolve(isGood),
        onError: () => resolve(false),
      },
    );
    setTimeout(() => {
      exchange.close();
      resolve(false);
    }, timeoutMs).unref();
  });
}
