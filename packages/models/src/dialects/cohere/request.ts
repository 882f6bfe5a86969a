// Our request to the body of Cohere's POST /v2/chat, as Cohere documents it.
import type { JsonObject, JsonValue, Message, ModelRequest, Part } from '@monkey-coder/protocol';
import type { DialectQuirks, WireRequest } from '../dialect.ts';
import { asObject, asText } from '../json-read.ts';
import { repairConversation } from '../repair.ts';

const budgets = { low: 2048, medium: 8192, high: 24_576 } as const;

/** Encodes for streaming. `messages` comes last, so that an appended history keeps the bytes before it. */
export function encodeCohereRequest(request: ModelRequest, quirks: DialectQuirks): WireRequest {
  const notes: string[] = [];
  const system: JsonValue[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  const history = repairConversation(request.messages);
  if (history.some((message) => message.parts.some((part) => part.type === 'file'))) {
    notes.push('files were left out: the provider takes none');
  }
  const body: JsonObject = {
    model: request.model,
    stream: true,
    ...options(request),
    ...thinking(request, quirks, notes),
    ...tools(request, notes),
    messages: [...system, ...history.flatMap(encodeMessage)],
  };
  return { path: '/chat', body, notes };
}

function options(request: ModelRequest): JsonObject {
  const { maxOutputTokens, temperature, stopSequences, responseSchema } = request;
  return {
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stopSequences === undefined ? {} : { stop_sequences: stopSequences }),
    ...(responseSchema === undefined
      ? {}
      : { response_format: { type: 'json_object', json_schema: responseSchema.schema } }),
  };
}

function thinking(request: ModelRequest, quirks: DialectQuirks, notes: string[]): JsonObject {
  const effort = request.reasoningEffort;
  if (effort === undefined) return {};
  if ((quirks.thinking ?? 'none') === 'none') {
    if (effort !== 'none') notes.push(`reasoning effort ${effort} was left out: the model is not known to think`);
    return {};
  }
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  const room = Math.floor((request.maxOutputTokens ?? Number.POSITIVE_INFINITY) / 2);
  return { thinking: { type: 'enabled', token_budget: Math.max(1, Math.min(budgets[effort], room)) } };
}

/** One tool cannot be named: it is the only one shown instead. */
function tools(request: ModelRequest, notes: string[]): JsonObject {
  const choice = request.toolChoice;
  const isNamed = typeof choice === 'object';
  const shown = isNamed ? request.tools.filter((tool) => tool.name === choice.name) : request.tools;
  if (shown.length === 0) return {};
  if (isNamed) notes.push(`only the tool ${choice.name} is shown: the provider cannot be told to call one of several`);
  return {
    tools: shown.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    ...(isNamed || choice === 'required' ? { tool_choice: 'REQUIRED' } : {}),
    ...(choice === 'none' ? { tool_choice: 'NONE' } : {}),
  };
}

function encodeMessage(message: Message): JsonValue[] {
  switch (message.role) {
    case 'assistant':
      return encodeAssistant(message);
    case 'tool':
      return message.parts.flatMap((part) =>
        part.type === 'tool-result' ? [{ role: 'tool', tool_call_id: part.callId, content: part.output }] : [],
      );
    default: {
      const content = encodeContent(message.parts);
      return content.length === 0 ? [] : [{ role: message.role, content }];
    }
  }
}

function encodeContent(parts: readonly Part[]): string | JsonValue[] {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  return parts.flatMap((part): JsonValue[] => {
    if (part.type === 'text' && part.text !== '') return [{ type: 'text', text: part.text }];
    if (part.type !== 'image') return [];
    const url = /^https?:/.test(part.data) ? part.data : `data:${part.mediaType};base64,${part.data}`;
    return [{ type: 'image_url', image_url: { url } }];
  });
}

/** What was said before calls is the plan of the calls here: content and calls do not stand together. */
function encodeAssistant(message: Message): JsonValue[] {
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const thoughts = message.parts.flatMap(encodeThinking);
  const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (calls.length === 0) {
    const said: JsonValue[] = text === '' ? [] : [{ type: 'text', text }];
    if (thoughts.length + said.length === 0) return [];
    return [{ role: 'assistant', content: thoughts.length === 0 ? text : [...thoughts, ...said] }];
  }
  const plan = message.parts.map(planOf).find((one) => one !== undefined);
  const plans = [text, plan].filter(Boolean).join('\n');
  return [
    {
      role: 'assistant',
      ...(thoughts.length === 0 ? {} : { content: thoughts }),
      ...(plans === '' ? {} : { tool_plan: plans }),
      tool_calls: calls.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: argumentsOf(call.arguments) },
      })),
    },
  ];
}

/** Only the provider's own thoughts go back. */
function encodeThinking(part: Part): JsonValue[] {
  const isOwn = part.type === 'reasoning' && part.text !== '' && part.providerData?.['cohere'] !== undefined;
  return isOwn ? [{ type: 'thinking', thinking: part.text }] : [];
}

function planOf(part: Part): string | undefined {
  return part.type === 'text' ? asText(asObject(part.providerData?.['cohere'])?.['plan']) : undefined;
}

/** The provider writes `null` for a call without arguments and does not take it back. */
function argumentsOf(text: string): string {
  const given = text.trim();
  return given === '' || given === 'null' ? '{}' : text;
}
