// Amazon Bedrock: Anthropic's messages behind InvokeModelWithResponseStream, in AWS frames, signed or with a Bedrock API key.
import type { JsonObject, JsonValue, ModelEvent } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import type { WireDecoder, WireRequest, WireResponseHead } from '../dialects/dialect.ts';
import { asObject, asString } from '../dialects/json-read.ts';
import { type AwsEvent, createAwsEventReader } from '../transport/aws-event-stream.ts';
import { modelFailure } from '../transport/failures.ts';

/** The request as Bedrock wants it: the model in the path, a version in the body. */
export function bedrockRequest(wire: WireRequest, model: string): WireRequest {
  const { model: _model, stream: _stream, ...body } = (asObject(wire.body) ?? {}) as JsonObject;
  return {
    path: `/model/${encodeURIComponent(model)}/invoke-with-response-stream`,
    body: { anthropic_version: 'bedrock-2023-05-31', ...body },
    notes: wire.notes,
  };
}

/** Takes the frames off and hands what is in them to the decoder of the dialect; other bodies go through as they are. */
export function createBedrockDecoder(head: WireResponseHead, inner: WireDecoder): WireDecoder {
  const isFramed = head.headers['content-type']?.startsWith('application/vnd.amazon.eventstream') ?? false;
  if (!isFramed) return inner;
  const reader = createAwsEventReader();
  return {
    push(bytes): ModelEvent[] {
      try {
        return reader.push(bytes).flatMap((event) => inner.push(Buffer.from(eventText(event))));
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return inner.finish(modelFailure('malformed', `the answer is damaged: ${why}`));
      }
    },
    finish: (failure) => inner.finish(failure),
  };
}

/** A chunk holds the vendor's own event in base64; an exception becomes an error event of the vendor's shape. */
function eventText({ headers, payload }: AwsEvent): string {
  const text = payload.toString('utf8');
  const type = headers[':message-type'];
  if (type === 'exception' || type === 'error') {
    const said = asString(asObject(parseJson(text))?.['message']) ?? headers[':error-message'] ?? text;
    return sse({ type: 'error', error: { type: errorType(headers), message: said } });
  }
  const bytes = asString(asObject(parseJson(text))?.['bytes']);
  return bytes === undefined ? '' : `data: ${Buffer.from(bytes, 'base64').toString('utf8')}\n\n`;
}

function sse(value: JsonValue): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

const errorTypes: Readonly<Record<string, string>> = {
  throttlingException: 'rate_limit_error',
  serviceUnavailableException: 'overloaded_error',
  modelTimeoutException: 'timeout_error',
  validationException: 'invalid_request_error',
  accessDeniedException: 'permission_error',
  internalServerException: 'api_error',
  modelStreamErrorException: 'api_error',
};

function errorType(headers: Readonly<Record<string, string>>): string {
  const name = headers[':exception-type'] ?? headers[':error-code'] ?? '';
  return errorTypes[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] ?? 'api_error';
}
