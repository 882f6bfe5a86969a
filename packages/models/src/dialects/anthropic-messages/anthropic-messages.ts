// The dialect of POST /v1/messages (docs.anthropic.com/en/api/messages), both directions.
import type { Dialect } from '../dialect.ts';
import { anthropicMessagesClient } from './client.ts';
import { createAnthropicEncoder, encodeAnthropicDocument, encodeAnthropicFailure } from './server-answer.ts';
import { decodeAnthropicRequest } from './server-request.ts';

/** Anthropic's messages. */
export const anthropicMessages: Dialect = {
  ...anthropicMessagesClient,
  matchesPath: (path) => /\/messages\/?$/.test(path),
  decodeRequest: decodeAnthropicRequest,
  createEncoder: createAnthropicEncoder,
  encodeDocument: encodeAnthropicDocument,
  encodeFailure: encodeAnthropicFailure,
};
