// Spans of a run as a collector receives them, and a collector that is not there.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Event, type EventBody, noUsage } from '@monkey-coder/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { otlpTarget } from './otlp.ts';
import { SpanFold } from './spans.ts';
import { newTrace, readTraceParent } from './trace-parent.ts';
import { openTracer } from './tracer.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const message = { role: 'assistant', parts: [{ type: 'text', text: 'the secret answer' }] } as const;
const usage = { ...noUsage, inputTokens: 100, outputTokens: 7, cachedInputTokens: 60 };

function eventsOfRun(): Event[] {
  const started = { quote: { model: 'm-1', provider: 'openai' }, type: 'run.started' } as unknown as EventBody;
  const finished = {
    type: 'run.finished',
    outcome: { status: 'verified', turns: 1, costMicroUsd: 1500 },
  } as unknown as EventBody;
  const call = { callId: 'mdl_1', provider: 'openai', model: 'm-1' };
  const tool = { callId: 'call_1', name: 'bash' };
  const bodies: (EventBody & { parentCallId?: string })[] = [
    started,
    { type: 'model.started', ...call, turn: 1, estimatedInputTokens: 90 },
    {
      type: 'model.ended',
      callId: 'mdl_1',
      message: { role: 'assistant', parts: [...message.parts] },
      finishReason: 'stop',
      model: 'm-1-0815',
      usage,
      costMicroUsd: 1500,
      durationMs: 5,
      firstTokenMs: 2,
    },
    {
      type: 'tool.started',
      ...tool,
      arguments: '{"command":"cat secret"}',
      title: 'run cat secret',
      effect: { kind: 'none' },
    },
    { type: 'tool.ended', ...tool, status: 'failed', output: 'the secret output', durationMs: 3 },
    finished,
  ];
  return bodies.map((body, index) => ({ seq: index, time: 1000 + index, sessionId: 'ses_1', runId: 'run_1', ...body }));
}

describe('spans', () => {
  it('hang together and say nothing of what was said', () => {
    const fold = new SpanFold({ parent, withContent: false });
    const spans = eventsOfRun().flatMap((event) => fold.add(event));
    expect(spans.map((span) => span.name)).toEqual(['chat m-1', 'execute_tool bash', 'invoke_agent monkey']);
    const [chat, tool, run] = spans;
    expect(run?.parentSpanId).toBe(parent.spanId);
    expect([chat?.parentSpanId, tool?.parentSpanId]).toEqual([run?.spanId, run?.spanId]);
    expect(chat?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.response.model': 'm-1-0815',
      'gen_ai.response.finish_reasons': ['stop'],
    });
    expect([tool?.error, run?.error, chat?.startMs, chat?.endMs]).toEqual(['failed', undefined, 1001, 1002]);
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  it('of members hang below their steps, and those below the workflow, also when it goes on', () => {
    const bodies = [
      { type: 'workflow.started', name: 'ship', version: 2, hash: 'abc' },
      { type: 'step.started', step: 'plan', kind: 'agent', member: 'ann', agentSession: 'ses_1' },
    ] as unknown as EventBody[];
    const flow = (body: EventBody, seq: number): Event => ({ seq, time: 900 + seq, sessionId: 'ses_flow', ...body });
    const result = { status: 'ok', text: '', reason: '', costMicroUsd: 0, changes: [] } as const;
    const ends: EventBody[] = [
      { type: 'step.finished', step: 'plan', result: { ...result, changes: [] } },
      { type: 'workflow.finished', status: 'done', reason: '', output: '', costMicroUsd: 0 },
    ];
    const fold = new SpanFold({ parent, withContent: false });
    const spans = [...bodies.map(flow), ...eventsOfRun(), ...ends.map(flow)].flatMap((event) => fold.add(event));
    const [run, step, whole] = spans.slice(-3);
    expect([run?.name, step?.name, whole?.name]).toEqual(['invoke_agent monkey', 'step plan', 'invoke_workflow ship']);
    expect([run?.parentSpanId, step?.parentSpanId, whole?.parentSpanId]).toEqual([
      step?.spanId,
      whole?.spanId,
      parent.spanId,
    ]);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([parent.traceId]));
    const again = new SpanFold({ parent, withContent: false });
    const resumed = [flow({ type: 'workflow.resumed', afterSeq: 3 }, 5), ...eventsOfRun(), ...ends.map(flow)];
    const later = resumed.flatMap((event) => again.add(event)).slice(-3);
    expect(later.map(({ parentSpanId }) => parentSpanId)).toEqual([whole?.spanId, whole?.spanId, parent.spanId]);
  });

  it('of candidates hang below the run that explores', () => {
    const fold = new SpanFold({ parent, withContent: false });
    const exploring = (body: object, seq: number): Event =>
      ({ seq, time: seq, sessionId: 'ses_0', runId: 'run_0', ...body }) as unknown as Event;
    const [started, ...rest] = eventsOfRun();
    const begun = { type: 'candidate.started', candidate: 1, round: 1, candidateSession: 'ses_1' };
    const spans = [
      exploring({ type: 'run.started', quote: { model: 'm', provider: 'p' } }, 1),
      exploring(begun, 2),
      ...(started === undefined ? [] : [started]),
      ...rest,
      exploring({ type: 'run.finished', outcome: { status: 'verified', turns: 0, costMicroUsd: null } }, 9),
    ].flatMap((event) => fold.add(event));
    const runs = spans.filter(({ name }) => name === 'invoke_agent monkey');
    expect(runs).toHaveLength(2);
    expect(runs[0]?.parentSpanId).toBe(runs[1]?.spanId);
    expect(runs[1]?.parentSpanId).toBe(parent.spanId);
  });

  it('carry what was said only where that is asked for', () => {
    const fold = new SpanFold({ parent, withContent: true });
    const text = JSON.stringify(eventsOfRun().flatMap((event) => fold.add(event)));
    for (const said of ['the secret answer', 'cat secret', 'the secret output']) expect(text).toContain(said);
  });
});

