// Reads a body that is a list of role messages, as OpenAI's chat completions and Cohere's chat both are: the common part of two server halves.
import type { JsonObject, JsonValue, Message, ModelRequest, Part, ToolDeclaration } from '@monkey-coder/protocol';
import { MonkeyError } from '@monkey-coder/protocol';
import { asList, asObject, asString, asText } from './json-read.ts';

/** What a request has beside its conversation and tools; a call id only where the wire has one. */
export type ChatOptions = Partial<Omit<ModelRequest, 'model' | 'system' | 'messages' | 'tools'>>;

/** Where one wire differs from the other. */
export interface ChatBodyShape {
  /** Roles that stand for the system text, for the message that refuses others. */
  readonly systemRoles: readonly string[];
  readonly textOf: (content: JsonValue | undefined) => string;
  readonly content: (content: JsonValue | undefined) => Part[];
  /** Parts of an assistant message; `names` learns the names of its calls by id. */
  readonly assistantParts: (wire: JsonObject, names: Map<string, string>) => Part[];
  /** Everything of the request beside model, messages and tools. */
  readonly options: (body: JsonObject) => ChatOptions;
}

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function readChatBody(body: JsonValue, shape: ChatBodyShape): { request: ModelRequest; stream: boolean } {
  const object = asObject(body);
  if (object === undefined) throw invalid('body', 'must be a JSON object');
  const model = asText(object['model']);
  if (model === undefined) throw invalid('model', 'must be the name of a model');
  if (!Array.isArray(object['messages'])) throw invalid('messages', 'must be a list');
  const request: ModelRequest = {
    callId: '',
    model,
    ...conversation(object['messages'], shape),
    tools: asList(object['tools']).flatMap(readTool),
    ...shape.options(object),
  };
  return { request, stream: object['stream'] === true };
}

/** System messages at the head are the system text, later ones stay where they are. */
function conversation(values: readonly JsonValue[], shape: ChatBodyShape): { system: string; messages: Message[] } {
  const names = new Map<string, string>();
  const system: string[] = [];
  const messages: Message[] = [];
  values.forEach((value, index) => {
    const wire = asObject(value);
    if (wire === undefined) throw invalid(`messages.${index}`, 'must be an object');
    const isHead = messages.length === 0 && shape.systemRoles.includes(asString(wire['role']) ?? '');
    if (isHead) system.push(shape.textOf(wire['content']));
    else append(messages, readMessage(wire, index, { names, shape }));
  });
  return { system: system.join('\n\n'), messages };
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

function readMessage(
  wire: JsonObject,
  index: number,
  { names, shape }: { readonly names: Map<string, string>; readonly shape: ChatBodyShape },
): Message {
  const role = asString(wire['role']) ?? '';
  if (shape.systemRoles.includes(role))
    return { role: 'system', parts: [{ type: 'text', text: shape.textOf(wire['content']) }] };
  switch (role) {
    case 'user':
      return { role: 'user', parts: shape.content(wire['content']) };
    case 'assistant':
      return { role: 'assistant', parts: shape.assistantParts(wire, names) };
    case 'tool': {
      const callId = asString(wire['tool_call_id']) ?? '';
      const output = shape.textOf(wire['content']);
      const name = names.get(callId) ?? '';
      return { role: 'tool', parts: [{ type: 'tool-result', callId, name, output, isError: false }] };
    }
    default:
      throw invalid(`messages.${index}.role`, `must be ${shape.systemRoles.join(', ')}, user, assistant or tool`);
  }
}

/** The text of a content that is a string or a list of parts with `text`. */
export function plainTextOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return asList(value)
    .map((part) => asString(asObject(part)?.['text']) ?? '')
    .join('');
}

/** The calls of an assistant message; `names` learns their names by id. */
export function callsOf(wire: JsonObject, names: Map<string, string>): Part[] {
  return asList(wire['tool_calls']).map((value) => {
    const call = asObject(value);
    const fn = asObject(call?.['function']);
    const id = asString(call?.['id']) ?? '';
    const name = asString(fn?.['name']) ?? '';
    names.set(id, name);
    return { type: 'tool-call', id, name, arguments: asString(fn?.['arguments']) ?? '' };
  });
}

function readTool(value: JsonValue): ToolDeclaration[] {
  const fn = asObject(asObject(value)?.['function']);
  const name = asText(fn?.['name']);
  if (fn === undefined || name === undefined) return [];
  return [{ name, description: asString(fn['description']) ?? '', parameters: asObject(fn['parameters']) ?? {} }];
}
