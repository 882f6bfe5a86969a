// The error body of OpenAI's endpoints, alike in chat completions and responses.
import type { JsonObject, ModelFailure } from '@monkey-coder/protocol';

const errorTypes: Partial<Record<ModelFailure['code'], readonly [type: string, code: string | null]>> = {
  auth: ['authentication_error', 'invalid_api_key'],
  permission: ['permission_error', null],
  not_found: ['invalid_request_error', 'model_not_found'],
  rate_limit: ['rate_limit_error', 'rate_limit_exceeded'],
  quota: ['insufficient_quota', 'insufficient_quota'],
  context_length: ['invalid_request_error', 'context_length_exceeded'],
  content_policy: ['invalid_request_error', 'content_filter'],
  invalid_request: ['invalid_request_error', null],
  unsupported: ['invalid_request_error', 'unsupported_parameter'],
  budget: ['insufficient_quota', 'insufficient_quota'],
  overloaded: ['overloaded_error', null],
};

/** `{error: {message, type, param, code}}` of a failure. */
export function openaiErrorBody(failure: ModelFailure): JsonObject {
  const [type, code] = errorTypes[failure.code] ?? ['server_error', null];
  return { error: { message: failure.message, type, param: null, code } };
}
