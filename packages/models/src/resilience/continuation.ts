// Goes on with an answer that broke off: what was said so far is given to the next model as the beginning of its own answer.
//
// Only plain text can be continued: reasoning and tool calls belong to the model that began them. White space at the end of
// what was said is kept back, since vendors refuse a beginning that ends with it; the reader has it already, so the
// next model's own white space at the seam is left out.
import type { Message, ModelEvent, ModelRequest, ModelTerminalEvent, Part, Usage } from '@monkey-coder/protocol';

/** What a call has said so far, over all that answered it. */
export class Continuation {
  #said = '';
  #isPlain = true;
  #usage: Usage | undefined;
  /** Length of `#said` when the one who is asked now began. */
  #begun = 0;
  #isAtSeam = false;

  /** Whether there is something to go on from. */
  get isPossible(): boolean {
    return this.#isPlain && this.#said.trim() !== '';
  }

  /** Everything was thrown away. */
  reset(): void {
    this.#said = '';
    this.#isPlain = true;
    this.#usage = undefined;
    this.#begun = 0;
    this.#isAtSeam = false;
  }

  /** The request to the next one: it has begun to answer already. */
  continued(request: ModelRequest): ModelRequest {
    this.#begun = this.#said.length;
    this.#isAtSeam = /\s$/.test(this.#said);
    const begun: Message = { role: 'assistant', parts: [{ type: 'text', text: this.#said.trimEnd() }] };
    return { ...request, messages: [...request.messages, begun] };
  }

  /** Notes an event of the one who is asked; what the reader gets of it, if anything. */
  pass(event: ModelEvent): ModelEvent | undefined {
    if (event.type === 'start') return this.#begun > 0 ? undefined : event;
    if (event.type !== 'text.delta') {
      this.#isPlain &&= event.type === 'end' || event.type === 'error';
      return event;
    }
    const text = this.#isAtSeam ? event.text.trimStart() : event.text;
    if (text !== '') this.#isAtSeam = false;
    this.#said += text;
    return text === '' ? undefined : { ...event, text };
  }

  /** Keeps the counts of a call that broke off. */
  brokeOff(event: Extract<ModelEvent, { type: 'error' }>): void {
    this.#usage = added(this.#usage, event.usage);
  }

  /** The last word, about the whole answer. */
  whole(event: ModelTerminalEvent): ModelTerminalEvent {
    if (this.#begun === 0) return event;
    const usage = added(this.#usage, event.usage);
    return event.type === 'end'
      ? { ...event, usage, message: this.#joined(event.message) }
      : { ...event, usage, partial: this.#joined(event.partial) };
  }

  #joined(message: Message): Message {
    const others = message.parts.filter((part) => part.type !== 'text');
    const text: Part[] = [{ type: 'text', text: this.#said }];
    return { role: 'assistant', parts: [...text, ...others] };
  }
}

function added(first: Usage | undefined, second: Usage): Usage {
  if (first === undefined) return second;
  return {
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    cachedInputTokens: first.cachedInputTokens + second.cachedInputTokens,
    cacheWriteTokens: first.cacheWriteTokens + second.cacheWriteTokens,
    reasoningTokens: first.reasoningTokens + second.reasoningTokens,
    estimated: first.estimated || second.estimated,
  };
}
