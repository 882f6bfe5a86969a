// The dialect of POST /responses (platform.openai.com/docs/api-reference/responses), both directions.
import type { Dialect } from '../dialect.ts';
import { createResponsesDecoder } from './decoder.ts';
import { encodeResponsesRequest } from './request.ts';
import { encodeResponsesDocument, encodeResponsesFailure } from './server-answer.ts';
import { decodeResponsesRequest } from './server-request.ts';
import { createResponsesEncoder } from './server-stream.ts';

/** OpenAI's responses, without anything kept at the provider. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  encodeRequest: encodeResponsesRequest,
  createDecoder: createResponsesDecoder,
  matchesPath: (path) => /\/responses\/?$/.test(path),
  decodeRequest: decodeResponsesRequest,
  createEncoder: createResponsesEncoder,
  encodeDocument: encodeResponsesDocument,
  encodeFailure: encodeResponsesFailure,
};
