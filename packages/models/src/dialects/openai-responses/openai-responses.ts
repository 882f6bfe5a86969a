// The dialect of POST /responses (platform.openai.com/docs/api-reference/responses), both directions.
import type { Dialect } from '../dialect.ts';
import { openaiResponsesClient } from './client.ts';
import { encodeResponsesDocument, encodeResponsesFailure } from './server-answer.ts';
import { decodeResponsesRequest } from './server-request.ts';
import { createResponsesEncoder } from './server-stream.ts';

/** OpenAI's responses, without anything kept at the provider. */
export const openaiResponses: Dialect = {
  ...openaiResponsesClient,
  matchesPath: (path) => /\/responses\/?$/.test(path),
  decodeRequest: decodeResponsesRequest,
  createEncoder: createResponsesEncoder,
  encodeDocument: encodeResponsesDocument,
  encodeFailure: encodeResponsesFailure,
};