describe('trace context', () => {
  it('is read in its own form and in no other', () => {
    expect(readTraceParent(`00-${parent.traceId}-${parent.spanId}-01`)).toEqual(parent);
    for (const wrong of [undefined, '', 'x', `00-${'0'.repeat(32)}-${parent.spanId}-01`, `01-${parent.traceId}`])
      expect(readTraceParent(wrong)).toBeUndefined();
    expect(newTrace(() => 0.5).traceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('the tracer', () => {
  const telemetry = { traces: 'otlp', content: false } as const;

  it('posts OTLP in JSON with the headers and the resource of the environment', async () => {
    const seen: { url: string | undefined; key: string | string[] | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      request.on('end', () => {
        seen.push({ url: request.url, key: request.headers['x-key'], body });
        response.end('{}');
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
      OTEL_RESOURCE_ATTRIBUTES: 'team=apes',
    };
    const tracer = openTracer({ telemetry, environment, productVersion: '1', parent });
    for (const event of eventsOfRun()) tracer?.take(event);
    expect(await tracer?.close()).toBe(0);
    expect(seen.map(({ url, key }) => [url, key])).toEqual([['/v1/traces', 'a b']]);
    const document = JSON.parse(seen[0]?.body ?? '') as {
      resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const [resource] = document.resourceSpans;
    expect(resource?.resource.attributes).toContainEqual({ key: 'team', value: { stringValue: 'apes' } });
    expect(resource?.scopeSpans[0]?.spans).toHaveLength(3);
    expect(resource?.scopeSpans[0]?.spans[2]).toMatchObject({
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      startTimeUnixNano: '1000000000',
      status: { code: 1 },
    });
  });

  it('says how many spans a missing collector cost, and is never in the way for long', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const tracer = openTracer({ telemetry, environment, productVersion: '1', parent });
    for (const event of eventsOfRun()) tracer?.take(event);
    const before = Date.now();
    expect(await tracer?.close()).toBe(3);
    expect(Date.now() - before).toBeLessThan(2500);
  });

  it('is not there when it is off', () => {
    expect(
      openTracer({ telemetry: { traces: 'off', content: false }, environment: {}, productVersion: '1', parent }),
    ).toBe(undefined);
    expect(otlpTarget({ OTEL_SDK_DISABLED: 'true' }, '1')).toBeUndefined();
  });
});
