// The spans of a workflow: one for the whole (`invoke_workflow`), below it one for each piece of work asked of a member or a person, and
// below that the member's run. Ids follow from session and step, so that going on after a crash adds to the same tree.
import { createHash } from 'node:crypto';
import type { Event, EventOf } from '@monkey-coder/protocol';
import type { Span } from './span.ts';
import type { TraceParent } from './trace-parent.ts';

interface OpenPiece {
  readonly startMs: number;
  readonly name: string;
  readonly attributes: Span['attributes'];
}

/** Folds the events of workflows into spans. */
export class WorkflowSpans {
  readonly #parent: TraceParent;
  readonly #open = new Map<string, OpenPiece>();
  /** Sessions of members to the span that they work for. */
  readonly #above = new Map<string, string>();
  /** The workflow that runs in this process. */
  #whole: string | undefined;

  constructor(parent: TraceParent) {
    this.#parent = parent;
  }

  /** The span that a session's runs hang below; undefined where no workflow is at work. A run that goes on hangs below the whole. */
  above(sessionId: string): string | undefined {
    return this.#above.get(sessionId) ?? this.#whole;
  }

  /** Takes an event; the spans that it ends. */
  add(event: Event): Span[] {
    switch (event.type) {
      case 'workflow.started':
        this.#begin(event, event.name, {
          'monkey.workflow.version': event.version,
          'monkey.workflow.hash': event.hash,
        });
        return [];
      case 'workflow.resumed':
        this.#begin(event, 'resumed', {});
        return [];
      case 'step.started':
        this.#beginStep(event);
        return [];
      case 'step.finished':
        return [this.#endStep(event)];
      case 'workflow.finished':
        return this.#end(event);
      default:
        return [];
    }
  }

  #begin({ sessionId, time }: Event, name: string, attributes: Span['attributes']): void {
    this.#whole = wholeId(sessionId);
    this.#open.set(this.#whole, { startMs: time, name: `invoke_workflow ${name}`, attributes });
  }

  #beginStep({ sessionId, time, step, kind, member, agentSession }: EventOf<'step.started'> & Event): void {
    const id = stepId(sessionId, step);
    const who: Span['attributes'] = member === undefined ? {} : { 'gen_ai.agent.name': member };
    this.#open.set(id, { startMs: time, name: `step ${step}`, attributes: { 'monkey.step.kind': kind, ...who } });
    if (agentSession !== undefined) this.#above.set(agentSession, id);
  }

  #endStep({ sessionId, time, step, result }: EventOf<'step.finished'> & Event): Span {
    const spanId = stepId(sessionId, step);
    const open = this.#open.get(spanId) ?? { startMs: time, name: `step ${step}`, attributes: {} };
    this.#open.delete(spanId);
    return this.#span(open, {
      spanId,
      parentSpanId: wholeId(sessionId),
      endMs: time,
      attributes: { ...open.attributes, 'monkey.status': result.status },
      error: result.status === 'failed' ? result.reason : undefined,
    });
  }

  #end({ sessionId, time, status, reason }: EventOf<'workflow.finished'> & Event): Span[] {
    const spanId = wholeId(sessionId);
    const open = this.#open.get(spanId);
    if (open === undefined) return [];
    this.#open.delete(spanId);
    return [
      this.#span(open, {
        spanId,
        parentSpanId: this.#parent.spanId,
        endMs: time,
        attributes: { ...open.attributes, 'gen_ai.conversation.id': sessionId, 'monkey.status': status },
        error: status === 'failed' ? reason : undefined,
      }),
    ];
  }

  #span(
    { name, startMs }: OpenPiece,
    more: Pick<Span, 'spanId' | 'parentSpanId' | 'endMs' | 'attributes' | 'error'>,
  ): Span {
    return { traceId: this.#parent.traceId, name, kind: 'internal', startMs, ...more };
  }
}

function wholeId(sessionId: string): string {
  return hash(`${sessionId} workflow`);
}

function stepId(sessionId: string, step: string): string {
  return hash(`${sessionId} step ${step}`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
