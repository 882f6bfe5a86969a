// The dialect of POST /v1/messages (docs.anthropic.com/en/api/messages): the client half, which is all that a run needs.
import type { ClientDialect } from '../dialect.ts';
import { createAnthropicDecoder } from './decoder.ts';
import { encodeAnthropicRequest } from './request.ts';

/** Anthropic's messages. */
export const anthropicMessagesClient: ClientDialect = {
  name: 'anthropic-messages',
  encodeRequest: encodeAnthropicRequest,
  createDecoder: createAnthropicDecoder,
};
