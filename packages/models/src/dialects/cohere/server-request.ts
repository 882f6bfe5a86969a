// The body of Cohere's POST /v2/chat to our request: the server half.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { imagePart } from '../data-url.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeCohereRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
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
    if (messages.length === 0 && wire['role'] === 'system') system.push(textOf(wire['content']));
    else append(messages, decodeMessage(wire, index, names));
  });
  const request: ModelRequest = {
    callId: '',
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
      throw invalid(`messages.${index}.role`, 'must be system, user, assistant or tool');
  }
}

/** Results may be documents, `{type: 'document', document: {data}}`, whose data is a text or an object. */
function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((one) => {
      const part = asObject(one);
      const data = asObject(part?.['document'])?.['data'];
      if (data === undefined) return asString(part?.['text']) ?? '';
      return typeof data === 'string' ? data : JSON.stringify(data);
    })
    .join('');
}

function content(value: JsonValue | undefined): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return asList(value).flatMap((item): Part[] => {
    const part = asObject(item);
    switch (part?.['type']) {
      case 'text':
        return [{ type: 'text', text: asString(part['text']) ?? '' }];
      case 'thinking': {
        const text = asString(part['thinking']) ?? '';
        return [{ type: 'reasoning', text, providerData: { cohere: { own: true } } }];
      }
      case 'image_url':
        return [imagePart(asString(asObject(part['image_url'])?.['url']) ?? '')];
      default:
        return [];
    }
  });
}

function assistantParts(wire: JsonObject, names: Map<string, string>): Part[] {
  const parts = content(wire['content']);
  const plan = asText(wire['tool_plan']);
  if (plan !== undefined) parts.push({ type: 'text', text: plan });
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
  const maxOutputTokens = asNumber(body['max_tokens']);
  const temperature = asNumber(body['temperature']);
  const stop = asList(body['stop_sequences']).filter((one) => typeof one === 'string');
  const format = asObject(body['response_format']);
  const schema = asObject(format?.['json_schema']) ?? asObject(format?.['schema']);
  const effort = effortOf(asObject(body['thinking']));
  const toolChoice = { REQUIRED: 'required', NONE: 'none' }[asString(body['tool_choice']) ?? ''];
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(schema === undefined ? {} : { responseSchema: { name: 'answer', schema } }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(toolChoice === 'required' || toolChoice === 'none' ? { toolChoice } : {}),
  };
}

function effortOf(thinking: JsonObject | undefined): ModelRequest['reasoningEffort'] {
  if (thinking === undefined) return undefined;
  if (thinking['type'] === 'disabled') return 'none';
  const budget = asNumber(thinking['token_budget']) ?? 8192;
  if (budget < 8192) return 'low';
  return budget < 24_576 ? 'medium' : 'high';
}
