// Turns the events of a run into spans, named as OpenTelemetry's GenAI conventions name them. Pure but for what it remembers.
//
// One span for the run (`invoke_agent`), below it one for each model call (`chat`), tool call (`execute_tool`) and check; what a
// sub-agent does hangs below the call that started it, what a member of a workflow does below its step, a candidate's run below the run that explores. Ids follow from run and call, so that a run that goes on after a crash
// adds to its own trace. What was said is left out unless asked for.
import { createHash } from 'node:crypto';
import { type Event, type EventOf, messageText } from '@monkey-coder/protocol';
import type { AttributeValue, Span } from './span.ts';
import type { TraceParent } from './trace-parent.ts';
import { WorkflowSpans } from './workflow-spans.ts';

/** How spans are made. */
export interface SpanOptions {
  readonly parent: TraceParent;
  /** Keep what was said: messages, arguments, outputs. */
  readonly withContent: boolean;
}

interface OpenSpan {
  readonly startMs: number;
  readonly name: string;
  readonly attributes: Record<string, AttributeValue>;
}

/** Folds the events of runs into spans. */
export class SpanFold {
  readonly #options: SpanOptions;
  readonly #open = new Map<string, OpenSpan>();
  readonly #workflows: WorkflowSpans;
  /** Sessions of candidates, and of who helps choosing, to the run in whose name they work. */
  readonly #exploring = new Map<string, string>();

  constructor(options: SpanOptions) {
    this.#options = options;
    this.#workflows = new WorkflowSpans(options.parent);
  }

  /** Takes an event; the spans that it ends. */
  add(event: Event): Span[] {
    switch (event.type) {
      case 'run.started':
        this.#begin('run', event, `invoke_agent monkey`, {
          'gen_ai.operation.name': 'invoke_agent',
          'gen_ai.agent.name': 'monkey',
          'gen_ai.conversation.id': event.sessionId,
          'gen_ai.request.model': event.quote.model,
          'gen_ai.provider.name': event.quote.provider,
        });
        return [];
      case 'run.finished':
        return this.#end('run', event, {
          attributes: {
            'monkey.status': event.outcome.status,
            'monkey.turns': event.outcome.turns,
            ...costOf(event.outcome.costMicroUsd),
          },
          error: event.outcome.status === 'failed' ? event.outcome.reason : undefined,
        });
      default:
        return this.#inside(event);
    }
  }

  #inside(event: Event): Span[] {
    switch (event.type) {
      case 'model.started':
        this.#begin(event.callId, event, `chat ${event.model}`, {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': event.provider,
          'gen_ai.request.model': event.model,
          ...(event.purpose === undefined ? {} : { 'monkey.purpose': event.purpose }),
        });
        return [];
      case 'model.ended':
      case 'model.failed':
        return this.#end(event.callId, event, this.#answer(event));
      case 'tool.started':
        this.#begin(event.callId, event, `execute_tool ${event.name}`, {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': event.name,
          'gen_ai.tool.call.id': event.callId,
          ...(this.#options.withContent ? { 'gen_ai.tool.call.arguments': event.arguments } : {}),
        });
        return [];
      case 'tool.ended':
        return this.#end(event.callId, event, {
          attributes: {
            'monkey.tool.status': event.status,
            ...(this.#options.withContent ? { 'gen_ai.tool.call.result': event.output } : {}),
          },
          error: event.status === 'ok' ? undefined : event.status,
        });
      case 'check.finished':
        return [this.#check(event)];
      case 'candidate.started':
        if (event.candidateSession !== undefined) this.#exploring.set(event.candidateSession, spanIdOf(event, 'run'));
        return [];
      case 'helper.started':
        this.#exploring.set(event.helperSession, spanIdOf(event, 'run'));
        return [];
      default:
        return this.#workflows.add(event);
    }
  }

  #answer(event: EventOf<'model.ended' | 'model.failed'>): {
    readonly attributes: Record<string, AttributeValue>;
    readonly error: string | undefined;
  } {
    const { usage } = event;
    const attributes: Record<string, AttributeValue> = {
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
      ...costOf(event.costMicroUsd),
    };
    if (event.type === 'model.failed') {
      return { attributes: { ...attributes, 'error.type': event.failure.code }, error: event.failure.message };
    }
    attributes['gen_ai.response.model'] = event.model;
    attributes['gen_ai.response.finish_reasons'] = [event.finishReason];
    if (this.#options.withContent) attributes['gen_ai.output.messages'] = messageText(event.message);
    return { attributes, error: undefined };
  }

  #check(event: EventOf<'check.finished'>): Span {
    const { receipt } = event;
    return this.#span(event, `check${event.seq}`, {
      name: `check ${receipt.kind}`,
      startMs: event.time - receipt.durationMs,
      attributes: {
        'monkey.check.kind': receipt.kind,
        'monkey.check.exit_code': receipt.exitCode ?? -1,
        ...(this.#options.withContent ? { 'monkey.check.command': receipt.command } : {}),
      },
      error: receipt.passed ? undefined : 'the check failed',
    });
  }

  #begin(key: string, event: Event, name: string, attributes: Record<string, AttributeValue>): void {
    this.#open.set(`${event.runId} ${key}`, { startMs: event.time, name, attributes });
  }

  /** Ends a span; one whose beginning was in a process that is gone begins where it ends. */
  #end(
    key: string,
    event: Event,
    more: { readonly attributes: Record<string, AttributeValue>; readonly error: string | undefined },
  ): Span[] {
    const at = `${event.runId} ${key}`;
    const open = this.#open.get(at) ?? { startMs: event.time, name: key, attributes: {} };
    this.#open.delete(at);
    return [this.#span(event, key, { ...open, ...more, attributes: { ...open.attributes, ...more.attributes } })];
  }

  #span(event: Event, key: string, made: OpenSpan & { readonly error: string | undefined }): Span {
    const { parent } = this.#options;
    const runSpan = spanIdOf(event, 'run');
    const above = event.parentCallId === undefined ? runSpan : spanIdOf(event, event.parentCallId);
    return {
      traceId: parent.traceId,
      spanId: spanIdOf(event, key),
      parentSpanId: key === 'run' ? this.#aboveRun(event.sessionId) : above,
      name: made.name,
      kind: made.name.startsWith('chat ') ? 'client' : 'internal',
      startMs: made.startMs,
      endMs: event.time,
      attributes: made.attributes,
      error: made.error,
    };
  }

  /** The span that a run of a session hangs below. */
  #aboveRun(sessionId: string): string | undefined {
    return this.#exploring.get(sessionId) ?? this.#workflows.above(sessionId) ?? this.#options.parent.spanId;
  }
}

function spanIdOf(event: Event, key: string): string {
  return createHash('sha256').update(`${event.runId} ${key}`).digest('hex').slice(0, 16);
}

function costOf(costMicroUsd: number | null): Record<string, number> {
  return costMicroUsd === null ? {} : { 'monkey.cost_usd': costMicroUsd / 1_000_000 };
}
