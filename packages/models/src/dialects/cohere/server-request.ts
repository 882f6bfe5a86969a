// The body of Cohere's POST /v2/chat to our request: the server half.
import type { JsonObject, JsonValue, ModelRequest, Part } from '@monkey-coder/protocol';
import { type ChatOptions, callsOf, readChatBody } from '../chat-body.ts';
import { imagePart } from '../data-url.ts';
import { asList, asNumber, asObject, asString, asText } from '../json-read.ts';

/** Reads a client's body. Throws MonkeyError `usage.invalid` naming the field that is wrong. */
export function decodeCohereRequest(body: JsonValue): { request: ModelRequest; stream: boolean } {
  return readChatBody(body, { systemRoles: ['system'], textOf, content, assistantParts, options });
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
  return [...parts, ...callsOf(wire, names)];
}

function options(body: JsonObject): ChatOptions {
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
