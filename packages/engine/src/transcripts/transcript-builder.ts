// Builds a session of ours out of what another agent's transcript says, in the order in which it says it.
import { type Event, type EventBody, type Message, noUsage, type Part, userMessage } from '@monkey-coder/protocol';

/** Collects messages and results; answers that come in several pieces become one. */
export class TranscriptBuilder {
  readonly #events: Event[] = [];
  readonly #sessionId: string;
  #answer: { readonly id: string; readonly model: string; readonly time: number; readonly parts: Part[] } | undefined;
  readonly #open = new Map<string, string>();

  constructor(options: {
    readonly sessionId: string;
    readonly cwd: string;
    readonly from: string;
    readonly time: number;
  }) {
    this.#sessionId = options.sessionId;
    this.#push(options.time, {
      type: 'session.started',
      logVersion: 1,
      productVersion: options.from,
      cwd: options.cwd,
    });
  }

  user(text: string, time: number): void {
    if (text.trim() === '') return;
    this.#close();
    this.#push(time, { type: 'message.added', message: userMessage(text), origin: 'user' });
  }

  /** A piece of an answer; pieces with the same id belong together. */
  say(part: Part, answer: { readonly id: string; readonly model: string; readonly time: number }): void {
    if (this.#answer?.id !== answer.id) this.#close();
    this.#answer ??= { ...answer, parts: [] };
    this.#answer.parts.push(part);
    if (part.type === 'tool-call') this.#open.set(part.id, part.name);
  }

  /** The result of a call; one that nobody made is passed over. */
  result(callId: string, output: string, isError: boolean, time: number): void {
    const name = this.#open.get(callId);
    if (name === undefined) return;
    this.#close();
    this.#open.delete(callId);
    const status = isError ? 'failed' : 'ok';
    this.#push(time, { type: 'tool.ended', callId, name, status, output, durationMs: 0 });
  }

  /** The session's events. Calls that never got a result are ended as unknown. */
  finish(time: number): Event[] {
    this.#close();
    for (const callId of [...this.#open.keys()])
      this.result(callId, 'The transcript has no result of this call.', true, time);
    return this.#events;
  }

  #close(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer === undefined) return;
    const message: Message = { role: 'assistant', parts: answer.parts };
    const hasCalls = answer.parts.some((part) => part.type === 'tool-call');
    this.#push(answer.time, {
      type: 'model.ended',
      callId: `imported_${this.#events.length}`,
      message,
      finishReason: hasCalls ? 'tool-calls' : 'stop',
      model: answer.model,
      // What was paid was paid elsewhere, and is not counted here.
      usage: noUsage,
      costMicroUsd: 0,
      durationMs: 0,
      firstTokenMs: null,
    });
  }

  #push(time: number, body: EventBody): void {
    this.#events.push({ seq: this.#events.length, time, sessionId: this.#sessionId, ...body });
  }
}
