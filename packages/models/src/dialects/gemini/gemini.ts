// The dialect of POST /models/{model}:generateContent (ai.google.dev/api/generate-content), both directions.
import type { Dialect } from '../dialect.ts';
import { createGeminiDecoder } from './decoder.ts';
import { encodeGeminiRequest } from './request.ts';
import { createGeminiEncoder, encodeGeminiDocument, encodeGeminiFailure } from './server-answer.ts';
import { decodeGeminiRequest, geminiPath } from './server-request.ts';

/** Google's generateContent. The model and whether to stream stand in the path. */
export const gemini: Dialect = {
  name: 'gemini',
  encodeRequest: encodeGeminiRequest,
  createDecoder: createGeminiDecoder,
  matchesPath: (path) => geminiPath(path) !== undefined,
  decodeRequest: decodeGeminiRequest,
  createEncoder: createGeminiEncoder,
  encodeDocument: encodeGeminiDocument,
  encodeFailure: encodeGeminiFailure,
};
