// The dialect of Cohere's POST /v2/chat (docs.cohere.com/reference/chat): the client half, which is all that a run needs.
import type { ClientDialect } from '../dialect.ts';
import { createCohereDecoder } from './decoder.ts';
import { encodeCohereRequest } from './request.ts';

/** Cohere's chat, second version. */
export const cohereClient: ClientDialect = {
  name: 'cohere',
  encodeRequest: encodeCohereRequest,
  createDecoder: createCohereDecoder,
};
