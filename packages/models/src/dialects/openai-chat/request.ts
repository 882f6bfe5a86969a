// Our request to the body of POST /chat/completions, as OpenAI documents it, minus what compatible hosts refuse.
import type {
  FilePart,
  ImagePart,
  JsonObject,
  JsonValue,
  Message,
  ModelRequest,
  Part,
  TextPart,
  ToolCallPart,
} from '@monkey-coder/protocol';
import { boundedCallId, shortHash } from '../call-ids.ts';
import type { DialectQuirks, WireRequest } from '../dialect.ts';
import { asObject } from '../json-read.ts';
import { repairConversation } from '../repair.ts';

/** Encodes for streaming. `messages` comes last, so that an appended history keeps the bytes before it. */
export function encodeOpenaiChatRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest {
  const messages: JsonValue[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  for (const message of repairConversation(request.messages)) messages.push(...encodeMessage(message, quirks));
  if (quirks.prefill === 'prefix-flag') markPrefix(messages);
  const body: JsonObject = {
    model: request.model,
    stream: true,
    ...(quirks.streamUsage === false ? {} : { stream_options: { include_usage: true } }),
    ...options(request, quirks),
    ...tools(request),
    messages,
  };
  return { path: '/chat/completions', body, notes: [] };
}

/** An answer at the end is a beginning that the host goes on with. */
function markPrefix(messages: JsonValue[]): void {
  const last = asObject(messages.at(-1));
  if (last?.['role'] === 'assistant' && last['tool_calls'] === undefined)
    messages[messages.length - 1] = { ...last, prefix: true };
}

function options(request: ModelRequest, quirks: DialectQuirks): JsonObject {
  const limit = request.maxOutputTokens;
  return {
    ...(limit === undefined ? {} : { [quirks.outputLimitField ?? 'max_tokens']: limit }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.reasoningEffort === undefined ? {} : { reasoning_effort: request.reasoningEffort }),
    ...(request.stopSequences === undefined ? {} : { stop: request.stopSequences }),
    ...(request.responseSchema === undefined
      ? {}
      : { response_format: { type: 'json_schema', json_schema: request.responseSchema } }),
    ...(request.cacheKey !== undefined && quirks.promptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
  };
}

function tools(request: ModelRequest): JsonObject {
  if (request.tools.length === 0) return {};
  const choice = request.toolChoice;
  const named = typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice;
  return {
    tools: request.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    ...(named === undefined ? {} : { tool_choice: named }),
  };
}

function encodeMessage(message: Message, quirks: DialectQuirks): JsonValue[] {
  switch (message.role) {
    case 'assistant':
      return [encodeAssistant(message, quirks)];
    case 'tool':
      return message.parts.flatMap((part) =>
        part.type === 'tool-result'
          ? [{ role: 'tool', tool_call_id: callId(part.callId, quirks), content: part.output }]
          : [],
      );
    default:
      return [{ role: message.role, content: encodeContent(message.parts) }];
  }
}

function encodeContent(parts: readonly Part[]): JsonValue {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  return parts.flatMap((part) => {
    if (part.type === 'text' && part.text !== '') return [{ type: 'text', text: part.text }];
    if (part.type === 'image') return [{ type: 'image_url', image_url: { url: imageUrl(part) } }];
    return part.type === 'file' ? [encodeFile(part)] : [];
  });
}

function imageUrl(part: ImagePart): string {
  return /^https?:/.test(part.data) ? part.data : `data:${part.mediaType};base64,${part.data}`;
}

function encodeFile(part: FilePart): JsonObject {
  const data = `data:${part.mediaType};base64,${part.data}`;
  return { type: 'file', file: { ...(part.name === undefined ? {} : { filename: part.name }), file_data: data } };
}

function encodeAssistant(message: Message, quirks: DialectQuirks): JsonObject {
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const refusal = message.parts.map(refusalOf).find((said) => said !== undefined);
  return {
    role: 'assistant',
    content: text !== '' ? text : calls.length > 0 ? null : '',
    ...(refusal === undefined ? {} : { refusal }),
    ...(quirks.replayReasoning ? replayedReasoning(message) : {}),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => encodeCall(call, quirks)) }),
  };
}

function refusalOf(part: Part): JsonValue | undefined {
  return part.type === 'text' ? openaiData(part)?.['refusal'] : undefined;
}

function openaiData(part: TextPart | Extract<Part, { type: 'reasoning' }>): JsonObject | undefined {
  return asObject(part.providerData?.['openai-chat']);
}

/** Reasoning goes back only in the field it came in: hosts that never sent a field refuse it. */
function replayedReasoning(message: Message): JsonObject {
  const fields: Record<string, JsonValue> = {};
  for (const part of message.parts) {
    const data = part.type === 'reasoning' ? openaiData(part) : undefined;
    if (part.type !== 'reasoning' || data === undefined) continue;
    const field = data['field'];
    const before = typeof field === 'string' ? fields[field] : undefined;
    if (typeof field === 'string') fields[field] = `${typeof before === 'string' ? before : ''}${part.text}`;
    if (data['details'] !== undefined) fields['reasoning_details'] = data['details'];
  }
  return fields;
}

function encodeCall(call: ToolCallPart, quirks: DialectQuirks): JsonObject {
  return {
    id: callId(call.id, quirks),
    type: 'function',
    function: { name: call.name, arguments: call.arguments.trim() === '' ? '{}' : call.arguments },
  };
}

/** Mistral takes ids of nine letters or digits only, OpenAI forty characters; others are mapped, each time alike. */
function callId(id: string, quirks: DialectQuirks): string {
  if (!quirks.shortToolCallIds) return boundedCallId(id, 40);
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : shortHash(id);
}
