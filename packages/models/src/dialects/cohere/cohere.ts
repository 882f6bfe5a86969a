// The dialect of Cohere's POST /v2/chat (docs.cohere.com/reference/chat), both directions.
import type { Dialect } from '../dialect.ts';
import { cohereClient } from './client.ts';
import { createCohereEncoder, encodeCohereDocument, encodeCohereFailure } from './server-answer.ts';
import { decodeCohereRequest } from './server-request.ts';

/** Cohere's chat, second version. */
export const cohere: Dialect = {
  ...cohereClient,
  matchesPath: (path) => /\/chat\/?$/.test(path),
  decodeRequest: decodeCohereRequest,
  createEncoder: createCohereEncoder,
  encodeDocument: encodeCohereDocument,
  encodeFailure: encodeCohereFailure,
};
