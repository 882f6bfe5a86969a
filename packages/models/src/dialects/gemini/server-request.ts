// Path and body of Gemini's generateContent to our request: the server half.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { effortFromWord } from '../reasoning-effort.ts';
import { foreignSignature } from './signatures.ts';

/** What a path says: `/v1beta/models/{model}:generateContent` or `:streamGenerateContent`; undefined for another path. */
export function geminiPath(path: string): { readonly model: string; readonly stream: boolean } | undefined {
  const found = /\/models\/([^/]+):(streamG|g)enerateContent\/?$/.exec(path);
  const model = found?.[1];
  if (model === undefined) return undefined;
  return { model: decoded(model), stream: found?.[2] === 'streamG' };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads a client's request. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeGeminiRequest(body: JsonValue, path: string): { request: ModelRequest; stream: boolean } {
  const where = geminiPath(path);
  if (where === undefined) throw invalid('path', 'must be /models/NAME:generateContent or :streamGenerateContent');
  const object = asObject(body);
  if (object === undefined) throw invalid('body', 'must be a JSON object');
  if (!Array.isArray(object['contents'])) throw invalid('contents', 'must be a list');
  const calls = new CallIds();
  const messages = asList(object['contents']).flatMap((value, index) => decodeContent(asObject(value), index, calls));
  const declared = asList(object['tools']).flatMap((tool) => asList(field(asObject(tool), 'functionDeclarations')));
  const request: ModelRequest = {
    callId: '',
    model: where.model,
    system: systemOf(field(object, 'systemInstruction')),
    messages,
    tools: declared.flatMap(decodeTool),
    ...options(object),
  };
  return { request, stream: where.stream };
}

function invalid(name: string, what: string): MonkeyError {
  return new MonkeyError('usage.invalid', `${name}: ${what}`);
}

