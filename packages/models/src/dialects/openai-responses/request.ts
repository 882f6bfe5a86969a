// Our request to the body of POST /responses, as OpenAI documents it; the provider keeps nothing.
import type { JsonObject, JsonValue, Message, ModelRequest, Part } from '@monkey-coder/protocol';
import { boundedCallId } from '../call-ids.ts';
import type { DialectQuirks, WireRequest } from '../dialect.ts';
import { asObject, asText } from '../json-read.ts';
import { repairConversation } from '../repair.ts';

/** Longest call id the endpoint takes, and the smallest output limit. */
const callIdLimit = 64;
const leastOutputTokens = 16;

/** Encodes for streaming. `input` comes last, so that an appended history keeps the bytes before it. */
export function encodeResponsesRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest {
  const notes: string[] = [];
  if (request.stopSequences !== undefined) notes.push('stop sequences were left out: the endpoint takes none');
  const body: JsonObject = {
    model: request.model,
    stream: true,
    store: false,
    ...reasoning(request, quirks, notes),
    ...options(request, quirks),
    ...tools(request),
    ...(request.system === '' ? {} : { instructions: request.system }),
    input: repairConversation(request.messages).flatMap(encodeMessage),
  };
  return { path: '/responses', body, notes };
}

/** Reasoning comes back encrypted, because the provider keeps none; models that do not think refuse to be asked. */
function reasoning(request: ModelRequest, quirks: DialectQuirks, notes: string[]): JsonObject {
  const effort = request.reasoningEffort;
  if (quirks.thinking === 'none') {
    if (effort !== undefined && effort !== 'none') {
      notes.push(`reasoning effort ${effort} was left out: the model is not known to think`);
    }
    return {};
  }
  const summary = quirks.reasoningSummary ? { summary: 'auto' } : {};
  const config = { ...(effort === undefined ? {} : { effort }), ...summary };
  const thinks = quirks.thinking !== undefined || effort !== undefined;
  return {
    ...(thinks ? { include: ['reasoning.encrypted_content'] } : {}),
    ...(Object.keys(config).length === 0 ? {} : { reasoning: config }),
  };
}

function options(request: ModelRequest, quirks: DialectQuirks): JsonObject {
  const limit = request.maxOutputTokens;
  const { responseSchema, cacheKey } = request;
  return {
    ...(limit === undefined ? {} : { max_output_tokens: Math.max(leastOutputTokens, limit) }),
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(responseSchema === undefined ? {} : { text: { format: { type: 'json_schema', ...responseSchema } } }),
    ...(cacheKey !== undefined && quirks.promptCacheKey ? { prompt_cache_key: cacheKey } : {}),
  };
}

function tools(request: ModelRequest): JsonObject {
  if (request.tools.length === 0) return {};
  const choice = request.toolChoice;
  const named = typeof choice === 'object' ? { type: 'function', name: choice.name } : choice;
  return {
    tools: request.tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      parameters,
      strict: false,
    })),
    ...(named === undefined ? {} : { tool_choice: named }),
  };
}

function encodeMessage(message: Message): JsonValue[] {
  switch (message.role) {
    case 'assistant':
      return message.parts.flatMap((part, index) => encodeAssistantPart(part, message.parts.slice(index + 1)));
    case 'tool':
      return message.parts.flatMap((part) =>
        part.type === 'tool-result'
          ? [{ type: 'function_call_output', call_id: callId(part.callId), output: part.output }]
          : [],
      );
    default:
      return [{ role: message.role, content: message.parts.flatMap(encodeInput) }];
  }
}

function callId(id: string): string {
  return boundedCallId(id, callIdLimit);
}

function encodeInput(part: Part): JsonValue[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'input_text', text: part.text }];
    case 'image': {
      const url = /^https?:/.test(part.data) ? part.data : `data:${part.mediaType};base64,${part.data}`;
      return [{ type: 'input_image', image_url: url, detail: 'auto' }];
    }
    case 'file': {
      const name = part.name ?? 'file';
      return [{ type: 'input_file', filename: name, file_data: `data:${part.mediaType};base64,${part.data}` }];
    }
    default:
      return [];
  }
}

function encodeAssistantPart(part: Part, rest: readonly Part[]): JsonValue[] {
  switch (part.type) {
    case 'text':
      return encodeText(part);
    case 'reasoning':
      return encodeReasoning(part, rest);
    case 'tool-call': {
      const given = part.arguments.trim() === '' ? '{}' : part.arguments;
      return [{ type: 'function_call', call_id: callId(part.id), name: part.name, arguments: given }];
    }
    default:
      return [];
  }
}

function encodeText(part: Extract<Part, { type: 'text' }>): JsonValue[] {
  const data = asObject(part.providerData?.['openai-responses']);
  const item = asObject(data?.['item']);
  if (item !== undefined) return [item];
  const refusal = asText(data?.['refusal']);
  const phase = data?.['phase'] === undefined ? {} : { phase: data['phase'] };
  const content = refusal === undefined ? { type: 'output_text', text: part.text } : { type: 'refusal', refusal };
  if (refusal === undefined && part.text === '') return [];
  return [{ type: 'message', role: 'assistant', ...phase, content: [content] }];
}

/** Reasoning goes back as it came, only encrypted, and only before what it led to: the provider refuses it otherwise. */
function encodeReasoning(part: Extract<Part, { type: 'reasoning' }>, rest: readonly Part[]): JsonValue[] {
  const item = asObject(asObject(part.providerData?.['openai-responses'])?.['item']);
  if (item === undefined || asText(item['encrypted_content']) === undefined) return [];
  return rest.some((later) => later.type !== 'reasoning') ? [item] : [];
}
