// The dialect of POST /models/{model}:generateContent (ai.google.dev/api/generate-content): the client half, which is all that a run needs.
import type { ClientDialect } from '../dialect.ts';
import { createGeminiDecoder } from './decoder.ts';
import { encodeGeminiRequest } from './request.ts';

/** Google's generateContent. The model and whether to stream stand in the path. */
export const geminiClient: ClientDialect = {
  name: 'gemini',
  encodeRequest: encodeGeminiRequest,
  createDecoder: createGeminiDecoder,
};
