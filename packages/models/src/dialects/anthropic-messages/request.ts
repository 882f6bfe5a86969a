// Our request to the body of POST /v1/messages, as Anthropic documents it.
import type { JsonObject, JsonValue, Message, ModelRequest, Part } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import type { DialectQuirks, WireRequest } from '../dialect.ts';
import { asObject } from '../json-read.ts';
import { repairConversation } from '../repair.ts';

/** Output limit when neither caller nor catalogue knows one: every model of the dialect takes it. */
const defaultMaxTokens = 4096;
const budgets = { low: 2048, medium: 8192, high: 24_576 } as const;
const cacheMark = { cache_control: { type: 'ephemeral' } } as const;

type Block = Record<string, JsonValue>;
interface WireMessage {
  readonly role: 'user' | 'assistant';
  readonly content: Block[];
}

/**
 * Encodes for streaming. `tools`, `system` and `messages` come last and in the order the provider caches them. One cache
 * mark stands at the end of the fixed head and never moves, one at the end of the last message: from turn to turn only the
 * latter moves, and everything before it keeps its bytes.
 */
export function encodeAnthropicRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest {
  const notes: string[] = [];
  const marks = quirks.cacheMarks !== false;
  const repaired = repairConversation(request.messages);
  const thinking = thinkingOf(request, quirks, notes);
  const tools = toolsOf(request, repaired);
  const system = request.system === '' ? [] : [{ type: 'text', text: request.system }];
  if (marks) markLast(system.length > 0 ? system : tools);
  const messages = encodeMessages(repaired);
  if (marks) markLastMessage(messages);
  const body: JsonObject = {
    model: request.model,
    max_tokens: request.maxOutputTokens ?? defaultMaxTokens,
    stream: true,
    ...thinking.fields,
    ...sampling(request, thinking.active, notes),
    ...toolChoice(request, tools.length > 0, thinking.active, notes),
    ...(tools.length === 0 ? {} : { tools }),
    ...(system.length === 0 ? {} : { system }),
    messages: messages as unknown as JsonValue,
  };
  return { path: '/messages', body, notes };
}

function sampling(request: ModelRequest, isThinking: boolean, notes: string[]): JsonObject {
  const fields: Record<string, JsonValue> = {};
  if (request.temperature !== undefined && isThinking) notes.push('temperature was left out: the model is thinking');
  else if (request.temperature !== undefined) fields['temperature'] = Math.min(1, request.temperature);
  if (request.stopSequences !== undefined) fields['stop_sequences'] = request.stopSequences;
  return fields;
}

function thinkingOf(
  request: ModelRequest,
  quirks: DialectQuirks,
  notes: string[],
): { readonly fields: JsonObject; readonly active: boolean } {
  const effort = request.reasoningEffort;
  const format =
    request.responseSchema === undefined
      ? {}
      : { format: { type: 'json_schema', schema: request.responseSchema.schema } };
  const output = (config: JsonObject): JsonObject =>
    Object.keys(config).length === 0 ? {} : { output_config: config };
  if (effort === undefined || effort === 'none') return { fields: output(format), active: false };
  const style = quirks.thinking ?? 'budget';
  if (style === 'effort') {
    return { fields: { thinking: { type: 'adaptive' }, ...output({ effort, ...format }) }, active: true };
  }
  const budget = Math.min(budgets[effort], Math.floor((request.maxOutputTokens ?? defaultMaxTokens) / 2));
  if (style === 'none' || budget < 1024) {
    notes.push(
      `reasoning effort ${effort} was left out: ${style === 'none' ? 'the model does not think' : 'the output limit leaves no room'}`,
    );
    return { fields: output(format), active: false };
  }
  return { fields: { thinking: { type: 'enabled', budget_tokens: budget }, ...output(format) }, active: true };
}

