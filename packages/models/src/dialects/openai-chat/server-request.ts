// The body of POST /chat/completions to our request: the server half.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { filePart, imagePart } from '../data-url.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { effortFromWord } from '../reasoning-effort.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeOpenaiChatRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
  const object = asObject(body);
  if (object === undefined) throw invalid('body', 'must be a JSON object');
  const model = asText(object['model']);
  if (model === undefined) throw invalid('model', 'must be the name of a model');
  if (!Array.isArray(object['messages'])) throw invalid('messages', 'must be a list');
  const names = new Map<string, string>();
  const system: string[] = [];
  const messages: Message[] = [];
  asList(object['messages']).forEach((value, index) => {
    const wire = asObject(value);
    if (wire === undefined) throw invalid(`messages.${index}`, 'must be an object');
    const isHead = messages.length === 0 && (wire['role'] === 'system' || wire['role'] === 'developer');
    if (isHead) system.push(textOf(wire['content']));
    else append(messages, decodeMessage(wire, index, names));
  });
  const request: ModelRequest = {
    callId: asText(object['user']) ?? '',
    model,
    system: system.join('\n\n'),
    messages,
    tools: asList(object['tools']).flatMap(decodeTool),
    ...options(object),
  };
  return { request, stream: object['stream'] === true };
}

function invalid(field: string, what: string): MonkeyError {
  return new MonkeyError('usage.invalid', `${field}: ${what}`);
}

/** Results of one turn come as several messages; they are one of ours. */
function append(messages: Message[], message: Message): void {
  const last = messages.at(-1);
  if (message.role === 'tool' && last?.role === 'tool') last.parts.push(...message.parts);
  else messages.push(message);
}

function decodeMessage(wire: JsonObject, index: number, names: Map<string, string>): Message {
  switch (wire['role']) {
    case 'system':
    case 'developer':
      return { role: 'system', parts: [{ type: 'text', text: textOf(wire['content']) }] };
    case 'user':
      return { role: 'user', parts: content(wire['content']) };
    case 'assistant':
      return { role: 'assistant', parts: assistantParts(wire, names) };
    case 'tool': {
      const callId = asString(wire['tool_call_id']) ?? '';
      const output = textOf(wire['content']);
      const name = names.get(callId) ?? '';
      return { role: 'tool', parts: [{ type: 'tool-result', callId, name, output, isError: false }] };
    }
    default:
      throw invalid(`messages.${index}.role`, 'must be system, developer, user, assistant or tool');
  }
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('');
}

function content(value: JsonValue | undefined): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return asList(value).flatMap((item): Part[] => {
    const part = asObject(item);
    if (part?.['type'] === 'text') return [{ type: 'text', text: asString(part['text']) ?? '' }];
    if (part?.['type'] === 'image_url') return [imagePart(asString(asObject(part['image_url'])?.['url']) ?? '')];
    const file = part?.['type'] === 'file' ? asObject(part['file']) : undefined;
    return file === undefined ? [] : [filePart(asString(file['file_data']) ?? '', asText(file['filename']))];
  });
}

function assistantParts(wire: JsonObject, names: Map<string, string>): Part[] {
  const parts: Part[] = [];
  const field = ['reasoning_content', 'reasoning'].find((name) => asText(wire[name]) !== undefined);
  const details = asList(wire['reasoning_details']);
  if (field !== undefined || details.length > 0) {
    const data = { ...(field === undefined ? {} : { field }), ...(details.length === 0 ? {} : { details }) };
    const text = field === undefined ? '' : (asText(wire[field]) ?? '');
    parts.push({ type: 'reasoning', text, providerData: { 'openai-chat': data } });
  }
  parts.push(...content(wire['content']));
  const refusal = asText(wire['refusal']);
  if (refusal !== undefined) parts.push({ type: 'text', text: '', providerData: { 'openai-chat': { refusal } } });
  for (const value of asList(wire['tool_calls'])) {
    const call = asObject(value);
    const fn = asObject(call?.['function']);
    const id = asString(call?.['id']) ?? '';
    const name = asString(fn?.['name']) ?? '';
    names.set(id, name);
    parts.push({ type: 'tool-call', id, name, arguments: asString(fn?.['arguments']) ?? '' });
  }
  return parts;
}

function decodeTool(value: JsonValue): ToolDeclaration[] {
  const fn = asObject(asObject(value)?.['function']);
  const name = asText(fn?.['name']);
  if (fn === undefined || name === undefined) return [];
  return [{ name, description: asString(fn['description']) ?? '', parameters: asObject(fn['parameters']) ?? {} }];
}

type Options = Omit<ModelRequest, 'callId' | 'model' | 'system' | 'messages' | 'tools'>;

function options(body: JsonObject): Options {
  const maxOutputTokens = asNumber(body['max_completion_tokens']) ?? asNumber(body['max_tokens']);
  const temperature = asNumber(body['temperature']);
  const effort = effortFromWord(body['reasoning_effort']);
  const stop =
    typeof body['stop'] === 'string' ? [body['stop']] : asList(body['stop']).filter((one) => typeof one === 'string');
  const format = asObject(asObject(body['response_format'])?.['json_schema']);
  const schema = asObject(format?.['schema']);
  const cacheKey = asText(body['prompt_cache_key']);
  const toolChoice = choice(body['tool_choice']);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(schema === undefined ? {} : { responseSchema: { name: asText(format?.['name']) ?? 'answer', schema } }),
    ...(cacheKey === undefined ? {} : { cacheKey }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  };
}

function choice(value: JsonValue | undefined): ModelRequest['toolChoice'] {
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  const name = asText(asObject(asObject(value)?.['function'])?.['name']);
  return name === undefined ? undefined : { name };
}
