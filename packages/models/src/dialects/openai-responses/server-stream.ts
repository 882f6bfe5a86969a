// Our events to the events of a streamed response: the server half.
import type { JsonObject, JsonValue, ModelEvent, ModelFailure, ModelTerminalEvent } from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialect.ts';
import { asObject } from '../json-read.ts';
import { openaiErrorBody } from '../openai-error.ts';
import { callItem, endingOf, messageItem, reasoningItem, responseObject } from './server-answer.ts';

/** Writes one stream: every item is announced, told in deltas, and repeated when it is done. */
export function createResponsesEncoder(options: Parameters<Dialect['createEncoder']>[0]): WireEncoder {
  return new ResponsesEncoder(options);
}

/** Text or reasoning that is being told. */
interface OpenText {
  readonly kind: 'message' | 'reasoning';
  readonly id: string;
  readonly index: number;
  text: string;
}

interface OpenCall {
  readonly itemId: string;
  readonly index: number;
}

class ResponsesEncoder implements WireEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8';
  readonly #options: Parameters<Dialect['createEncoder']>[0];
  readonly #output: JsonValue[] = [];
  readonly #calls = new Map<string, OpenCall>();
  #sequence = 0;
  #items = 0;
  #open: OpenText | undefined;
  #started = false;

  constructor(options: Parameters<Dialect['createEncoder']>[0]) {
    this.#options = options;
  }

  encode(event: ModelEvent): string {
    switch (event.type) {
      case 'start':
        return this.#start();
      case 'text.delta':
        return event.text === '' ? '' : this.#text('message', event.text);
      case 'reasoning.delta':
        return this.#reasoning(event.text, asObject(event.providerData?.['openai-responses']));
      case 'tool-call.started':
        return this.#startCall(event);
      case 'tool-call.delta':
        return this.#callEvent(event.id, 'delta', { delta: event.arguments });
      case 'tool-call.ended':
        return this.#endCall(event);
      case 'restart':
        return '';
      case 'end':
        return this.#end(event);
      case 'error':
        return this.#fail(event.failure);
    }
  }

  #start(): string {
    if (this.#started) return '';
    this.#started = true;
    const response = responseObject(this.#options, { status: 'in_progress' }, { output: [] });
    return this.#write('response.created', { response }) + this.#write('response.in_progress', { response });
  }

  #reasoning(text: string, data: JsonObject | undefined): string {
    if (text === '' && data === undefined) return '';
    const told = this.#text('reasoning', text);
    return data === undefined ? told : told + this.#close(data);
  }

  #text(kind: OpenText['kind'], text: string): string {
    const opened = this.#open?.kind === kind ? '' : this.#begin(kind);
    const open = this.#open;
    if (open === undefined || text === '') return opened;
    open.text += text;
    const name = kind === 'message' ? 'response.output_text.delta' : 'response.reasoning_summary_text.delta';
    return opened + this.#write(name, { ...place(open), delta: text, ...(kind === 'message' ? { logprobs: [] } : {}) });
  }

  #begin(kind: OpenText['kind']): string {
    const before = this.#start() + this.#close();
    const index = this.#items++;
    const id = `${kind === 'message' ? 'msg' : 'rs'}_${this.#options.responseId}_${index}`;
    const open: OpenText = { kind, id, index, text: '' };
    this.#open = open;
    const item: JsonObject =
      kind === 'message'
        ? { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }
        : { id, type: 'reasoning', summary: [] };
    const added = this.#write('response.output_item.added', { output_index: index, item });
    return before + added + this.#write(`${partName(kind)}.added`, { ...place(open), part: partOf(kind, '') });
  }

  #close(data?: JsonObject): string {
    const open = this.#open;
    if (open === undefined) return '';
    this.#open = undefined;
    const isMessage = open.kind === 'message';
    const item = isMessage ? messageItem(open.id, open.text, data) : reasoningItem(open.id, open.text, data);
    this.#output[open.index] = item;
    const done = isMessage ? 'response.output_text.done' : 'response.reasoning_summary_text.done';
    return (
      this.#write(done, { ...place(open), text: open.text, ...(isMessage ? { logprobs: [] } : {}) }) +
      this.#write(`${partName(open.kind)}.done`, { ...place(open), part: partOf(open.kind, open.text) }) +
      this.#write('response.output_item.done', { output_index: open.index, item })
    );
  }

  #startCall(call: { readonly id: string; readonly name: string }): string {
    const before = this.#start() + this.#close();
    const index = this.#items++;
    const itemId = `fc_${this.#options.responseId}_${index}`;
    this.#calls.set(call.id, { itemId, index });
    const item = { ...callItem(itemId, { ...call, arguments: '' }), status: 'in_progress' };
    return before + this.#write('response.output_item.added', { output_index: index, item });
  }

  #callEvent(id: string, kind: 'delta' | 'done', fields: JsonObject): string {
    const open = this.#calls.get(id);
    if (open === undefined) return '';
    const where = { item_id: open.itemId, output_index: open.index };
    return this.#write(`response.function_call_arguments.${kind}`, { ...where, ...fields });
  }

  #endCall(call: Extract<ModelEvent, { type: 'tool-call.ended' }>): string {
    const open = this.#calls.get(call.id);
    if (open === undefined) return '';
    const item = callItem(open.itemId, call);
    this.#output[open.index] = item;
    return (
      this.#callEvent(call.id, 'done', { name: call.name, arguments: call.arguments }) +
      this.#write('response.output_item.done', { output_index: open.index, item })
    );
  }

  #end(event: Extract<ModelTerminalEvent, { type: 'end' }>): string {
    const before = this.#start() + this.#close();
    const ending = endingOf(event.finishReason);
    const output = this.#output.filter((item) => item !== undefined);
    const response = responseObject({ ...this.#options, model: event.model }, ending, { output, usage: event.usage });
    return before + this.#write(`response.${ending.status}`, { response });
  }

  #fail(failure: ModelFailure): string {
    return this.#start() + this.#write('error', openaiErrorBody(failure));
  }

  #write(type: string, fields: JsonObject): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`;
  }
}

function partName(kind: OpenText['kind']): string {
  return kind === 'message' ? 'response.content_part' : 'response.reasoning_summary_part';
}

function partOf(kind: OpenText['kind'], text: string): JsonObject {
  return kind === 'message' ? { type: 'output_text', text, annotations: [] } : { type: 'summary_text', text };
}

function place(open: OpenText): JsonObject {
  const part = open.kind === 'message' ? { content_index: 0 } : { summary_index: 0 };
  return { item_id: open.id, output_index: open.index, ...part };
}
