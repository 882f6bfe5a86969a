// The dialect of POST /responses (platform.openai.com/docs/api-reference/responses): the client half, which is all that a run needs.
import type { ClientDialect } from '../dialect.ts';
import { createResponsesDecoder } from './decoder.ts';
import { encodeResponsesRequest } from './request.ts';

/** OpenAI's responses, without anything kept at the provider. */
export const openaiResponsesClient: ClientDialect = {
  name: 'openai-responses',
  encodeRequest: encodeResponsesRequest,
  createDecoder: createResponsesDecoder,
};
