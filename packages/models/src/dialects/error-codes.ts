// The codes of the taxonomy as values, for readers of files that name them.
import type { ModelErrorCode } from '@monkey-coder/protocol';

/** Every code of `ModelErrorCode`. */
export const modelErrorCodes: readonly ModelErrorCode[] = [
  'auth',
  'permission',
  'not_found',
  'rate_limit',
  'quota',
  'overloaded',
  'server',
  'timeout.first_token',
  'timeout.idle',
  'network',
  'truncated',
  'malformed',
  'content_policy',
  'context_length',
  'invalid_request',
  'unsupported',
  'budget',
  'cancelled',
  'unknown',
];
