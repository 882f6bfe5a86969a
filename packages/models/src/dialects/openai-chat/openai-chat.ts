// The dialect of POST /chat/completions (platform.openai.com/docs/api-reference/chat), both directions.
import type { Dialect } from '../dialect.ts';
import { openaiChatClient } from './client.ts';
import { createOpenaiChatEncoder, encodeOpenaiChatDocument, encodeOpenaiChatFailure } from './server-answer.ts';
import { decodeOpenaiChatRequest } from './server-request.ts';

/** OpenAI's chat completions and everything compatible with it. */
export const openaiChat: Dialect = {
  ...openaiChatClient,
  matchesPath: (path) => /\/chat\/completions\/?$/.test(path),
  decodeRequest: decodeOpenaiChatRequest,
  createEncoder: createOpenaiChatEncoder,
  encodeDocument: encodeOpenaiChatDocument,
  encodeFailure: encodeOpenaiChatFailure,
};