/** Google reads `camelCase` and `snake_case` alike. */
function field(object: JsonObject | undefined, name: string): JsonValue | undefined {
  return object?.[name] ?? object?.[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

function systemOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(asObject(value)?.['parts'])
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('\n\n');
}

/** Ids where the client gives none: calls are numbered, and a result answers the oldest open call of its name. */
class CallIds {
  readonly #open: { readonly id: string; readonly name: string }[] = [];
  #count = 0;

  called(id: string | undefined, name: string): string {
    const known = id ?? `call_${this.#count}`;
    this.#count++;
    this.#open.push({ id: known, name });
    return known;
  }

  answered(id: string | undefined, name: string): string {
    const index = this.#open.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
    const [call] = index === -1 ? [] : this.#open.splice(index, 1);
    return id ?? call?.id ?? '';
  }
}

/** Results in a content are a message of their own here. */
function decodeContent(content: JsonObject | undefined, index: number, calls: CallIds): Message[] {
  const role = content?.['role'] ?? 'user';
  if (content === undefined || (role !== 'user' && role !== 'model' && role !== 'function')) {
    throw invalid(`contents.${index}.role`, 'must be user or model');
  }
  const parts = asList(content['parts']).flatMap((part) => decodePart(asObject(part), role === 'model', calls));
  if (role === 'model') return [{ role: 'assistant', parts }];
  const results = parts.filter((part) => part.type === 'tool-result');
  const rest = parts.filter((part) => part.type !== 'tool-result');
  const messages: Message[] = [];
  if (results.length > 0) messages.push({ role: 'tool', parts: results });
  if (rest.length > 0 || results.length === 0) messages.push({ role: 'user', parts: rest });
  return messages;
}

function decodePart(part: JsonObject | undefined, isModel: boolean, calls: CallIds): Part[] {
  if (part === undefined) return [];
  const call = asObject(field(part, 'functionCall'));
  if (call !== undefined) return [decodeCall(call, signed(part), calls)];
  const response = asObject(field(part, 'functionResponse'));
  if (response !== undefined) return [decodeResult(response, calls)];
  if (typeof part['text'] === 'string') {
    const type = part['thought'] === true ? 'reasoning' : 'text';
    return [{ type, text: part['text'], ...signed(part) }];
  }
  const media = asObject(field(part, 'inlineData')) ?? asObject(field(part, 'fileData'));
  if (media !== undefined && !isModel) return [decodeMedia(media)];
  return isModel ? [{ type: 'text', text: '', providerData: { gemini: { part } } }] : [];
}

function signed(part: JsonObject): { providerData?: JsonObject } {
  const signature = asText(field(part, 'thoughtSignature'));
  if (signature === undefined || signature === foreignSignature) return {};
  return { providerData: { gemini: { thoughtSignature: signature } } };
}

function decodeCall(call: JsonObject, data: { providerData?: JsonObject }, calls: CallIds): Part {
  const name = asString(call['name']) ?? '';
  const id = calls.called(asText(call['id']), name);
  return { type: 'tool-call', id, name, arguments: JSON.stringify(call['args'] ?? {}), ...data };
}

function decodeResult(result: JsonObject, calls: CallIds): Part {
  const name = asString(result['name']) ?? '';
  const callId = calls.answered(asText(result['id']), name);
  const response = asObject(result['response']) ?? {};
  const isError = response['error'] !== undefined;
  const said = response['error'] ?? response['output'] ?? response['result'] ?? response;
  const output = typeof said === 'string' ? said : JSON.stringify(said);
  return { type: 'tool-result', callId, name, output, isError };
}

function decodeMedia(media: JsonObject): Part {
  const mediaType = asText(field(media, 'mimeType')) ?? 'application/octet-stream';
  const data = asString(media['data']) ?? asString(field(media, 'fileUri')) ?? '';
  return mediaType.startsWith('image/') ? { type: 'image', mediaType, data } : { type: 'file', mediaType, data };
}

function decodeTool(value: JsonValue): ToolDeclaration[] {
  const tool = asObject(value);
  const name = asText(tool?.['name']);
  if (tool === undefined || name === undefined) return [];
  const schema = asObject(field(tool, 'parametersJsonSchema'));
  const parameters = schema ?? asObject(lowerTypes(tool['parameters'] ?? {})) ?? {};
  return [{ name, description: asString(tool['description']) ?? '', parameters }];
}

/** Google's own schema writes types in capitals. */
function lowerTypes(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return asList(value).map(lowerTypes);
  const object = asObject(value);
  if (object === undefined) return value;
  return Object.fromEntries(
    Object.entries(object).map(([name, one]) => [
      name,
      name === 'type' && typeof one === 'string' ? one.toLowerCase() : lowerTypes(one),
    ]),
  );
}

type Options = Omit<ModelRequest, 'callId' | 'model' | 'system' | 'messages' | 'tools'>;

function options(body: JsonObject): Options {
  const config = asObject(field(body, 'generationConfig'));
  const maxOutputTokens = asNumber(field(config, 'maxOutputTokens'));
  const temperature = asNumber(config?.['temperature']);
  const stop = asList(field(config, 'stopSequences')).filter((one) => typeof one === 'string');
  const schema = asObject(field(config, 'responseJsonSchema') ?? lowerTypes(field(config, 'responseSchema') ?? null));
  const effort = effortOf(asObject(field(config, 'thinkingConfig')));
  const toolChoice = choice(asObject(field(asObject(field(body, 'toolConfig')), 'functionCallingConfig')));
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...(schema === undefined ? {} : { responseSchema: { name: 'answer', schema } }),
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(toolChoice === undefined ? {} : { toolChoice }),
  };
}

function effortOf(config: JsonObject | undefined): ModelRequest['reasoningEffort'] {
  const level = effortFromWord(field(config, 'thinkingLevel'));
  const budget = asNumber(field(config, 'thinkingBudget'));
  if (level !== undefined || budget === undefined || budget < 0) return level;
  if (budget === 0) return 'none';
  if (budget < 8192) return 'low';
  return budget < 24_576 ? 'medium' : 'high';
}

function choice(config: JsonObject | undefined): ModelRequest['toolChoice'] {
  const names = asList(field(config, 'allowedFunctionNames')).filter((one) => typeof one === 'string');
  switch (config?.['mode']) {
    case 'AUTO':
      return 'auto';
    case 'NONE':
      return 'none';
    case 'ANY':
      return names[0] !== undefined && names.length === 1 ? { name: names[0] } : 'required';
    default:
      return undefined;
  }
}
