// Makes model failures: one code, one line, and the three flags that follow from the code.
import type { ModelErrorCode, ModelFailure } from '@monkey-coder/protocol';

type Flags = Pick<ModelFailure, 'retry' | 'failover' | 'countsAgainstHealth'>;

const flags = (retry: boolean, failover: boolean, countsAgainstHealth: boolean): Flags => ({
  retry,
  failover,
  countsAgainstHealth,
});

/** What each code permits: repeat the request here, try another model, hold it against the provider. */
const flagsByCode: Readonly<Record<ModelErrorCode, Flags>> = {
  auth: flags(false, true, false),
  permission: flags(false, true, false),
  not_found: flags(false, true, false),
  rate_limit: flags(true, true, true),
  quota: flags(false, true, false),
  overloaded: flags(true, true, true),
  server: flags(true, true, true),
  'timeout.first_token': flags(true, true, true),
  'timeout.idle': flags(true, true, true),
  network: flags(true, true, true),
  truncated: flags(true, true, true),
  malformed: flags(true, true, true),
  content_policy: flags(false, true, false),
  context_length: flags(false, true, false),
  invalid_request: flags(false, false, false),
  unsupported: flags(false, true, false),
  budget: flags(false, false, false),
  cancelled: flags(false, false, false),
  unknown: flags(false, true, true),
};

/** Characters of a message that people are shown: hosts answer with whole pages. */
const messageLimit = 2000;

/** A failure of the given code with the flags of that code. `message` is one clear line, cut at 2,000 characters. */
export function modelFailure(
  code: ModelErrorCode,
  message: string,
  extras: Partial<Pick<ModelFailure, 'status' | 'providerCode' | 'retryAfterMs'>> = {},
): ModelFailure {
  return { code, message: bounded(message), ...extras, ...flagsByCode[code] };
}

function bounded(message: string): string {
  return message.length <= messageLimit ? message : `${message.slice(0, messageLimit - 1)}…`;
}

const certificateProblem = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/;

const linesByCode: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known; check the base URL and the network',
  EAI_AGAIN: 'the host name could not be looked up; check the network',
  ECONNREFUSED: 'nothing listens there; check that the server runs and the port is right',
  ECONNRESET: 'the connection was cut by the other side',
  EPIPE: 'the connection was cut by the other side',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  HPE_INVALID_CONSTANT: 'the answer is not HTTP; check http/https in the base URL',
};

/** A thrown connection error as a `network` failure with a line a human understands. `host` is `name:port`. */
export function networkFailure(error: unknown, host: string): ModelFailure {
  const code = errorCode(error);
  return modelFailure(
    'network',
    `cannot talk to ${host}: ${describe(error, code)}`,
    code ? { providerCode: code } : {},
  );
}

function describe(error: unknown, code: string | undefined): string {
  const known = code === undefined ? undefined : linesByCode[code];
  if (known !== undefined) return `${known} (${code})`;
  const text = error instanceof Error ? error.message : String(error);
  if (code !== undefined && certificateProblem.test(code)) return `the TLS connection was not accepted: ${text}`;
  return text || code || 'the connection failed';
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) ? errorCode(errors[0]) : undefined;
}
