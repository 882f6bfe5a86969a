// The dialect of POST /chat/completions (platform.openai.com/docs/api-reference/chat): the client half, which is all that a run needs.
import type { ClientDialect } from '../dialect.ts';
import { createOpenaiChatDecoder } from './decoder.ts';
import { encodeOpenaiChatRequest } from './request.ts';

/** OpenAI's chat completions and everything compatible with it. */
export const openaiChatClient: ClientDialect = {
  name: 'openai-chat',
  encodeRequest: encodeOpenaiChatRequest,
  createDecoder: createOpenaiChatDecoder,
};
