// The dialect of POST /models/{model}:generateContent (ai.google.dev/api/generate-content), both directions.
import type { Dialect } from '../dialect.ts';
import { geminiClient } from './client.ts';
import { createGeminiEncoder, encodeGeminiDocument, encodeGeminiFailure } from './server-answer.ts';
import { decodeGeminiRequest, geminiPath } from './server-request.ts';

/** Google's generateContent. The model and whether to stream stand in the path. */
export const gemini: Dialect = {
  ...geminiClient,
  matchesPath: (path) => geminiPath(path) !== undefined,
  decodeRequest: decodeGeminiRequest,
  createEncoder: createGeminiEncoder,
  encodeDocument: encodeGeminiDocument,
  encodeFailure: encodeGeminiFailure,
};
