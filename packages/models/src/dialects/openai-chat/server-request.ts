// The body of POST /chat/completions to our request: the server half.
import type { JsonObject, JsonValue, ModelRequest, Part } from '@monkey-coder/protocol';
import { type ChatOptions, callsOf, plainTextOf, readChatBody } from '../chat-body.ts';
import { filePart, imagePart } from '../data-url.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';
import { effortFromWord } from '../reasoning-effort.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeOpenaiChatRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
  return readChatBody(body, {
    systemRoles: ['system', 'developer'],
    textOf: plainTextOf,
    content,
    assistantParts,
    options,
  });
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
  return [...parts, ...callsOf(wire, names)];
}

function options(body: JsonObject): ChatOptions {
  const maxOutputTokens = asNumber(body['max_completion_tokens']) ?? asNumber(body['max_tokens']);
  const temperature = asNumber(body['temperature']);
  const effort = effortFromWord(body['reasoning_effort']);
  const stop =
    typeof body['stop'] === 'string' ? [body['stop']] : asList(body['stop']).filter((one) => typeof one === 'string');
  const format = asObject(asObject(body['response_format'])?.['json_schema']);
  const schema = asObject(format?.['schema']);
  const cacheKey = asText(body['prompt_cache_key']);
  const toolChoice = choice(body['tool_choice']);
  const user = asText(body['user']);
  return {
    ...(user === undefined ? {} : { callId: user }),
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
