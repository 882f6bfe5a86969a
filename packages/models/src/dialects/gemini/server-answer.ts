// Our events to Gemini's chunks, a whole answer, or an error body: the server half.
import type {
  FinishReason,
  JsonObject,
  JsonValue,
  ModelEvent,
  ModelFailure,
  ModelTerminalEvent,
  Part,
  Usage,
} from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import type { Dialect, WireEncoder } from '../dialect.ts';
import { failureHeaders, failureStatus } from '../failure-status.ts';
import { asObject, asText } from '../json-read.ts';

type EncoderOptions = Parameters<Dialect['createEncoder']>[0];

const finishWords: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  other: 'OTHER',
};

/** Writes one stream of chunks; the last one says why the answer ended. */
export function createGeminiEncoder(options: EncoderOptions): WireEncoder {
  const head = { modelVersion: options.model, responseId: options.responseId };
  const say = (part: JsonObject): string =>
    chunk({ candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }], ...head });
  return {
    contentType: 'text/event-stream; charset=utf-8',
    encode(event: ModelEvent): string {
      switch (event.type) {
        case 'text.delta':
          return event.text === '' ? '' : say({ text: event.text });
        case 'reasoning.delta': {
          const data = signatureOf(event);
          return event.text === '' && data === undefined ? '' : say({ text: event.text, thought: true, ...data });
        }
        case 'tool-call.ended':
          return say(encodeCall(event));
        case 'start':
        case 'tool-call.started':
        case 'tool-call.delta':
        case 'restart':
          return '';
        case 'end':
          return chunk({ ...candidate([], event.finishReason), ...counts(event.usage), ...head });
        case 'error':
          return bareError(event.failure);
      }
    },
  };
}

/** Bare, as Google sends it inside a stream: its SDKs overlook an error that is framed like a chunk. */
function bareError(failure: ModelFailure): string {
  return `${JSON.stringify(errorBody(failure, failureStatus(failure)))}\r\n`;
}

function chunk(value: JsonValue): string {
  return `data: ${JSON.stringify(value)}\r\n\r\n`;
}

function candidate(parts: readonly JsonObject[], reason: FinishReason): JsonObject {
  const finishReason = finishWords[reason];
  return { candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }] };
}

function signatureOf(part: { readonly providerData?: JsonObject | undefined }): JsonObject | undefined {
  const signature = asText(asObject(part.providerData?.['gemini'])?.['thoughtSignature']);
  return signature === undefined ? undefined : { thoughtSignature: signature };
}

function encodeCall(call: {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly providerData?: JsonObject | undefined;
}): JsonObject {
  const args = asObject(parseJson(call.arguments)) ?? {};
  return { functionCall: { id: call.id, name: call.name, args }, ...signatureOf(call) };
}

function counts(usage: Usage): JsonObject {
  if (usage.estimated) return {};
  return {
    usageMetadata: {
      promptTokenCount: usage.inputTokens,
      candidatesTokenCount: Math.max(0, usage.outputTokens - usage.reasoningTokens),
      thoughtsTokenCount: usage.reasoningTokens,
      cachedContentTokenCount: usage.cachedInputTokens,
      totalTokenCount: usage.inputTokens + usage.outputTokens,
    },
  };
}

/** A whole answer, or the error body. */
export function encodeGeminiDocument(
  event: ModelTerminalEvent,
  options: Parameters<Dialect['encodeDocument']>[1],
): JsonValue {
  if (event.type === 'error') return errorBody(event.failure, failureStatus(event.failure));
  return {
    ...candidate(event.message.parts.flatMap(encodePart), event.finishReason),
    ...counts(event.usage),
    modelVersion: event.model,
    responseId: options.responseId,
  };
}

function encodePart(part: Part): JsonObject[] {
  if (part.type === 'tool-call') return [encodeCall(part)];
  if (part.type === 'reasoning') return [{ text: part.text, thought: true, ...signatureOf(part) }];
  if (part.type !== 'text') return [];
  const own = asObject(asObject(part.providerData?.['gemini'])?.['part']);
  return [own ?? { text: part.text, ...signatureOf(part) }];
}

/** A failure before the first byte, in Google's shape. */
export function encodeGeminiFailure(failure: ModelFailure): ReturnType<Dialect['encodeFailure']> {
  const status = failureStatus(failure);
  return { status, headers: failureHeaders(failure), body: errorBody(failure, status) };
}

/** Names of google.rpc.Code. */
const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function errorBody(failure: ModelFailure, status: number): JsonObject {
  const wait = failure.retryAfterMs;
  const retry = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${(wait ?? 0) / 1000}s` };
  const details = wait === undefined ? {} : { details: [retry] };
  return { error: { code: status, message: failure.message, status: statusNames[status] ?? 'UNKNOWN', ...details } };
}
