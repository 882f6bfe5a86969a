// Turns whatever a vendor says when it refuses into one failure of the one taxonomy.
import type { JsonObject, JsonValue, ModelErrorCode, ModelFailure } from '@monkey-coder/protocol';
import { parseJson } from '@monkey-coder/protocol';
import { modelFailure } from '../transport/failures.ts';
import { asList, asNumber, asObject, asString, asText } from './json-read.ts';
import { retryAfterMs } from './retry-after.ts';

/** What came: an HTTP status (absent for an error inside a stream), headers, and the body as text or parsed. */
export interface FailureEvidence {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | JsonValue;
}

interface Said {
  readonly message: string;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  /** Everything that was said, for the patterns. */
  readonly all: string;
  readonly details: JsonValue | undefined;
}

/** Classifies an error answer of any vendor by status, body and headers. */
export function classifyFailure(evidence: FailureEvidence): ModelFailure {
  const parsed = typeof evidence.body === 'string' ? parseJson(payloadOf(evidence.body)) : evidence.body;
  const said = read(parsed, typeof evidence.body === 'string' ? evidence.body : '');
  const status = evidence.status ?? statusFromCode(said.code);
  const message = said.message !== '' ? said.message : `HTTP status ${evidence.status ?? 'unknown'} without a message`;
  const wait = retryAfterMs(evidence.headers ?? {}, said.details, said.message);
  const providerCode = said.code ?? said.type;
  return modelFailure(codeOf(status, said), message, {
    ...(evidence.status === undefined ? {} : { status: evidence.status }),
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** Some hosts send an error body framed as an event. */
function payloadOf(body: string): string {
  return /^(?:event:.*\r?\n)?data:(.*)/.exec(body)?.[1] ?? body.replace(/^\ufeff/, '');
}

function read(body: JsonValue | undefined, raw: string): Said {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  if (outer === undefined)
    return { message: plainText(raw).slice(0, 500), all: raw.slice(0, 2000).toLowerCase(), details: undefined };
  const error = asObject(outer['error']);
  const message = messageOf(error, outer) ?? raw.slice(0, 500);
  const type = asText(error?.['type']) ?? asText(error?.['status']) ?? asText(outer['type']);
  const code = codeText(error?.['code']) ?? codeText(outer['code']);
  return {
    message,
    type: type === 'error' ? undefined : type,
    code,
    all: `${message} ${type ?? ''} ${code ?? ''} ${JSON.stringify(error?.['metadata'] ?? error?.['details'] ?? '')}`.toLowerCase(),
    details: error?.['details'],
  };
}

/** Of a web page its title, or its words, and how it begins. */
function plainText(raw: string): string {
  if (!raw.trimStart().startsWith('<')) return raw;
  const title = /<title[^>]*>([^<]+)<\/title>/i.exec(raw)?.[1]?.trim();
  const words = raw.slice(0, 20_000).replace(/<(script|style)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' ');
  const gist = title ?? words.replace(/\s+/g, ' ').trim();
  return `${gist.slice(0, 200)} (a web page: ${raw.slice(0, 100)}…)`;
}

function messageOf(error: JsonObject | undefined, outer: JsonObject): string | undefined {
  return (
    asText(error?.['message']) ??
    asText(outer['error']) ??
    asText(outer['message']) ??
    asText(outer['detail']) ??
    detailList(outer['detail']) ??
    asText(asObject(outer['message'])?.['detail'])
  );
}

/** FastAPI style: a list of `{loc, msg}`. */
function detailList(value: JsonValue | undefined): string | undefined {
  const lines = asList(value).map((item) => {
    const object = asObject(item);
    return [asList(object?.['loc']).join('.'), asString(object?.['msg'])].filter(Boolean).join(': ');
  });
  return lines.length > 0 ? lines.join('; ') : undefined;
}

function codeText(value: JsonValue | undefined): string | undefined {
  const number = asNumber(value);
  return number === undefined ? asText(value) : String(number);
}

function statusFromCode(code: string | undefined): number | undefined {
  return code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

const contextWords =
  /context[_ ](length|window|size)|prompt (is )?too long|maximum context|max(imum)? context|maximum prompt length|input (is )?too long|too many (input )?tokens|exceeds? the (maximum|max) (number of )?(input )?tokens|reduce the length of|exceed context limit|too large for model/;
const perMinuteWords = /rate.?limit|per minute|per day|tokens per min|\btpm\b|\brpm\b|requests per/;
const quotaWords =
  /insufficient_quota|credit balance is too low|insufficient (balance|credits?|funds)|billing_(hard_limit|not_active)|payment required|spending limit|out of credits|exceeded_current_quota|purchase more credits/;
const filterWords =
  /content_?filter|content_policy|content management policy|responsibleaipolicy|safety system|flagged (as|by|for)|moderation/;
const keyWords =
  /invalid_api_key|incorrect api key|api key not valid|invalid api key|api_key_invalid|authentication_error|invalid x-api-key|no api key|missing api key/;
const modelWords =
  /model_not_found|deploymentnotfound|not_found_error|unknown model|no such model|model[^.]{0,80}(does not exist|not found|doesn't exist|not exist)|invalid model/;
const overloadWords = /overloaded|unavailable|at capacity|over capacity|temporarily unable|server is busy/;
const unsupportedWords =
  /does not support (tools|tool|function|images?|image input|vision|system)|unsupported_(parameter|value)/;

/** Order matters: what the words say outranks the status, which vendors use loosely. */
function codeOf(status: number | undefined, said: Said): ModelErrorCode {
  const { all } = said;
  const isClientError = status === undefined || (status >= 400 && status < 500);
  if (isClientError) {
    const byWords = clientErrorByWords(status, all);
    if (byWords !== undefined) return byWords;
  }
  return (status === undefined ? undefined : codeOfStatus(status, all)) ?? codeOfType(said);
}

function clientErrorByWords(status: number | undefined, all: string): ModelErrorCode | undefined {
  if (status === 402 || quotaWords.test(all)) return 'quota';
  if (status === 429) return 'rate_limit';
  if (contextWords.test(all) && !perMinuteWords.test(all)) return 'context_length';
  if (status === 413) return perMinuteWords.test(all) ? 'rate_limit' : 'context_length';
  if (keyWords.test(all)) return 'auth';
  if (filterWords.test(all)) return 'content_policy';
  if (status !== 401 && status !== 403 && modelWords.test(all)) return 'not_found';
  return unsupportedWords.test(all) ? 'unsupported' : undefined;
}

function codeOfStatus(status: number, all: string): ModelErrorCode | undefined {
  if (status === 401) return 'auth';
  if (status === 403) return 'permission';
  if (status === 404) return 'not_found';
  if (status === 408) return 'server';
  if (status === 501) return 'unsupported';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500) return overloadWords.test(all) ? 'overloaded' : 'server';
  if (status >= 400) return 'invalid_request';
  return undefined;
}

const codesByType: readonly (readonly [RegExp, ModelErrorCode])[] = [
  [/overloaded|unavailable/, 'overloaded'],
  [/rate_?limit|too_many_requests|resource_exhausted|^tokens$|^requests$/, 'rate_limit'],
  [/authentication|unauthenticated/, 'auth'],
  [/permission|forbidden/, 'permission'],
  [/not_found/, 'not_found'],
  [/billing|quota/, 'quota'],
  [/invalid_request|invalid_argument|invalid_prompt|bad_request/, 'invalid_request'],
  [/timeout|server_error|api_error|internal/, 'server'],
];

/** Inside a stream there is no status: the vendor's type or code decides, then the words. */
function codeOfType(said: Said): ModelErrorCode {
  for (const name of [said.code, said.type]) {
    const known = codesByType.find(([pattern]) => name !== undefined && pattern.test(name.toLowerCase()));
    if (known !== undefined) return known[1];
  }
  if (overloadWords.test(said.all)) return 'overloaded';
  if (perMinuteWords.test(said.all)) return 'rate_limit';
  return /internal|server error/.test(said.all) ? 'server' : 'unknown';
}
