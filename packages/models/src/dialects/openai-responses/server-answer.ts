// Our answers to a whole response object or an error body: the server half.
import type {
  FinishReason,
  JsonObject,
  JsonValue,
  ModelFailure,
  ModelTerminalEvent,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import type { Dialect } from '../dialect.ts';
import { failureHeaders, failureStatus } from '../failure-status.ts';
import { asObject, asText } from '../json-read.ts';
import { openaiErrorBody } from '../openai-error.ts';

/** What the head of a response object says. */
export interface ResponseHead {
  readonly responseId: string;
  readonly createdAt: number;
  readonly model: string;
}

/** How an answer ended, in the words of the endpoint. */
export interface ResponseEnding {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly incomplete?: string;
}

/** The ending of a finish reason. */
export function endingOf(reason: FinishReason): ResponseEnding {
  if (reason === 'length') return { status: 'incomplete', incomplete: 'max_output_tokens' };
  if (reason === 'content-filter') return { status: 'incomplete', incomplete: 'content_filter' };
  return { status: 'completed' };
}

/** A response object with the fields that clients read. */
export function responseObject(
  head: ResponseHead,
  ending: ResponseEnding,
  said: { readonly output: readonly JsonValue[]; readonly usage?: Usage; readonly error?: JsonValue },
): JsonObject {
  const { usage } = said;
  return {
    id: head.responseId,
    object: 'response',
    created_at: head.createdAt,
    status: ending.status,
    error: said.error ?? null,
    incomplete_details: ending.incomplete === undefined ? null : { reason: ending.incomplete },
    instructions: null,
    metadata: {},
    model: head.model,
    output: said.output,
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: usage === undefined || usage.estimated ? null : encodeUsage(usage),
  };
}

function encodeUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

/** An output item of assistant text. */
export function messageItem(id: string, text: string, data: JsonObject | undefined): JsonObject {
  const refusal = asText(data?.['refusal']);
  const content = refusal === undefined ? { type: 'output_text', text, annotations: [] } : { type: 'refusal', refusal };
  const phase = data?.['phase'] === undefined ? {} : { phase: data['phase'] };
  return { id, type: 'message', status: 'completed', role: 'assistant', ...phase, content: [content] };
}

/** An output item of reasoning: as the vendor gave it, or of the text. */
export function reasoningItem(id: string, text: string, data: JsonObject | undefined): JsonObject {
  return asObject(data?.['item']) ?? { id, type: 'reasoning', summary: [{ type: 'summary_text', text }] };
}

/** An output item of a call the client must run. */
export function callItem(
  id: string,
  call: { readonly id: string; readonly name: string; readonly arguments: string },
): JsonObject {
  return {
    id,
    type: 'function_call',
    status: 'completed',
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
  };
}

function outputItem(part: Part, id: string): JsonValue[] {
  if (part.type === 'tool-call') return [callItem(`fc_${id}`, part)];
  if (part.type !== 'text' && part.type !== 'reasoning') return [];
  const data = asObject(part.providerData?.['openai-responses']);
  if (part.type === 'reasoning') return [reasoningItem(`rs_${id}`, part.text, data)];
  return [asObject(data?.['item']) ?? messageItem(`msg_${id}`, part.text, data)];
}

/** A whole response, or the error body. */
export function encodeResponsesDocument(
  event: ModelTerminalEvent,
  options: Parameters<Dialect['encodeDocument']>[1],
): JsonValue {
  if (event.type === 'error') return openaiErrorBody(event.failure);
  const output = event.message.parts.flatMap((part, index) => outputItem(part, `${options.responseId}_${index}`));
  const head = { ...options, model: event.model };
  return responseObject(head, endingOf(event.finishReason), { output, usage: event.usage });
}

/** A failure before the first byte, in OpenAI's shape. */
export function encodeResponsesFailure(failure: ModelFailure): ReturnType<Dialect['encodeFailure']> {
  return { status: failureStatus(failure), headers: failureHeaders(failure), body: openaiErrorBody(failure) };
}
