// HTTP status and headers of a failure, alike in all server halves.
import type { ModelErrorCode, ModelFailure } from '@monkey-coder/protocol';

const statusByCode: Readonly<Record<ModelErrorCode, number>> = {
  auth: 401,
  permission: 403,
  not_found: 404,
  rate_limit: 429,
  quota: 402,
  overloaded: 503,
  server: 500,
  'timeout.first_token': 504,
  'timeout.idle': 504,
  network: 502,
  truncated: 502,
  malformed: 502,
  content_policy: 400,
  context_length: 400,
  invalid_request: 400,
  unsupported: 400,
  budget: 402,
  cancelled: 499,
  unknown: 500,
};

/** The provider's own status where it fits the code's class, else the usual one of the code. */
export function failureStatus(failure: ModelFailure): number {
  const usual = statusByCode[failure.code];
  const { status } = failure;
  return status !== undefined && Math.floor(status / 100) === Math.floor(usual / 100) ? status : usual;
}

/** `retry-after` in seconds, and in milliseconds where whole seconds would not do. */
export function failureHeaders(failure: ModelFailure): Record<string, string> {
  const wait = failure.retryAfterMs;
  if (wait === undefined) return {};
  const seconds = { 'retry-after': String(Math.ceil(wait / 1000)) };
  return wait % 1000 === 0 ? seconds : { ...seconds, 'retry-after-ms': String(wait) };
}