/** A history with calls needs declared tools even where none may be called any more; stubs stand in. */
function toolsOf(request: ModelRequest, messages: readonly Message[]): Block[] {
  if (request.tools.length > 0) {
    return request.tools.map(({ name, description, parameters }) => ({ name, description, input_schema: parameters }));
  }
  const names = new Set(
    messages.flatMap((m) => m.parts.flatMap((part) => (part.type === 'tool-call' ? [part.name] : []))),
  );
  return [...names].map((name) => ({ name, description: 'No longer available.', input_schema: { type: 'object' } }));
}

function toolChoice(request: ModelRequest, hasTools: boolean, isThinking: boolean, notes: string[]): JsonObject {
  if (!hasTools) return {};
  if (request.tools.length === 0 || request.toolChoice === 'none') return { tool_choice: { type: 'none' } };
  const choice = request.toolChoice;
  if (choice === undefined) return {};
  if (choice === 'auto') return { tool_choice: { type: 'auto' } };
  if (isThinking) {
    notes.push('the forced tool choice was left out: the model is thinking');
    return { tool_choice: { type: 'auto' } };
  }
  return { tool_choice: choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name } };
}

/** Neighbours of one role become one message: results of a turn and what the user says next belong together. */
function encodeMessages(messages: readonly Message[]): WireMessage[] {
  const encoded: WireMessage[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = message.parts.flatMap((part) => encodePart(part, message.role));
    const last = encoded.at(-1);
    if (content.length === 0) continue;
    if (last?.role === role) last.content.push(...content);
    else encoded.push({ role, content });
  }
  return encoded;
}

function encodePart(part: Part, role: Message['role']): Block[] {
  switch (part.type) {
    case 'text':
      return encodeText(part, role);
    case 'reasoning':
      return encodeReasoning(part);
    case 'tool-call': {
      const input = asObject(parseJson(part.arguments)) ?? {};
      return [{ type: 'tool_use', id: safeId(part.id), name: part.name, input }];
    }
    case 'tool-result': {
      const content = part.output === '' ? [] : [{ type: 'text', text: part.output }];
      const failed = part.isError ? { is_error: true } : {};
      return [{ type: 'tool_result', tool_use_id: safeId(part.callId), content, ...failed }];
    }
    case 'image':
      return [{ type: 'image', source: sourceOf(part.mediaType, part.data) }];
    case 'file':
      return [
        { type: 'document', source: sourceOf(part.mediaType, part.data), ...(part.name ? { title: part.name } : {}) },
      ];
  }
}

function encodeText(part: Extract<Part, { type: 'text' }>, role: Message['role']): Block[] {
  const block = asObject(asObject(part.providerData?.['anthropic-messages'])?.['block']);
  if (block !== undefined) return [{ ...block }];
  if (part.text.trim() === '') return [];
  return [{ type: 'text', text: role === 'system' ? `<system>\n${part.text}\n</system>` : part.text }];
}

/** Only signed or redacted thinking may go back; that of other vendors is left out. */
function encodeReasoning(part: Extract<Part, { type: 'reasoning' }>): Block[] {
  const data = asObject(part.providerData?.['anthropic-messages']);
  if (typeof data?.['redacted'] === 'string') return [{ type: 'redacted_thinking', data: data['redacted'] }];
  if (typeof data?.['signature'] !== 'string') return [];
  return [{ type: 'thinking', thinking: part.text, signature: data['signature'] }];
}

function sourceOf(mediaType: string, data: string): JsonObject {
  return /^https?:/.test(data) ? { type: 'url', url: data } : { type: 'base64', media_type: mediaType, data };
}

function safeId(id: string): string {
  return id === '' ? 'call' : id.replace(/[^a-zA-Z0-9_-]/g, '_');
}

function markLast(blocks: Block[]): void {
  const last = blocks.at(-1);
  if (last !== undefined) Object.assign(last, cacheMark);
}

/** Thinking cannot carry a mark, and a block kept for the vendor is not touched. */
function markLastMessage(messages: readonly WireMessage[]): void {
  const block = messages.at(-1)?.content.at(-1);
  const markable = ['text', 'tool_result', 'tool_use', 'image', 'document'];
  if (block !== undefined && markable.includes(String(block['type']))) Object.assign(block, cacheMark);
}
