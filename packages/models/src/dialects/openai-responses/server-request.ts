// The body of POST /responses to our request: the server half.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { filePart, imagePart } from '../data-url.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { effortFromWord } from '../reasoning-effort.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeResponsesRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
  const object = asObject(body);
  if (object === undefined) throw invalid('body', 'must be a JSON object');
  const model = asText(object['model']);
  if (model === undefined) throw invalid('model', 'must be the name of a model');
  if (asText(object['previous_response_id']) !== undefined) {
    throw invalid('previous_response_id', 'must be left out: responses are not kept here, send the whole input');
  }
  const { system, messages } = decodeInput(object['input']);
  const instructions = asText(object['instructions']);
  const request: ModelRequest = {
    callId: '',
    model,
    system: [...(instructions === undefined ? [] : [instructions]), ...system].join('\n\n'),
    messages,
    tools: asList(object['tools']).flatMap(decodeTool),
    ...options(object),
  };
  return { request, stream: object['stream'] === true };
}

function invalid(field: string, what: string): MonkeyError {
  return new MonkeyError('usage.invalid', `${field}: ${what}`);
}

interface Input {
  readonly system: string[];
  readonly messages: Message[];
}

function decodeInput(input: JsonValue | undefined): Input {
  const read: Input = { system: [], messages: [] };
  if (typeof input === 'string') {
    read.messages.push({ role: 'user', parts: [{ type: 'text', text: input }] });
    return read;
  }
  if (!Array.isArray(input)) throw invalid('input', 'must be a text or a list');
  const names = new Map<string, string>();
  asList(input).forEach((value, index) => {
    const item = asObject(value);
    if (item === undefined) throw invalid(`input.${index}`, 'must be an object');
    decodeItem(item, index, read, names);
  });
  return read;
}

function decodeItem(item: JsonObject, index: number, read: Input, names: Map<string, string>): void {
  switch (item['type'] ?? 'message') {
    case 'message':
      decodeMessage(item, index, read);
      return;
    case 'function_call': {
      const id = asText(item['call_id']) ?? asString(item['id']) ?? '';
      const name = asString(item['name']) ?? '';
      names.set(id, name);
      append(read, 'assistant', [{ type: 'tool-call', id, name, arguments: asString(item['arguments']) ?? '' }]);
      return;
    }
    case 'function_call_output': {
      const callId = asString(item['call_id']) ?? '';
      const output = textOf(item['output']);
      append(read, 'tool', [{ type: 'tool-result', callId, name: names.get(callId) ?? '', output, isError: false }]);
      return;
    }
    case 'reasoning': {
      const text = asList(item['summary']).map((part) => asString(asObject(part)?.['text']) ?? '');
      append(read, 'assistant', [{ type: 'reasoning', text: text.join('\n\n'), ...data({ item }) }]);
      return;
    }
    case 'item_reference':
      throw invalid(`input.${index}`, 'must be the item itself: items are not kept here');
    default:
      append(read, 'assistant', [{ type: 'text', text: '', ...data({ item }) }]);
  }
}

function data(value: JsonObject): { providerData: JsonObject } {
  return { providerData: { 'openai-responses': value } };
}

function decodeMessage(item: JsonObject, index: number, read: Input): void {
  const content = item['content'];
  switch (item['role']) {
    case 'system':
    case 'developer':
      if (read.messages.length === 0) read.system.push(textOf(content));
      else read.messages.push({ role: 'system', parts: [{ type: 'text', text: textOf(content) }] });
      return;
    case 'user':
      read.messages.push({ role: 'user', parts: decodeContent(content) });
      return;
    case 'assistant': {
      const phase = asText(item['phase']);
      const parts = decodeContent(content);
      append(read, 'assistant', phase === undefined ? parts : parts.map((part) => ({ ...data({ phase }), ...part })));
      return;
    }
    default:
      throw invalid(`input.${index}.role`, 'must be system, developer, user or assistant');
  }
}

/** The items of one answer, and the results of one turn, are one message here. */
function append(read: Input, role: 'assistant' | 'tool', parts: Part[]): void {
  const last = read.messages.at(-1);
  if (last?.role === role) last.parts.push(...parts);
  else read.messages.push({ role, parts });
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('');
}

function decodeContent(value: JsonValue | undefined): Part[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  return asList(value).flatMap((one): Part[] => {
    const part = asObject(one);
    switch (part?.['type']) {
      case 'input_text':
      case 'output_text':
      case 'text':
        return [{ type: 'text', text: asString(part['text']) ?? '' }];
      case 'refusal':
        return [{ type: 'text', text: '', ...data({ refusal: asString(part['refusal']) ?? '' }) }];
      case 'input_image':
        return [imagePart(asString(part['image_url']) ?? '')];
      case 'input_file':
        return [filePart(asString(part['file_data']) ?? '', asText(part['filename']))];
      default:
        return [];
    }
  });
}

/** Tools the provider would run itself are none of ours. */
function decodeTool(value: JsonValue): ToolDeclaration[] {
  const tool = asObject(value);
  const name = asText(tool?.['name']);
  if (tool?.['type'] !== 'function' || name === undefined) return [];
  return [{ name, description: asString(tool['description']) ?? '', parameters: asObject(tool['parameters']) ?? {} }];
}

type Options = Omit<ModelRequest, 'callId' | 'model' | 'system' | 'messages' | 'tools'>;

function options(body: JsonObject): Options {
  const maxOutputTokens = asNumber(body['max_output_tokens']);
  const temperature = asNumber(body['temperature']);
  const effort = effortFromWord(asObject(body['reasoning'])?.['effort']);
  const format = asObject(asObject(body['text'])?.['format']);
  const schema = asObject(format?.['schema']);
  const cacheKey = asText(body['prompt_cache_key']);
  const toolChoice = choice(body['tool_choice']);
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(schema === undefined ? {} : { responseSchema: { name: asText(format?.['name']) ?? 'answer', schema } }),
    ...(cacheKey === undefined ? {} : { cacheKey }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  };
}

function choice(value: JsonValue | undefined): ModelRequest['toolChoice'] {
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  const object = asObject(value);
  const name = object?.['type'] === 'function' ? asText(object['name']) : undefined;
  return name === undefined ? undefined : { name };
}
