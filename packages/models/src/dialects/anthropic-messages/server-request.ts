// The body of POST /v1/messages to our request: the server half.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeAnthropicRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
  const object = asObject(body);
  if (object === undefined) throw invalid('body', 'must be a JSON object');
  const model = asText(object['model']);
  if (model === undefined) throw invalid('model', 'must be the name of a model');
  const maxOutputTokens = asNumber(object['max_tokens']);
  if (maxOutputTokens === undefined) throw invalid('max_tokens', 'must be a number');
  if (!Array.isArray(object['messages'])) throw invalid('messages', 'must be a list');
  const names = new Map<string, string>();
  const messages = asList(object['messages']).flatMap((value, index) => decodeMessage(asObject(value), index, names));
  const request: ModelRequest = {
    callId: '',
    model,
    system: textOf(object['system']),
    messages,
    tools: asList(object['tools']).flatMap(decodeTool),
    maxOutputTokens,
    ...options(object),
  };
  return { request, stream: object['stream'] === true };
}

function invalid(field: string, what: string): MonkeyError {
  return new MonkeyError('usage.invalid', `${field}: ${what}`);
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('\n\n');
}

/** Results in a user message are a message of their own here. */
function decodeMessage(wire: JsonObject | undefined, index: number, names: Map<string, string>): Message[] {
  const role = wire?.['role'];
  if (wire === undefined || (role !== 'user' && role !== 'assistant')) {
    throw invalid(`messages.${index}.role`, 'must be user or assistant');
  }
  const content = wire['content'];
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asList(content);
  const parts = blocks.flatMap((block) => decodeBlock(asObject(block), names));
  if (role === 'assistant') return [{ role, parts }];
  const results = parts.filter((part) => part.type === 'tool-result');
  const rest = parts.filter((part) => part.type !== 'tool-result');
  const messages: Message[] = [];
  if (results.length > 0) messages.push({ role: 'tool', parts: results });
  if (rest.length > 0 || results.length === 0) messages.push({ role: 'user', parts: rest });
  return messages;
}

function decodeBlock(block: JsonObject | undefined, names: Map<string, string>): Part[] {
  if (block === undefined) return [];
  const data = (value: JsonObject): { providerData: JsonObject } => ({ providerData: { 'anthropic-messages': value } });
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: asString(block['text']) ?? '' }];
    case 'thinking': {
      const signature = asText(block['signature']);
      const text = asString(block['thinking']) ?? '';
      return [{ type: 'reasoning', text, ...(signature === undefined ? {} : data({ signature })) }];
    }
    case 'redacted_thinking':
      return [{ type: 'reasoning', text: '', ...data({ redacted: asString(block['data']) ?? '' }) }];
    case 'tool_use':
      return [decodeCall(block, names)];
    case 'tool_result':
      return [decodeResult(block, names)];
    case 'image':
    case 'document':
      return [decodeSource(block)];
    default:
      return [{ type: 'text', text: '', ...data({ block }) }];
  }
}

function decodeCall(block: JsonObject, names: Map<string, string>): Part {
  const id = asString(block['id']) ?? '';
  const name = asString(block['name']) ?? '';
  names.set(id, name);
  return { type: 'tool-call', id, name, arguments: JSON.stringify(block['input'] ?? {}) };
}

function decodeResult(block: JsonObject, names: Map<string, string>): Part {
  const callId = asString(block['tool_use_id']) ?? '';
  const content = block['content'];
  const output =
    typeof content === 'string'
      ? content
      : asList(content)
          .map((one) => asString(asObject(one)?.['text']) ?? '')
          .join('');
  return { type: 'tool-result', callId, name: names.get(callId) ?? '', output, isError: block['is_error'] === true };
}

function decodeSource(block: JsonObject): Part {
  const source = asObject(block['source']);
  const data = asString(source?.['data']) ?? asString(source?.['url']) ?? '';
  const mediaType = asText(source?.['media_type']);
  if (block['type'] === 'image') return { type: 'image', mediaType: mediaType ?? 'image/*', data };
  const name = asText(block['title']);
  return { type: 'file', mediaType: mediaType ?? 'application/pdf', ...(name === undefined ? {} : { name }), data };
}

function decodeTool(value: JsonValue): ToolDeclaration[] {
  const tool = asObject(value);
  const name = asText(tool?.['name']);
  const parameters = asObject(tool?.['input_schema']);
  if (tool === undefined || name === undefined || parameters === undefined) return [];
  return [{ name, description: asString(tool['description']) ?? '', parameters }];
}

type Options = Pick<
  ModelRequest,
  'temperature' | 'stopSequences' | 'toolChoice' | 'reasoningEffort' | 'responseSchema'
>;

function options(body: JsonObject): Options {
  const temperature = asNumber(body['temperature']);
  const stop = asList(body['stop_sequences']).filter((one) => typeof one === 'string');
  const toolChoice = choice(asObject(body['tool_choice']));
  const effort = effortOf(body);
  const schema = asObject(asObject(asObject(body['output_config'])?.['format'])?.['schema']);
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(schema === undefined ? {} : { responseSchema: { name: 'answer', schema } }),
  };
}

function choice(value: JsonObject | undefined): ModelRequest['toolChoice'] {
  switch (value?.['type']) {
    case 'auto':
      return 'auto';
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return { name: asString(value['name']) ?? '' };
    default:
      return undefined;
  }
}

function effortOf(body: JsonObject): ModelRequest['reasoningEffort'] {
  const thinking = asObject(body['thinking']);
  const word = asText(asObject(body['output_config'])?.['effort']);
  if (thinking === undefined || thinking['type'] === 'disabled') return undefined;
  if (word === 'low' || word === 'medium') return word;
  if (word !== undefined) return 'high';
  const budget = asNumber(thinking['budget_tokens']) ?? 8192;
  if (budget < 8192) return 'low';
  return budget < 24_576 ? 'medium' : 'high';
}
